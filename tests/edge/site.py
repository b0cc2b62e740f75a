"""A bucket and distributions in the sandbox, created with boto3, and a viewer who sends requests to the edge."""

import http.client
import itertools
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from tests.edge import signing
from tests.world.configs import (
    CACHING_OPTIMIZED,
    config,
    listing,
    make,
    make_control,
    make_identity,
    make_key,
)
from tests.world.other_user import OtherUser
from tests.world.sandbox import Sandbox

Json = dict[str, Any]

BUCKET = "lectures-media"
ARN = f"arn:aws:s3:::{BUCKET}"
ORIGIN = f"{BUCKET}.s3.us-east-1.amazonaws.com"
SEGMENT = b"segment " * 16
OAI_ARN = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity "
PUBLIC: Json = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}

_names = map(str, itertools.count())


@dataclass(frozen=True)
class Reply:
    """The response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        """The code in an error document; "" without one."""
        if not self.body.startswith(b"<?xml"):
            return ""
        return ElementTree.fromstring(self.body).findtext("Code") or ""

    @property
    def from_s3(self) -> bool:
        """Whether the document is from S3: CloudFront's own has no RequestId."""
        return b"<RequestId>" in self.body

    @property
    def verdict(self) -> tuple[int, str]:
        """Status and code."""
        return self.status, self.code


class EdgeSite(OtherUser):
    """An account with one bucket and the distributions of a test, and a viewer who sends requests to them."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.clients)
        self.sandbox = sandbox
        port = int(sandbox.endpoint_url.rpartition(":")[2])
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def create_bucket(self, ownership: str = "BucketOwnerEnforced", *, blocked: bool = True) -> None:
        """Create the bucket, with a segment, a poster and a video."""
        self.s3.create_bucket(Bucket=BUCKET, ObjectOwnership=ownership)
        if not blocked:
            self.unblocked(BUCKET)
        for key in ("hls/one.ts", "posters/one.jpg", "one.mp4"):
            self.put(key)

    def put(self, key: str, body: bytes = SEGMENT, **more: Any) -> None:
        """Put an object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)

    def put_policy(self, *statements: Json, bucket: str = BUCKET) -> None:
        """Write the bucket's policy."""
        super().put_policy(*statements, bucket=bucket)

    def oac(self, signing_behavior: str = "always") -> str:
        """Create an origin access control."""
        return str(make_control(self.cloudfront, next(_names), SigningBehavior=signing_behavior)["Id"])

    def identity(self) -> Json:
        """Create an origin access identity."""
        return dict(make_identity(self.cloudfront, next(_names)))

    def public_key(self, key: signing.PrivateKey) -> str:
        """Create a public key."""
        return make_key(self.cloudfront, f"key-{next(_names)}", EncodedKey=signing.pem(key))

    def key_group(self, *keys: str) -> str:
        """Create a key group."""
        return self.make_group(f"group-{next(_names)}", *keys)

    def distribution(self, **changes: Any) -> Json:
        """Create a distribution with this config: by default one origin with an OAC, and an unsigned behavior."""
        origins = listing(origin(oac=changes.pop("oac", "") or self.oac()))
        defaults = {"Origins": origins, "DefaultCacheBehavior": behavior()}
        return dict(make(self.cloudfront, config(next(_names), **{**defaults, **changes})))

    def change(self, distribution: Json, **changes: Any) -> None:
        """Update these members of a distribution's config. A changed default behavior must be complete."""
        self.edit(lambda live: live.update(changes), id_=distribution["Id"])

    def grant(self, distribution: Json, *actions: str, **changes: Any) -> None:
        """Write the bucket policy that allows a distribution's OAC to read, or these actions."""
        self.put_policy(allow_oac(distribution, *actions, **changes))

    def view(self, path: str, host: str = "", method: str = "GET", **headers: str) -> Reply:
        """Request a path of a host. Keywords are headers, with _ for -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._wire.request(method, path, headers={**({"Host": host} if host else {}), **sent})
        reply = self._wire.getresponse()
        return Reply(reply.status, reply.headers, reply.read())

    def close(self) -> None:
        """Close the viewer's connection."""
        self._wire.close()


def origin(oac: str = "", oai: str = "", **changes: Any) -> Json:
    """Return the bucket as an origin."""
    access = f"origin-access-identity/cloudfront/{oai}" if oai else ""
    return {
        "Id": "s3",
        "DomainName": ORIGIN,
        "OriginAccessControlId": oac,
        "S3OriginConfig": {"OriginAccessIdentity": access},
        **changes,
    }


def behavior(*, key_groups: tuple[str, ...] = (), signers: tuple[str, ...] = (), **changes: Any) -> Json:
    """Return a cache behavior for that origin."""
    return {
        "TargetOriginId": "s3",
        "ViewerProtocolPolicy": "https-only",
        "CachePolicyId": CACHING_OPTIMIZED,
        "TrustedKeyGroups": {"Enabled": bool(key_groups), **listing(*key_groups)},
        "TrustedSigners": {"Enabled": bool(signers), **listing(*signers)},
        **changes,
    }


def allow_oac(distribution: Json, *actions: str, **changes: Any) -> Json:
    """Return the statement that allows a distribution's OAC to read, or these actions."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": list(actions) or ["s3:GetObject"],
        "Resource": [f"{ARN}/*", ARN],
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}},
        **changes,
    }


def label(distribution: Json) -> str:
    """Return the host with which browsers find a distribution in the sandbox."""
    return f"{distribution['DomainName'].partition('.')[0]}.cloudfront.localhost"


def ask(site: EdgeSite, created: Json, key: str = "one.mp4") -> Reply:
    """Request an object from a distribution."""
    return site.view(f"/{key}", created["DomainName"])


def by_oai(site: EdgeSite) -> tuple[Json, Json]:
    """Create a distribution that reads with an identity. Return both."""
    identity = site.identity()
    return site.distribution(Origins=listing(origin(oai=identity["Id"]))), identity


def oai_statement(identity: Json, **changes: Any) -> Json:
    """Return the statement that allows an identity to read."""
    return {**PUBLIC, "Principal": {"AWS": OAI_ARN + identity["Id"]}, **changes}
