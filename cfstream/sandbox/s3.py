"""moto's S3 made strict where AWS is.

What lives here: the requests that stock moto answers wrongly, as overrides of its response class: who owns an object, ACLs
and Object Ownership, block public access, bucket policies, the bucket's region and its expected owner. Everything else is
moto's. Requests without a signature are refused in one place, `StrictS3.admit`: judging them by policy and ACL is the
edge's business.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from moto.core.responses import TYPE_RESPONSE, ActionResult
from moto.s3.exceptions import (
    MissingBucket,
    S3AccessDeniedError,
    S3ClientError,
)
from moto.s3.models import OWNER, FakeBucket, FakeKey, PublicAccessBlock
from moto.s3.responses import S3Response
from moto.s3control.models import s3control_backends

from cfstream.sandbox import acl as acls
from cfstream.sandbox import bucket_policy
from cfstream.sandbox.cloudfront import CloudFront

ENFORCED = "BucketOwnerEnforced"
PREFERRED = "BucketOwnerPreferred"
WRITER = "ObjectWriter"

OWNER_HEADER = "x-cfstream-owner"
"""Of the sandbox alone: a PutObject with it is made as that canonical user, so that objects of others can be had."""


class Switches(NamedTuple):
    """The four switches of block public access in force: a bucket's and its account's taken together."""

    block_acls: bool = False
    ignore_acls: bool = False
    block_policy: bool = False
    restrict: bool = False


class Refusal(S3ClientError):
    """An S3 error by code and message; moto's models know its HTTP status, 400 where they do not."""


