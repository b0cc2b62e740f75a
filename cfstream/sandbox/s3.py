"""moto's S3, with AWS's rules where moto lacks them.

It overrides moto's answers about the owner of an object, ACLs and Object Ownership, block public access, bucket
policies, a bucket's region and its expected owner. Everything else is moto's. `StrictS3.admit` judges all unsigned
requests, with the edge's rules for anonymous requests.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.exceptions import MissingBucket, S3AccessDeniedError
from moto.s3.models import OWNER, FakeBucket, FakeKey
from moto.s3.responses import S3Response

from cfstream.sandbox import acl as acls
from cfstream.sandbox import bucket_policy
from cfstream.sandbox import bucket_rules as rules
from cfstream.sandbox.accounts import Accounts
from cfstream.sandbox.edge import anonymous
from cfstream.sandbox.listener import Environ

OWNER_HEADER = "x-cfstream-owner"
"""Only in the sandbox: a PutObject with this header is made as that canonical user, so that tests can have objects of
other owners.
"""


class StrictS3(S3Response):
    """One request to S3."""

    def __init__(self, accounts: Accounts, account: str) -> None:
        """`account` is the account of the request."""
        super().__init__()
        self._accounts = accounts
        self._account = account
        self._environ: Environ = {}

    def answer(self, request: Any) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body for a path-style request."""
        self._environ = request.environ
        _, _, key = request.raw_path.lstrip("/").partition("/")
        respond = self.key_response if key else self.bucket_response
        status, headers, body = respond(request, request.raw_url, dict(request.headers))
        return status, headers, body.encode() if isinstance(body, str) else body

    @staticmethod
    def subdomain_based_buckets(request: Any) -> bool:  # noqa: ARG004 (moto's signature)
        """Buckets are always in the path: a host name is ignored here, because viewers may use any."""
        return False

    # For every request

    def admit(self, bucket: FakeBucket | None, key: str = "") -> None:
        """Admit signed requests of the bucket's account, which may do everything, and what anybody may do.

        Raises AccessDenied otherwise: policies that name another account are not judged for signed requests.
        """
        signed = anonymous.is_signed(self.headers.get("Authorization", ""), self.querystring)
        own = bucket is None or bucket.account_id == self._account
        if (signed and own) or self.method == "OPTIONS":
            return
        # The account's own address has no bucket, and only the account may list its buckets.
        if not self.bucket_name or not anonymous.admits(
            bucket, key, self.method, self.querystring, self._environ
        ):
            raise S3AccessDeniedError()

    def _bucket_response(self, request: Any, full_url: str) -> Any:
        querystring = self._get_querystring(request, full_url)
        bucket = self._bucket()
        self.admit(bucket)
        # Anybody may ask for a bucket's region. A bucket that is being created has none yet.
        anywhere = "location" in querystring or (request.method == "PUT" and not querystring)
        redirection = None if anywhere else self._redirection(bucket)
        return redirection or super()._bucket_response(request, full_url)

    def _key_response(self, request: Any, full_url: str) -> TYPE_RESPONSE:
        # Not super()'s: moto judges by the bucket policy there, and ignores a Deny's Condition.
        found = self._bucket()
        self.admit(found, self.parse_key_name())
        redirection = self._redirection(found)
        if redirection:
            return redirection
        query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
        bucket, key = self.bucket_name, self.parse_key_name()
        respond = {
            "GET": lambda: self._key_response_get(query, key),
            "HEAD": lambda: self.head_object(bucket, query, key, headers=request.headers),
            "PUT": lambda: self._key_response_put(query, key),
            "DELETE": lambda: self._key_response_delete(bucket, query, key),
            "POST": lambda: self._key_response_post(request, self.body or b"", bucket, query, key),
            "OPTIONS": lambda: self._response_options(request.headers, bucket),
        }.get(request.method)
        if respond is None:
            raise rules.S3Refusal("MethodNotAllowed", "The specified method is not allowed.")
        return respond()

    def _bucket(self) -> FakeBucket | None:
        """Return the requested bucket, or None. Raises AccessDenied if it is not the expected owner's."""
        try:
            bucket = self.backend.get_bucket(self.bucket_name) if self.bucket_name else None
        except MissingBucket:
            return None
        expected = self.headers.get("x-amz-expected-bucket-owner")
        if bucket and expected and expected != bucket.account_id:
            raise S3AccessDeniedError()
        return bucket

    def _redirection(self, bucket: FakeBucket | None) -> TYPE_RESPONSE | None:
        """Return 301 PermanentRedirect for a request that is signed for another region than the bucket's."""
        if bucket is None or "Authorization" not in self.headers or self.region == bucket.region_name:
            return None
        refusal = rules.S3Refusal(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
        )
        _, headers, body = self.serialized(ActionResult(refusal))
        return 301, {**headers, "x-amz-bucket-region": bucket.region_name}, body

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """Return moto's answer with the actual owner of each listed object: moto names the same owner everywhere."""
        result = action_result.result
        if isinstance(result, dict):
            coded = result.get("EncodingType") == "url"
            for row in (*result.get("Contents", ()), *result.get("Versions", ())):
                if "Owner" in row:
                    key = unquote(row["Key"]) if coded else row["Key"]
                    row["Owner"] = {"ID": self._owner(key, row.get("VersionId"))}
        return super().serialized(action_result)

    # Buckets

    def all_buckets(self) -> TYPE_RESPONSE:
        """Return a page of the account's buckets by name. moto has no pages here, and no regions.

        Source: S3 API, ListBuckets: a bucket's region is only in the reply to a request with a parameter.
        """
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.uri).query).items()}
        region, after = asked.get("bucket-region"), asked.get("continuation-token", "")
        found = [
            {
                "Name": bucket.name,
                "CreationDate": bucket.creation_date_ISO8601,
                **({"BucketRegion": bucket.region_name} if asked else {}),
            }
            for bucket in sorted(self.backend.buckets.values(), key=lambda bucket: bucket.name)
            if bucket.name > after
            and bucket.name.startswith(asked.get("prefix", ""))
            and region in (None, bucket.region_name)
        ]
        page = found[: int(asked.get("max-buckets", len(found)))]
        token = {"ContinuationToken": page[-1]["Name"]} if len(page) < len(found) else {}
        self.data["Action"] = "ListBuckets"
        return self.serialized(ActionResult({"Owner": {"ID": OWNER}, "Buckets": page, **token}))

    def _bucket_response_put(self, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        bucket = self._bucket()
        if not querystring:
            return self._create(request, bucket_name, querystring, exists=bucket is not None)
        if bucket is None:
            raise MissingBucket(bucket=bucket_name)
        if "policy" in querystring:
            return self._put_policy(bucket)
        if "acl" in querystring:
            return self._put_bucket_acl(bucket)
        if "ownershipControls" in querystring and str(self._ownership_rule_from_body()) == rules.ENFORCED:
            rules.refuse_shared(acls.acl_of(bucket.acl))
        return super()._bucket_response_put(request, bucket_name, querystring)

    def _create(self, request: Any, name: str, querystring: dict[str, Any], *, exists: bool) -> Any:
        if exists:
            return super()._bucket_response_put(request, name, querystring)
        rule = self.headers.get("x-amz-object-ownership", rules.ENFORCED)
        if rule not in (rules.ENFORCED, rules.PREFERRED, rules.WRITER):
            raise rules.S3Refusal("InvalidArgument", f"Invalid x-amz-object-ownership header: {rule}")
        asked = acls.from_headers(self.headers, OWNER, self._known) or acls.private(OWNER)
        if rule == rules.ENFORCED:
            rules.refuse_shared(asked)
        rules.refuse_public_on_create(asked)
        answer = super()._bucket_response_put(request, name, querystring)
        rules.set_new_bucket_defaults(self.backend.get_bucket(name), rule)
        return answer

    def _put_policy(self, bucket: FakeBucket) -> TYPE_RESPONSE:
        document = bucket_policy.accepted(self.body, bucket.arn, self._find_identity)
        if rules.switches(bucket).block_policy and bucket_policy.is_public(document):
            raise S3AccessDeniedError()
        self.backend.put_bucket_policy(bucket.name, document)
        return 204, {}, ""

    def get_bucket_policy_status(self) -> TYPE_RESPONSE:
        policy = self.backend.get_bucket_policy(self.bucket_name)
        if policy is None:
            return super().get_bucket_policy_status()
        self.data["Action"] = "GetBucketPolicyStatus"
        return self.serialized(ActionResult({"PolicyStatus": {"IsPublic": bucket_policy.is_public(policy)}}))

    def _put_bucket_acl(self, bucket: FakeBucket) -> TYPE_RESPONSE:
        asked = acls.from_headers(self.headers, OWNER, self._known)
        if asked is None:
            asked = acls.from_xml(self.body, acls.BUCKET_PERMISSIONS, self._known)
        rules.refuse_acl(bucket, asked, OWNER)
        self.backend.put_bucket_acl(bucket.name, asked)
        return 200, {}, ""

    def get_bucket_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        self.data["Action"] = "GetBucketAcl"
        return self.serialized(ActionResult(acls.rendered(rules.shown(bucket, acls.acl_of(bucket.acl)))))

    # Objects

    def _acl_from_headers(self, headers: Mapping[str, str]) -> acls.Acl:
        """Return the ACL of an object that is being written. Never None, because moto would then use the bucket's."""
        bucket = self.backend.get_bucket(self.bucket_name)
        rules.refuse_acl_headers(bucket, headers)
        writer = rules.writer_of(bucket, self.headers.get(OWNER_HEADER, OWNER), headers)
        asked = acls.from_headers(headers, writer, self._known) or acls.private(writer)
        if asked.public and rules.switches(bucket).block_acls:
            raise S3AccessDeniedError()
        return asked

    def put_object_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        key, _ = self._get_key()
        stored = acls.acl_of(key.acl)
        if rules.ownership(bucket) == rules.ENFORCED:
            raise rules.acls_disabled()
        if not stored.lets(OWNER, "WRITE_ACP"):
            raise S3AccessDeniedError()
        asked = acls.from_headers(self.headers, stored.owner, self._known)
        if asked is None:
            asked = acls.from_xml(self.body, acls.OBJECT_PERMISSIONS, self._known)
        rules.refuse_acl(bucket, asked, stored.owner)
        key.set_acl(asked)
        return 200, _version(key), ""

    def get_object_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        key, _ = self._get_key()
        stored = acls.acl_of(key.acl)
        if rules.ownership(bucket) != rules.ENFORCED and not stored.lets(OWNER, "READ_ACP"):
            raise S3AccessDeniedError()
        self.data["Action"] = "GetObjectAcl"
        status, headers, body = self.serialized(ActionResult(acls.rendered(rules.shown(bucket, stored))))
        return status, {**headers, **_version(key)}, body

    def _owner(self, key_name: str, version: str | None) -> str:
        bucket = self.backend.get_bucket(self.bucket_name)
        if rules.ownership(bucket) == rules.ENFORCED:
            return OWNER
        key = self.backend.get_object(self.bucket_name, key_name, version_id=version)
        return acls.acl_of(key.acl).owner if key else OWNER

    # Identities, which belong to CloudFront

    def _known(self, canonical_user: str) -> bool:
        return self._accounts.knows(canonical_user)

    def _find_identity(self, name: str) -> str | None:
        for cloudfront in self._accounts:
            for identity in cloudfront.origin_access_identities():
                if name in (identity.id, identity.canonical_user):
                    return identity.id
        return None


def _version(key: FakeKey) -> dict[str, str]:
    return {} if key.version_id == "null" else {"x-amz-version-id": key.version_id}
