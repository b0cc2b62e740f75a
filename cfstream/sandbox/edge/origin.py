"""The way from the edge to an S3 bucket: as whom CloudFront asks, and what S3 answers it.

What lives here: origins of a distribution, with their origin access. Viewers have been judged before; S3's own
judgement is in ``s3_access``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus
from xml.sax.saxutils import escape

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from cfstream.sandbox.cloudfront.world import World
from cfstream.sandbox.edge import cors, documents, forwarding, objects, requester, s3_access
from cfstream.sandbox.edge.hosts import Site
from cfstream.sandbox.edge.requester import Requester
from cfstream.sandbox.edge.viewer import Viewer
from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

_BUCKET = re.compile(
    r"(?P<bucket>.+?)\.s3(?:[.-](?:dualstack\.)?(?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?"
)
_SIGNED_FOR_S3 = ("Signature", "Expires", "Key-Pair-Id")


@dataclass(frozen=True)
class Asked:
    """One request to a bucket."""

    bucket: FakeBucket
    key: str
    method: str
    who: Requester
    header: Callable[[str], str]


@dataclass(frozen=True)
class Errand:
    """What a behavior of a distribution has to get for a viewer: the path is the viewer's, or an error page's."""

    world: World
    site: Site
    behavior: Json
    viewer: Viewer
    path: str

    def header(self, name: str) -> str:
        """The viewer's header of that name, as far as the origin gets it; "" otherwise."""
        sent = self.viewer.header(name)
        if not sent or name in _CONDITIONS or forwarding.passes_header(self.world, self.behavior, name):
            return sent
        return ""


def fetch(errand: Errand) -> Answer:
    """What the behavior's origin answers for that path; of an origin group, the first member that does not fail.

    502 for an origin that is no S3 bucket.
    """
    config, target = errand.site.config, errand.behavior["TargetOriginId"]
    origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
    groups = {group["Id"]: group for group in config["OriginGroups"].get("Items", ())}
    if target not in groups:
        return _from(origins[target], errand)
    group = groups[target]
    failing = group["FailoverCriteria"]["StatusCodes"]["Items"]
    first, second = (origins[member["OriginId"]] for member in group["Members"]["Items"])
    answer = _from(first, errand)
    if answer.status in failing and errand.viewer.method in ("GET", "HEAD", "OPTIONS"):
        return _from(second, errand)
    return answer


def _from(origin: Json, errand: Errand) -> Answer:
    if "S3OriginConfig" not in origin:
        return documents.page(502, documents.BAD_GATEWAY)
    refused = _breaks_s3(errand)
    if refused:
        return refused
    path = origin["OriginPath"] + errand.path
    return ask(origin["DomainName"], path, errand.viewer.method, _requester(origin, errand), errand.header)


