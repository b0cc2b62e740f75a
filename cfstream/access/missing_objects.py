"""Warn about an error page for missing objects that no viewer gets. Pure."""

from collections.abc import Iterator

from cfstream.access.model import AccessModel
from cfstream.access.origins import requester_of
from cfstream.access.partition import Named
from cfstream.access.policy import ResourceType
from cfstream.access.reader import Certainty, May
from cfstream.access.statements import PolicyView
from cfstream.domain import Distribution
from cfstream.errors import Notice


def missing_object_warnings(model: AccessModel, own: Distribution) -> Iterator[Notice]:
    """Yield a warning if a page for 404 exists, none for 403, and S3 answers 403 for an object that does not exist.

    Source: S3 API Reference, GetObject: without s3:ListBucket, S3 answers 403 for a key that does not exist, not 404.
    """
    pages = {page.code: page.page for page in own.error_pages if page.page}
    if not own.enabled or 404 not in pages or 403 in pages or _may_list(model, own):
        return
    yield Notice(
        f"S3 answers 403 for an object that does not exist, because CloudFront may not list {model.bucket.name}: "
        f"viewers do not get {pages[404]}, which is a page for 404",
        warning=True,
        do="change its code to 403, with response_code 404; it then also replaces CloudFront's refusals",
    )


def _may_list(model: AccessModel, own: Distribution) -> bool:
    """Return whether S3 may let CloudFront list the bucket."""
    origin = own.default_origin
    if origin is None or model.bucket.policy_unread:
        return True
    view = PolicyView.of(model)
    requester = view.known(requester_of(model, own, origin))
    return view.by_viewers(requester, May.LIST, ResourceType.BUCKET, Named(0, 0)).verdict is not Certainty.NO
