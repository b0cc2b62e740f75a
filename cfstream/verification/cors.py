"""Check that pages of other origins can read signed content, as ``http.cors`` requires.

A GET by a player is a simple request, even with cookies, so the response headers policy is enough. A page that sends
custom headers makes the browser send a preflight (OPTIONS). With a signed URL the preflight has the signature, and S3
answers it by the bucket's CORS rules, which the spec does not manage. A preflight never has cookies (Fetch Standard,
"CORS-preflight fetch"), so CloudFront refuses it (dash.js#1326). Both cases get a notice.
"""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.ports import Visit
from cfstream.spec.http.behaviors import Cors
from cfstream.startup.frozen import dataclass
from cfstream.verification.check import HELD, Check, ClaimJudgement, Judge
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.reading import ReplyKind, Seen
from cfstream.verification.site import MADE_UP, Site, TestedBehavior

WITH_COOKIES = (
    "pages that add request headers of their own cannot use cookies: the browser asks first, without cookies (a "
    "preflight), and CloudFront refuses that. They need signed URLs; pages that add none can use cookies"
)
"""What every distribution with signed cookies does."""


def cors_checks(
    site: Site, place: TestedBehavior, signed: Visit, with_cookies: Visit, opened: Judge
) -> Iterator[Check]:
    """Yield the checks of CORS with signed requests; none if the spec does not manage CORS."""
    cors = site.spec.http.cors
    if not isinstance(cors, Cors):
        return
    origin = next(iter(cors.origins))
    asking = "https://www.example.com" if origin == "*" else origin.replace("*", MADE_UP)
    replies = _Replies(site, cors, asking, opened)
    where = "/".join(signed.url.split("/", 3)[:3])
    claim = f"pages from {asking} can read it"
    finding = Finding(where, place.named, "CORS", claim, otherwise=f"pages from {asking} cannot read it")
    yield Check(finding, _by(signed, asking), replies.get)
    claim = f"pages from {asking} can send custom headers with a signed URL (preflight)"
    by_url = replace(finding, brief="CORS preflight", claim=claim)
    yield Check(by_url, _preflight(signed, asking), replies.preflight, optional=True)
    if not cors.credentials:
        return
    how = "read it with cookies"
    by_get = replace(
        finding,
        brief="CORS with cookies",
        claim=f"pages from {asking} can {how}",
        otherwise=f"pages from {asking} cannot {how}",
    )
    yield Check(by_get, _by(with_cookies, asking), replies.get)
    claim = f"pages from {asking} can send custom headers with cookies (preflight)"
    bare = replace(with_cookies, headers={})
    by_cookies = replace(finding, brief="CORS preflight with cookies", claim=claim)
    yield Check(by_cookies, _preflight(bare, asking), replies.preflight_for_cookies, optional=True)


@dataclass(frozen=True)
class _Replies:
    """Judges replies to requests of pages from the origin `asking`. `opened` judges replies that are not the object."""

    site: Site
    cors: Cors
    asking: str
    opened: Judge

    def get(self, seen: Seen) -> ClaimJudgement:
        return self._headers(seen) if seen.saw is ReplyKind.OBJECT else self.opened(seen)

    def preflight(self, seen: Seen) -> ClaimJudgement:
        if seen.saw is ReplyKind.OBJECT:
            return self._headers(seen)
        pages = f"pages from {self.asking} that add request headers of their own"
        if seen.saw in (ReplyKind.FAILED, ReplyKind.NOTHING):
            why = f"whether signed URLs work for {pages} was not verified: a preflight got {seen.text}"
            return ClaimJudgement(Verdict.UNPROVED, why)
        missing = _unanswered(self.site, seen, self.asking)
        why = f"signed URLs do not work yet for {pages} (a preflight got {seen.text}): {missing}"
        return ClaimJudgement(Verdict.DENIED, why)

    def preflight_for_cookies(self, seen: Seen) -> ClaimJudgement:
        if seen.saw is ReplyKind.REFUSED:
            return ClaimJudgement(Verdict.DENIED, WITH_COOKIES)
        return self.preflight(seen)

    def _headers(self, seen: Seen) -> ClaimJudgement:
        """Judge the headers of the object by which a browser decides whether the page may read it."""
        allowed, credentials = seen.headers.get("access-control-allow-origin", ""), self.cors.credentials
        if allowed != self.asking and (allowed != "*" or credentials):
            why = f"Access-Control-Allow-Origin is {allowed or 'missing'}"
        elif credentials and seen.headers.get("access-control-allow-credentials") != "true":
            why = "Access-Control-Allow-Credentials is missing, so browsers send no cookies"
        else:
            return HELD
        plan = self.site.context.command("plan")
        return ClaimJudgement(Verdict.DENIED, why, f"compare http.cors with the plan: {plan}")


def _by(visit: Visit, asking: str) -> Visit:
    return replace(visit, headers={**visit.headers, "Origin": asking})


def _preflight(visit: Visit, asking: str) -> Visit:
    """Return the preflight for a GET with a header that is not simple."""
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"}
    return replace(visit, method="OPTIONS", headers={**visit.headers, "Origin": asking, **asked})


def _unanswered(site: Site, seen: Seen, asking: str) -> str:
    """Return why a preflight failed, and what is missing."""
    forwards = (
        "the default behavior does not forward CORS headers: its origin request policy must be CORS-S3Origin"
    )
    rules = f"bucket {site.bucket.name} needs a CORS rule that allows GET and the header Range for {asking}"
    match seen.saw:
        case ReplyKind.REFUSED:
            return "CloudFront rejects the signature"
        case ReplyKind.PAGE:
            return "CloudFront does not allow OPTIONS there"
        case ReplyKind.ORIGIN if seen.status == 400:
            return f"{forwards}; and {rules}"
        case ReplyKind.ORIGIN:
            return rules
    return "the answer is not a preflight response"