# CloudFront itself answers by these, whatever the behavior forwards.
_CONDITIONS = frozenset(
    {"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}
)


def _breaks_s3(errand: Errand) -> Answer | None:
    """S3's refusals of what it takes for its own: a forwarded Host, and parameters of a signature."""
    world, behavior, viewer = errand.world, errand.behavior, errand.viewer
    if forwarding.passes_header(world, behavior, "Host"):
        return documents.s3_error(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and "
            "signing method.",
        )
    signed = behavior["TrustedSigners"]["Quantity"] or behavior["TrustedKeyGroups"]["Quantity"]
    names = {pair.partition("=")[0] for pair in viewer.query.split("&")} & set(_SIGNED_FOR_S3)
    if not signed and any(forwarding.passes_query(world, behavior, name) for name in names):
        return documents.s3_error(
            403,
            "AccessDenied",
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
        )
    return None


def _requester(origin: Json, errand: Errand) -> Requester:
    world, viewer = errand.world, errand.viewer
    control = world.controls.find(origin["OriginAccessControlId"])
    signing = control.config["SigningBehavior"] if control else "never"
    own_signature = errand.header("Authorization").startswith("AWS4-HMAC-SHA256")
    if signing == "always" or (signing == "no-override" and not own_signature):
        return requester.service(errand.site.arn)
    if own_signature:
        return requester.account(world.account, requester.EDGE_ADDRESS, viewer.scheme)
    return by_identity(world, origin["S3OriginConfig"]["OriginAccessIdentity"], viewer)


def by_identity(world: World, named: str, viewer: Viewer) -> Requester:
    """CloudFront by the identity ``origin-access-identity/cloudfront/E…``, or as anybody where none is named."""
    identity = world.identities.find(named.rpartition("/")[2])
    return requester.identity(identity, viewer.scheme) if identity else requester.edge_unsigned(viewer.scheme)


def ask(domain: str, path: str, method: str, who: Requester, header: Callable[[str], str]) -> Answer:
    """What the bucket of that domain name answers to a path."""
    named = _BUCKET.fullmatch(domain.lower())
    bucket = find_bucket(named["bucket"]) if named else None
    if method == "OPTIONS":
        return cors.preflight(bucket, header)
    if named is None or bucket is None:
        return documents.s3_error(404, "NoSuchBucket", "The specified bucket does not exist")
    if named["region"] and named["region"] != bucket.region_name:
        return elsewhere(bucket)
    asked = Asked(bucket, key_of(path), method, who, header)
    answer = _listing(asked) if not asked.key else _object(asked)
    return answer._replace(headers=[*answer.headers, *cors.headers(bucket, method, header)])


def elsewhere(bucket: FakeBucket) -> Answer:
    """S3's 301 for a bucket that is asked for in another region than its own."""
    return documents.s3_error(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        [("x-amz-bucket-region", bucket.region_name)],
        Endpoint=f"{bucket.name}.s3.{bucket.region_name}.amazonaws.com",
        Bucket=bucket.name,
    )


def find_bucket(name: str) -> FakeBucket | None:
    """The bucket of that name, in whatever account; None where there is none."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    bucket: FakeBucket | None = s3_backends[account][partition].buckets.get(name)
    return bucket


def find_key(bucket: FakeBucket, name: str) -> FakeKey | None:
    """The object of that name in its latest version; None where there is none, or a delete marker."""
    latest = bucket.keys.get(name)
    return latest if isinstance(latest, FakeKey) else None


def key_of(path: str) -> str:
    """The key that S3 reads out of a path. It takes "+" for a space, as in a form (aws-sdk-ruby#654)."""
    return unquote_plus(path.removeprefix("/"))


def _object(asked: Asked) -> Answer:
    bucket, who = asked.bucket, asked.who
    key = find_key(bucket, asked.key)
    if asked.method not in ("GET", "HEAD"):
        return _write(asked, key)
    if key is None:
        if s3_access.may_list(bucket, who):
            return documents.s3_error(404, "NoSuchKey", "The specified key does not exist.", Key=asked.key)
        return documents.s3_denied()
    if not s3_access.may_read(bucket, key, who):
        return documents.s3_denied()
    refused = s3_access.decryption_refusal(bucket, key, who)
    return documents.s3_error(*refused) if refused else objects.answer(key, asked.method, asked.header)


_WRITES = {"PUT": "s3:PutObject", "POST": "s3:PutObject", "DELETE": "s3:DeleteObject"}


def _write(asked: Asked, key: FakeKey | None) -> Answer:
    action = _WRITES.get(asked.method)
    if action and s3_access.may(asked.bucket, asked.who, action, asked.key, key, permission="WRITE"):
        return documents.s3_error(
            501, "NotImplemented", "S3 would do this; the sandbox's edge does not write."
        )
    return documents.s3_denied()


def _listing(asked: Asked) -> Answer:
    """What the root of a bucket is: its list, for those who may have that."""
    if asked.method not in ("GET", "HEAD") or not s3_access.may_list(asked.bucket, asked.who):
        return documents.s3_denied()
    names = sorted(name for name in asked.bucket.keys if find_key(asked.bucket, name))[:1000]
    rows = "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in names)
    body = f"<ListBucketResult><Name>{escape(asked.bucket.name)}</Name>{rows}</ListBucketResult>"
    headers = [("Content-Type", "application/xml"), ("Server", "AmazonS3")]
    return Answer(200, headers, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())
