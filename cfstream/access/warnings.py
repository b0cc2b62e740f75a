"""Settings of a distribution that can show what a signature protects, beside who can read. Pure."""

from collections.abc import Iterator

from cfstream.domain import Distribution
from cfstream.errors import Notice


def viewer_warnings(own: Distribution) -> Iterator[Notice]:
    """Yield a warning for each error page and each function that may get around signatures."""
    if not own.enabled or not any(behavior.signers for behavior in own.behaviors):
        return
    yield from _error_pages(own)
    for behavior in own.behaviors:
        if behavior.functions and not behavior.signers:
            path = behavior.path or "the default behavior"
            text = f"functions run on {path}, which nobody needs to sign: access is judged as if they keep the path"
            yield Notice(text, warning=True, do="check that they never lead to a signed path")


def _error_pages(own: Distribution) -> Iterator[Notice]:
    """Source: Developer Guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin".

    The page is fetched by the first behavior that matches it, and replaces CloudFront's own refusals as well. A 403
    that became a 200 has leaked protected content (aws-samples/cloudfront-authorization-at-edge#25).
    """
    for page in own.error_pages:
        if page.code == 403 and page.response_code.startswith("2"):
            text = f"the error page {page.page} answers {page.response_code} for a 403: refused viewers get a success"
            yield Notice(text, warning=True, do="answer 403 for a 403")
        if page.page and (behavior := own.behavior_for(page.page)).signers:
            where = behavior.path or "the default behavior"
            text = f"the error page {page.page} is on a signed path ({where}): viewers may get it without a signature"
            do = "move it to a path of its own that is public, with nothing secret in it"
            yield Notice(text, warning=True, do=do)