class StrictS3(S3Response):  # type: ignore[misc]
    """One request to S3."""

    def __init__(self, cloudfront: CloudFront) -> None:
        super().__init__()
        self._cloudfront = cloudfront

    def answer(self, request: Any) -> TYPE_RESPONSE:
        """Status, headers and body for a path-style request."""
        headers = dict(request.headers)
        _, _, key = request.raw_path.lstrip("/").partition("/")
        respond = self.key_response if key else self.bucket_response
        status, sent, body = respond(request, request.raw_url, headers)
        return status, sent, body.encode() if isinstance(body, str) else body

    @staticmethod
    def subdomain_based_buckets(request: Any) -> bool:
        """Buckets are in the path: a host name says nothing here, for viewers may come with any."""
        return False

    # -- what holds for every request -------------------------------------------------------------------------------

    def _bucket_response(self, request: Any, full_url: str) -> Any:
        querystring = self._get_querystring(request, full_url)
        creates = request.method == "PUT" and not querystring
        self.admit()
        bucket = None if creates else self._bucket()
        elsewhere = self._elsewhere(bucket) if "location" not in querystring else None
        return elsewhere or super()._bucket_response(request, full_url)

    def _key_response(self, request: Any, full_url: str) -> TYPE_RESPONSE:
        # Replaces moto's, which reads the bucket policy by itself and gets a Deny with a Condition wrong.
        self.admit()
        bucket = self._bucket()
        elsewhere = self._elsewhere(bucket)
        if elsewhere:
            return elsewhere
        query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
        key_name = self.parse_key_name()
        match request.method:
            case "GET":
                return self._key_response_get(query, key_name)
            case "HEAD":
                return self.head_object(self.bucket_name, query, key_name, headers=request.headers)
            case "PUT":
                return self._key_response_put(query, key_name)
            case "DELETE":
                return self._key_response_delete(self.bucket_name, query, key_name)
            case "POST":
                return self._key_response_post(request, self.body or b"", self.bucket_name, query, key_name)
            case "OPTIONS":
                return self._response_options(request.headers, self.bucket_name)
        raise S3AccessDeniedError()

    def admit(self) -> None:
        """Lets through what is signed: that is the account itself, and it may do everything. AccessDenied otherwise.

        A bucket is private until something says otherwise, and what does is for the edge to judge.
        """
        signed = "Authorization" in self.headers or {"X-Amz-Signature", "Signature"} & set(self.querystring)
        if not signed and self.method != "OPTIONS":
            raise S3AccessDeniedError()

    def _bucket(self) -> FakeBucket | None:
        """The bucket asked for, None where there is none. AccessDenied if it is not the expected owner's."""
        try:
            bucket = self.backend.get_bucket(self.bucket_name) if self.bucket_name else None
        except MissingBucket:
            return None
        expected = self.headers.get("x-amz-expected-bucket-owner")
        if bucket and expected and expected != bucket.account_id:
            raise S3AccessDeniedError()
        return bucket

    def _elsewhere(self, bucket: FakeBucket | None) -> TYPE_RESPONSE | None:
        """The redirection that a request signed for another region than the bucket's gets (301 PermanentRedirect)."""
        if bucket is None or "Authorization" not in self.headers or self.region == bucket.region_name:
            return None
        refusal = Refusal(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
        )
        _, headers, body = self.serialized(ActionResult(refusal))
        return 301, {**headers, "x-amz-bucket-region": bucket.region_name}, body

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """moto names one fixed owner in every list; here each row gets its own."""
        result = action_result.result
        if isinstance(result, dict):
            if "Buckets" in result:
                result["Owner"] = {"ID": OWNER}
            coded = result.get("EncodingType") == "url"
            for row in (*result.get("Contents", ()), *result.get("Versions", ())):
                if "Owner" in row:
                    key = unquote(row["Key"]) if coded else row["Key"]
                    row["Owner"] = {"ID": self._owner(key, row.get("VersionId"))}
        return super().serialized(action_result)

    def head_bucket(self) -> TYPE_RESPONSE:
        status, headers, body = super().head_bucket()
        return status, {**headers, "x-amz-access-point-alias": "false"}, body

    # -- buckets ----------------------------------------------------------------------------------------------------

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
        if "ownershipControls" in querystring and self._ownership_rule_from_body() == ENFORCED:
            self._refuse_shared_acl(acls.acl_of(bucket.acl))
        return super()._bucket_response_put(request, bucket_name, querystring)

    def _create(self, request: Any, name: str, querystring: dict[str, Any], *, exists: bool) -> Any:
        """A bucket as AWS makes them since April 2023: ACLs disabled unless asked for, all public access blocked."""
        if not exists:
            rule = self.headers.get("x-amz-object-ownership", ENFORCED)
            if rule not in (ENFORCED, PREFERRED, WRITER):
                raise Refusal("InvalidArgument", "Invalid x-amz-object-ownership header: " + rule)
            asked = acls.from_headers(self.headers, OWNER, self._known) or acls.private(OWNER)
            if rule == ENFORCED:
                self._refuse_shared_acl(asked)
            if asked.public:
                raise Refusal(
                    "InvalidBucketAclWithBlockPublicAccessError",
                    "Bucket cannot have public ACLs set with BlockPublicAccess enabled",
                )
        answer = super()._bucket_response_put(request, name, querystring)
        if not exists:
            bucket = self.backend.get_bucket(name)
            bucket.ownership_rule = rule
            bucket.public_access_block = PublicAccessBlock(*["true"] * 4)
        return answer

    def _put_policy(self, bucket: FakeBucket) -> TYPE_RESPONSE:
        document = bucket_policy.accepted(self.body, bucket.arn, self._find_identity)
        if self._switches(bucket).block_policy and bucket_policy.is_public(document):
            raise S3AccessDeniedError()
        self.backend.put_bucket_policy(bucket.name, document)
        return 204, {}, ""

    def get_bucket_policy_status(self) -> TYPE_RESPONSE:
        policy = self.backend.get_bucket_policy(self.bucket_name)
        if not policy:
            return super().get_bucket_policy_status()
        self.data["Action"] = "GetBucketPolicyStatus"
        return self.serialized(ActionResult({"PolicyStatus": {"IsPublic": bucket_policy.is_public(policy)}}))

    def _put_bucket_acl(self, bucket: FakeBucket) -> TYPE_RESPONSE:
        asked = acls.from_headers(self.headers, OWNER, self._known)
        if asked is None:
            asked = acls.from_xml(self.body, acls.BUCKET_PERMISSIONS, self._known)
        self._take(asked, bucket, owner=OWNER)
        self.backend.put_bucket_acl(bucket.name, asked)
        return 200, {}, ""

    def get_bucket_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        self.data["Action"] = "GetBucketAcl"
        return self.serialized(ActionResult(acls.rendered(self._shown(bucket, acls.acl_of(bucket.acl)))))

    # -- objects ----------------------------------------------------------------------------------------------------

    def _acl_from_headers(self, headers: Mapping[str, str]) -> acls.Acl:
        """The ACL of an object that is being written (moto asks): never None, for moto would take the bucket's."""
        bucket = self.backend.get_bucket(self.bucket_name)
        writer = self.headers.get(OWNER_HEADER, OWNER)
        name = headers.get("x-amz-acl", "")
        if bucket.ownership_rule == ENFORCED:
            writer = OWNER
            grants = any(header.lower().startswith("x-amz-grant-") for header in headers.keys())
            if grants or name not in ("", "bucket-owner-full-control"):
                raise _acls_disabled()
        elif bucket.ownership_rule == PREFERRED and name == "bucket-owner-full-control":
            writer = OWNER
        asked = acls.from_headers(headers, writer, self._known) or acls.private(writer)
        if asked.public and self._switches(bucket).block_acls:
            raise S3AccessDeniedError()
        return asked

    def put_object_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        key, _ = self._get_key()
        stored = acls.acl_of(key.acl)
        if bucket.ownership_rule == ENFORCED:
            raise _acls_disabled()
        if OWNER != stored.owner and not stored.allows(OWNER, "WRITE_ACP"):
            raise S3AccessDeniedError()
        asked = acls.from_headers(self.headers, stored.owner, self._known)
        if asked is None:
            asked = acls.from_xml(self.body, acls.OBJECT_PERMISSIONS, self._known)
        self._take(asked, bucket, owner=stored.owner)
        key.set_acl(asked)
        version = {} if key.version_id == "null" else {"x-amz-version-id": key.version_id}
        return 200, version, ""

    def get_object_acl(self) -> TYPE_RESPONSE:
        bucket = self.backend.get_bucket(self.bucket_name)
        key, _ = self._get_key()
        stored = acls.acl_of(key.acl)
        enforced = bucket.ownership_rule == ENFORCED
        if not enforced and OWNER != stored.owner and not stored.allows(OWNER, "READ_ACP"):
            raise S3AccessDeniedError()
        self.data["Action"] = "GetObjectAcl"
        status, headers, body = self.serialized(ActionResult(acls.rendered(self._shown(bucket, stored))))
        if key.version_id != "null":
            headers["x-amz-version-id"] = key.version_id
        return status, headers, body

    # -- rules ------------------------------------------------------------------------------------------------------

    def _take(self, asked: acls.Acl, bucket: FakeBucket, *, owner: str) -> None:
        """Refuses an ACL that this bucket does not take, or that would change the owner."""
        if bucket.ownership_rule == ENFORCED:
            raise _acls_disabled()
        if asked.owner != owner or (asked.public and self._switches(bucket).block_acls):
            raise S3AccessDeniedError()

    def _shown(self, bucket: FakeBucket, stored: acls.Acl) -> acls.Acl:
        """What a read shows: the owner alone where ACLs are disabled, no public grants where those are ignored."""
        if bucket.ownership_rule == ENFORCED:
            return acls.private(OWNER)
        return stored.without_public() if self._switches(bucket).ignore_acls else stored

    def _refuse_shared_acl(self, acl: acls.Acl) -> None:
        if any(grant.grantees[0].id != acl.owner for grant in acl.grants):
            raise Refusal(
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            )

    def _switches(self, bucket: FakeBucket) -> Switches:
        account = s3control_backends[self.current_account][self.partition].public_access_block
        blocks = [bucket.public_access_block, account]
        return Switches(
            any(block.block_public_acls for block in blocks if block),
            any(block.ignore_public_acls for block in blocks if block),
            any(block.block_public_policy for block in blocks if block),
            any(block.restrict_public_buckets for block in blocks if block),
        )

    def _owner(self, key_name: str, version: str | None) -> str:
        bucket = self.backend.get_bucket(self.bucket_name)
        if bucket.ownership_rule == ENFORCED:
            return OWNER
        key = self.backend.get_object(self.bucket_name, key_name, version_id=version)
        return acls.acl_of(key.acl).owner if isinstance(key, FakeKey) else OWNER

    def _known(self, canonical_user: str) -> bool:
        return self._cloudfront.identity_by_canonical_user(canonical_user) is not None

    def _find_identity(self, name: str) -> str | None:
        for identity in self._cloudfront.origin_access_identities():
            if name in (identity.id, identity.canonical_user):
                return identity.id
        return None


def _acls_disabled() -> Refusal:
    return Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
