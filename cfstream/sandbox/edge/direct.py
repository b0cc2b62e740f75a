"""A bucket's own addresses: virtual-hosted, website, access point.

What lives here: reading such an address, and answering where S3 itself (which knows paths only) cannot.
S3 User Guide, "Virtual hosting of general purpose buckets", "Website endpoints", "Managing access with access
points".
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from moto.s3.models import FakeBucket
from moto.s3control.models import AccessPoint, s3control_backends

from cfstream.sandbox import bucket_policy
from cfstream.sandbox.edge import bucket as buckets
from cfstream.sandbox.edge import documents, objects, requester, s3_access, website
from cfstream.sandbox.edge import viewer as viewers
from cfstream.sandbox.edge.requester import Requester
from cfstream.sandbox.edge.s3_access import Verdict
from cfstream.sandbox.edge.viewer import Viewer
from cfstream.sandbox.listener import Answer, Environ

_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_AMAZON = r"\.amazonaws\.com(?:\.cn)?"
_WEBSITE = re.compile(rf"(?P<bucket>.+?)\.s3-website[.-](?P<region>{_REGION}){_AMAZON}")
_ACCESS_POINT = re.compile(
    rf"(?P<name>.+?)-(?P<account>\d{{12}})\.s3-accesspoint(?:\.dualstack)?\.(?P<region>{_REGION}){_AMAZON}"
)
_REST = re.compile(
    rf"(?P<bucket>.+?)\.s3(?:-accelerate)?(?:\.dualstack)?(?:[.-](?P<region>{_REGION}))?{_AMAZON}"
)


def serves(host: str) -> bool:
    """Whether a Host header names a bucket or an access point."""
    name = viewers.hostname(host)
    return any(form.fullmatch(name) for form in (_WEBSITE, _ACCESS_POINT, _REST))


def website_of(host: str) -> str | None:
    """The bucket whose website endpoint that is, None for any other host."""
    found = _WEBSITE.fullmatch(viewers.hostname(host))
    return found["bucket"] if found else None


def answer(environ: Environ, to_s3: Callable[[Environ], Answer]) -> Answer:
    """What such an address answers to somebody who does not sign. `to_s3` answers by path, as S3's endpoint
    does.
    """
    viewer = viewers.of(environ)
    site = website_of(viewer.hostname)
    if site:
        return website.answer(buckets.find(site), site, _anybody(viewer), viewer)
    found = _ACCESS_POINT.fullmatch(viewer.hostname)
    if found:
        point = s3control_backends[found["account"]]["aws"].access_points[found["account"]].get(found["name"])
        return _by_access_point(point, found["account"], viewer)
    found = _REST.fullmatch(viewer.hostname)
    if found is None:
        return to_s3(environ)
    aliased = _by_alias(found["bucket"])
    if aliased:
        return _by_access_point(*aliased, viewer)
    bucket = buckets.find(found["bucket"])
    if bucket and found["region"] not in (None, bucket.region_name):
        return buckets.elsewhere(bucket)
    return to_s3(_by_path(environ, found["bucket"]))


def _by_path(environ: Environ, bucket: str) -> Environ:
    target = f"/{bucket}{environ['RAW_URI']}"
    host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    own = {"RAW_URI": target, "REQUEST_URI": target, "PATH_INFO": f"/{bucket}{environ['PATH_INFO']}"}
    return {**environ, **own, "HTTP_HOST": host}


def _anybody(viewer: Viewer) -> Requester:
    return requester.anonymous(
        viewer.address, viewer.scheme, viewer.header("User-Agent"), viewer.header("Referer")
    )


def _by_alias(name: str) -> tuple[AccessPoint, str] | None:
    """The access point with that alias, and its account; an alias stands where a bucket's name would."""
    if not name.endswith("-s3alias"):
        return None
    for account, partitions in s3control_backends.items():
        for point in partitions["aws"].access_points[account].values():
            if point.alias == name:
                return point, account
    return None


def _by_access_point(point: AccessPoint | None, account: str, viewer: Viewer) -> Answer:
    """An object by an access point: its own policy must let anybody in, and the bucket's as well."""
    if point is None or point.network_origin != "Internet":
        return documents.s3_error(404, "NoSuchAccessPoint", "The specified accesspoint does not exist")
    bucket = buckets.find(point.bucket)
    name = buckets.key_of(viewer.path)
    key = buckets.find_key(bucket, name) if bucket else None
    if bucket is None or key is None or viewer.method not in ("GET", "HEAD"):
        return documents.s3_denied()
    if not _lets_in(point, account, bucket, name, viewer):
        return documents.s3_denied()
    who = _through(point, account, viewer)
    if not s3_access.may_read(bucket, key, who):
        return documents.s3_denied()
    refused = s3_access.decryption_refusal(bucket, key, who)
    return documents.s3_error(*refused) if refused else objects.answer(key, viewer.method, viewer.header)


def _lets_in(point: AccessPoint, account: str, bucket: FakeBucket, name: str, viewer: Viewer) -> bool:
    policy = _policy(point)
    if policy is None:
        return False
    if point.pubc["RestrictPublicBuckets"] in (True, "true") and bucket_policy.is_public(policy):
        return False
    arn = f"arn:aws:s3:{bucket.region_name}:{account}:accesspoint/{point.name}/object/{name}"
    who = _through(point, account, viewer)
    return s3_access.verdict(policy, who, "s3:GetObject", arn, who.context) is Verdict.ALLOW


def _policy(point: AccessPoint) -> bytes | None:
    """The policy, where it is one: S3 Control of moto takes any text."""
    try:
        return json.dumps(json.loads(point.policy or "")).encode()
    except ValueError:
        return None


def _through(point: AccessPoint, account: str, viewer: Viewer) -> Requester:
    who = _anybody(viewer)
    own = {"s3:dataaccesspointaccount": account, "s3:dataaccesspointarn": point.arn}
    return replace(who, context={**who.context, **own, "s3:accesspointnetworkorigin": "Internet"})
