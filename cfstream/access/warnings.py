"""Warn about settings of a distribution that can expose signed content without changing who can read. Pure."""

from collections.abc import Iterator

from cfstream.domain import Distribution
from cfstream.errors import Notice


def viewer_warnings(own: Distribution) -> Iterator[Notice]:
    """Yield a warning for each error page that may bypass signatures, and for functions that may change the path."""
    if not own.enabled or not any(behavior.signers for behavior in own.behaviors):
        return
    yield from _error_pages(own)
    unsigned = [
        behavior.path or "the default behavior"
        for behavior in own.behaviors
        if not behavior.signers
        if any(each.at_request for each in (*behavior.functions, *behavior.lambdas))
    ]
    if unsigned:
        where = f"functions run on unsigned paths ({', '.join(unsigned)})"
        text = f"{where}; access is judged as if they do not change the path"
        yield Notice(text, warning=True, do="check that they never rewrite to a signed path")


def _error_pages(own: Distribution) -> Iterator[Notice]:
    """Source: Developer Guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin".

    The first behavior that matches the page serves it, and the page also replaces CloudFront's own 403 answers. A 403
    that becomes a 200 can leak protected content (aws-samples/cloudfront-authorization-at-edge#25).
    """
    for page in own.error_pages:
        if page.code == 403 and page.response_code.startswith("2"):
            text = f"the error page {page.page} answers {page.response_code} for a 403: refused viewers see a success"
            yield Notice(text, warning=True, do="set its response_code to 403")
        if page.page and (behavior := own.behavior_for(page.page)).signers:
            where = behavior.path or "the default behavior"
            text = f"the error page {page.page} is on a signed path ({where}): viewers may get it without a signature"
            do = "move it to a public path of its own that contains nothing secret"
            yield Notice(text, warning=True, do=do)
