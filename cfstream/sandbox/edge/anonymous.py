"""Unsigned requests to S3: the action that a request needs, and whether anybody may do it.

``cfstream.sandbox.s3`` answers the requests, and ``direct`` reads other forms of address.
"""

from collections.abc import Collection, Mapping

from moto.s3.models import FakeBucket

from cfstream.sandbox.edge import bucket as buckets
from cfstream.sandbox.edge import requester, s3_access
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.edge.viewer import ViewerRequest
from cfstream.sandbox.listener import Environ

_OBJECT = {
    ("GET", "acl"): ("s3:GetObjectAcl", "READ_ACP"),
    ("PUT", "acl"): ("s3:PutObjectAcl", "WRITE_ACP"),
    ("GET", "tagging"): ("s3:GetObjectTagging", ""),
    ("PUT", "tagging"): ("s3:PutObjectTagging", ""),
    ("DELETE", "tagging"): ("s3:DeleteObjectTagging", ""),
    ("GET", "attributes"): ("s3:GetObjectAttributes", ""),
    ("GET", "versionId"): ("s3:GetObjectVersion", "READ"),
    ("DELETE", "versionId"): ("s3:DeleteObjectVersion", ""),
    ("GET", ""): ("s3:GetObject", "READ"),
    ("PUT", ""): ("s3:PutObject", "WRITE"),
    ("POST", ""): ("s3:PutObject", "WRITE"),
    ("DELETE", ""): ("s3:DeleteObject", "WRITE"),
}
_BUCKET = {
    ("GET", "acl"): ("s3:GetBucketAcl", "READ_ACP"),
    ("PUT", "acl"): ("s3:PutBucketAcl", "WRITE_ACP"),
    ("GET", "versions"): ("s3:ListBucketVersions", "READ"),
    ("GET", "uploads"): ("s3:ListBucketMultipartUploads", "READ"),
    ("GET", "location"): ("s3:GetBucketLocation", ""),
    ("POST", "delete"): ("s3:DeleteObject", "WRITE"),
    ("GET", ""): ("s3:ListBucket", "READ"),
    ("POST", ""): ("s3:PutObject", "WRITE"),
}
# Sub-resources that only the account itself may use (S3 API, PutBucketPolicy: MethodNotAllowed).
_OTHERS = frozenset(
    {"accelerate", "analytics", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold"}
    | {"lifecycle", "logging", "metrics", "notification", "object-lock", "ownershipControls", "policy"}
    | {"policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention"}
    | {"tagging", "torrent", "versioning", "website"}
)


def is_signed(authorization: str, query: Collection[str]) -> bool:
    """Return whether a request is signed for S3, in any version. `query` has the names of its parameters."""
    if authorization.startswith(("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS ")):
        return True
    return "X-Amz-Signature" in query or set(query) >= {"Signature", "Expires", "AWSAccessKeyId"}


def admits(
    bucket: FakeBucket | None, key: str, method: str, query: Collection[str], environ: Environ
) -> bool:
    """Return whether S3 allows the request to anybody. `query` has the names of the parameters.

    A parameter Signature without S3's other ones is refused, as for a URL that is signed for CloudFront. Anybody may
    learn that a bucket does not exist.
    """
    if "Signature" in query:
        return False
    if bucket is None:
        return method in ("GET", "HEAD")
    who = _anybody(environ)
    known = _OBJECT if key else _BUCKET
    names = {verb_and_name[1] for verb_and_name in known} | _OTHERS
    sub = next((name for name in query if name in names), "")
    action, permission = known.get(("GET" if method == "HEAD" else method, sub), ("", ""))
    if not action:
        return False
    if action == "s3:GetObject":
        return _may_get(bucket, key, who)
    found = buckets.find_key(bucket, key) if key else None
    return s3_access.may(bucket, who, action, key, found, permission=permission)


def _may_get(bucket: FakeBucket, name: str, who: S3Requester) -> bool:
    """Return whether anybody may get an object, or learn that it does not exist, which needs permission to list."""
    key = buckets.find_key(bucket, name)
    if key is None:
        return s3_access.may_list(bucket, who)
    return s3_access.may_read(bucket, key, who) and not s3_access.decryption_refusal(bucket, key, who)


def _anybody(environ: Environ) -> S3Requester:
    headers: Mapping[str, str] = environ
    scheme = ViewerRequest("", "", "", "", "", environ).scheme
    return requester.anonymous(
        environ["REMOTE_ADDR"], scheme, headers.get("HTTP_USER_AGENT", ""), headers.get("HTTP_REFERER", "")
    )
