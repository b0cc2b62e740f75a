"""A bucket's own addresses: virtual-hosted, website, access point. S3 itself only knows paths.

Source: S3 User Guide, "Virtual hosting of general purpose buckets", "Website endpoints", "Managing access with access
points".
"""

import re
from collections.abc import Callable

from moto.s3control.models import AccessPoint

from cfstream.sandbox.edge import access_points, requester, website
from cfstream.sandbox.edge import bucket as buckets
from cfstream.sandbox.edge import viewer as viewers
from cfstream.sandbox.edge.requester import S3Requester
from cfstream.sandbox.edge.viewer import ViewerRequest
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
    """Return whether a Host header names a bucket or an access point."""
    name = viewers.hostname(host)
    return any(form.fullmatch(name) for form in (_WEBSITE, _ACCESS_POINT, _REST))


def website_of(host: str) -> str | None:
    """Return the bucket of a website endpoint; None for any other host."""
    found = _WEBSITE.fullmatch(viewers.hostname(host))
    return found["bucket"] if found else None


def answer(environ: Environ, to_s3: Callable[[Environ], Answer]) -> Answer:
    """Answer an unsigned request to such an address. `to_s3` answers by path, like S3's endpoint."""
    viewer = viewers.of(environ)
    site = website_of(viewer.hostname)
    if site:
        return website.answer(buckets.find(site), site, _anybody(viewer), viewer)
    found = _ACCESS_POINT.fullmatch(viewer.hostname)
    if found:
        point = access_points.named(found["account"], found["name"])
        return _by_access_point(point, viewer)
    found = _REST.fullmatch(viewer.hostname)
    if found is None:
        return to_s3(environ)
    aliased = access_points.aliased(found["bucket"])
    if aliased:
        return _by_access_point(aliased, viewer)
    bucket = buckets.find(found["bucket"])
    if bucket and found["region"] not in (None, bucket.region_name):
        return buckets.elsewhere(bucket)
    return to_s3(_by_path(environ, found["bucket"]))


def _by_path(environ: Environ, bucket: str) -> Environ:
    target = f"/{bucket}{environ['RAW_URI']}"
    host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    own = {"RAW_URI": target, "REQUEST_URI": target, "PATH_INFO": f"/{bucket}{environ['PATH_INFO']}"}
    return {**environ, **own, "HTTP_HOST": host}


def _anybody(viewer: ViewerRequest) -> S3Requester:
    return requester.anonymous(
        viewer.address, viewer.scheme, viewer.header("User-Agent"), viewer.header("Referer")
    )


def _by_access_point(point: AccessPoint | None, viewer: ViewerRequest) -> Answer:
    return access_points.ask(point, viewer.path, viewer.method, _anybody(viewer), viewer.header)


def alias_in(host: str) -> str:
    """Return the name in a bucket's address: its name, or the alias of an access point; "" for other hosts."""
    found = _REST.fullmatch(viewers.hostname(host))
    return found["bucket"] if found else ""
