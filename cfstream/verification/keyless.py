"""Checks without a key: every behavior, by every host name, unsigned and with invalid signatures."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from cfstream.domain import Delivery
from cfstream.ports import Visit
from cfstream.startup.frozen import dataclass
from cfstream.verification.check import HELD, Check, ClaimJudgement, Judge
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.reading import ReplyKind, Seen
from cfstream.verification.site import ExpectedAccess, Site, TestedBehavior

NO_KEY = "KCFSTREAMVERIFY"
"""An id that no key has: it is one character longer than CloudFront's ids."""


@dataclass(frozen=True)
class HostAddress:
    """One host name, and the address to connect to."""

    host: str
    by_way_of: str = ""
    """The host to connect to, if the name itself does not resolve yet."""

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    def visit(self, path: str, *, scheme: str = "https", method: str = "GET", **headers: str) -> Visit:
        """Return a request to this address. Header names have ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return Visit(f"{scheme}://{self.host}{path}", method, sent, self.by_way_of)


@dataclass(frozen=True)
class Attempt:
    """A kind of request that must be refused if signatures are required."""

    brief: str
    """Its name in lists of several attempts, whether they passed or failed."""
    claim: str
    """What a passed check shows. `check` derives from it what a failed one shows: "an unsigned request was served"."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    scheme: str = "https"
    good: str = "refuses"
    otherwise: str = ""


UNSIGNED = Attempt("unsigned", "an unsigned request is refused")


def attempts(key_id: str) -> tuple[Attempt, ...]:
    """Return every kind of request without a key. `key_id` is a trusted one, so that CloudFront checks the rest too."""
    forged = f"Signature=AAAA&Key-Pair-Id={key_id}"
    cookies = f"CloudFront-Policy=bm8gcG9saWN5; CloudFront-Signature=AAAA; CloudFront-Key-Pair-Id={key_id}"
    return (
        UNSIGNED,
        Attempt("HEAD", "an unsigned HEAD is refused", method="HEAD"),
        Attempt("malformed", "a URL with a malformed policy is refused", f"Policy=bm8gcG9saWN5&{forged}"),
        Attempt("expired", "an expired URL is refused", f"Expires=1262304000&{forged}"),
        Attempt("forged", "a URL with a forged signature is refused", f"Expires=4102444800&{forged}"),
        Attempt(
            "unknown key",
            "a URL with an unknown key is refused",
            f"Expires=4102444800&Signature=AAAA&Key-Pair-Id={NO_KEY}",
        ),
        Attempt(
            "malformed cookies", "cookies with a malformed policy are refused", headers={"Cookie": cookies}
        ),
        # A redirect to https is not a refusal, and serves nothing.
        Attempt(
            "plain http",
            "an unsigned request over plain http gets nothing",
            scheme="http",
            good="serves nothing unsigned over",
            otherwise="an unsigned request over plain http was served",
        ),
    )


def keyless_checks(site: Site, address: HostAddress) -> Iterator[Check]:
    """Yield the checks of all behaviors for one address."""
    for place in site.places:
        if not place.path or place.wanted is ExpectedAccess.NOT_OURS:
            continue
        if not site.spec.enabled:
            yield _check(address, place, UNSIGNED, _disabled(site))
        elif place.wanted is ExpectedAccess.SIGNED:
            for attempt in attempts(next(iter(place.guard.key_ids), NO_KEY)):
                yield _check(address, place, attempt, must_refuse(site, place))
        else:
            yield _open_check(site, address, place)
    yield from _protocol(site, address)


def must_refuse(site: Site, place: TestedBehavior) -> Judge:
    """Judge a request that CloudFront itself must refuse. A refusal by S3 is not enough.

    An error page that requires a signature must not be served in place of the refusal.
    """

    def judge(seen: Seen) -> ClaimJudgement:
        match seen.saw:
            case ReplyKind.OBJECT | ReplyKind.PAGE if site.protected_page and 200 <= seen.status < 300:
                why = (
                    f"the error page {site.protected_page} is served, although its path requires a signature"
                )
                return ClaimJudgement(Verdict.SERVED, why, "move it to a public path of its own")
            case ReplyKind.REFUSED | ReplyKind.PAGE | ReplyKind.ELSEWHERE:
                return HELD
            case ReplyKind.OBJECT:
                return ClaimJudgement(Verdict.SERVED, _why_open(site, place), site.apply)
            case ReplyKind.ORIGIN:
                asked = f"CloudFront sent the request to the bucket, which refused it ({seen.code or seen.status})"
                why = f"{_why_open(site, place)}; {asked}"
                return ClaimJudgement(Verdict.SERVED, why, site.apply)
        return inconclusive(seen)

    return judge


def inconclusive(seen: Seen) -> ClaimJudgement:
    """Return the judgement of an answer that decides nothing."""
    return ClaimJudgement(Verdict.UNPROVED, f"inconclusive answer: {seen.text}", "run it again in a minute")


def wrongly_refused(site: Site, place: TestedBehavior, seen: Seen) -> ClaimJudgement:
    """Return why a request was refused that must be served, if the reason is known."""
    match seen.saw:
        case ReplyKind.REFUSED if not place.guard.signed:
            why = f"an edge still requires a signature, although {place.guard.named} is public now"
            do = f"wait until the change is deployed: {site.context.command('wait')}"
            return ClaimJudgement(Verdict.DENIED, why, do)
        case ReplyKind.REFUSED:
            why = f"{place.guard.named} requires a signature by {place.guard.signers_text}"
        case ReplyKind.ORIGIN:
            why = f"S3 refused CloudFront ({seen.code or seen.status}): check identity, grant, owner and encryption"
        case ReplyKind.PAGE:
            why = "CloudFront refused it: the distribution is disabled, or does not have this host name"
        case ReplyKind.ELSEWHERE:
            why = f"it is redirected: {seen.text}"
        case _:
            return inconclusive(seen)
    return ClaimJudgement(Verdict.DENIED, why, f"compare with the spec: {site.context.command('plan')}")


def _check(address: HostAddress, place: TestedBehavior, attempt: Attempt, judge: Judge) -> Check:
    good, otherwise = attempt.good, attempt.otherwise
    finding = Finding(address.url, place.named, attempt.brief, attempt.claim, good=good, otherwise=otherwise)
    path = f"{place.path}?{attempt.query}" if attempt.query else place.path
    visit = address.visit(path, scheme=attempt.scheme, method=attempt.method, **attempt.headers)
    return Check(finding, visit, judge)


def _open_check(site: Site, address: HostAddress, place: TestedBehavior) -> Check:
    """Return the check of a public behavior. If no object is known, CloudFront must at least forward the request."""

    def judge(seen: Seen) -> ClaimJudgement:
        passed = seen.saw is ReplyKind.OBJECT or (seen.saw is ReplyKind.ORIGIN and not place.key)
        return HELD if passed else wrongly_refused(site, place, seen)

    claim = "public: everyone is served" if place.key else "public: no signature is required"
    finding = Finding(address.url, place.named, "everyone", claim, good="serves")
    if not place.key:
        finding = replace(finding, otherwise="public: a request without a signature was refused")
    return Check(finding, address.visit(place.path), judge)


def _disabled(site: Site) -> Judge:
    """Judge a request to a stack that the spec disables: anything but an object is fine, even no address."""

    def judge(seen: Seen) -> ClaimJudgement:
        if seen.saw is ReplyKind.OBJECT:
            why = "the spec has enabled: false, but the distribution answers"
            return ClaimJudgement(Verdict.SERVED, why, site.apply)
        return inconclusive(seen) if seen.saw is ReplyKind.FAILED else HELD

    return judge


def _why_open(site: Site, place: TestedBehavior) -> str:
    if not place.guard.signed:
        return f"{place.guard.named} of {site.live.id} has no signers"
    signers = place.guard.signers_text
    return f"{place.guard.named} of {site.live.id} requires a signature by {signers}, but passed the request"


def _protocol(site: Site, address: HostAddress) -> Iterator[Check]:
    """Yield the check of plain http on the default behavior, which is the one that the spec describes."""
    place = next(each for each in site.places if not each.pattern)
    wanted = site.spec.http.viewer_protocol
    if (
        site.live.delivery is Delivery.RTMP
        or not site.spec.enabled
        or wanted == "allow-all"
        or not place.path
    ):
        return
    redirects = wanted == "redirect-to-https"

    def judge(seen: Seen) -> ClaimJudgement:
        if seen.saw is ReplyKind.ELSEWHERE and seen.location.startswith("https://"):
            return HELD if redirects else _answers_http(site, seen)
        if seen.saw is ReplyKind.PAGE:
            return HELD if not redirects else wrongly_refused(site, place, seen)
        return (
            inconclusive(seen)
            if seen.saw in (ReplyKind.FAILED, ReplyKind.NOTHING)
            else _answers_http(site, seen)
        )

    claim = "plain http is redirected to https" if redirects else "plain http is refused"
    good, brief = ("redirects", "plain http to https") if redirects else ("refuses", "http")
    otherwise = claim.replace(" is ", " is not ")
    finding = Finding(address.url, place.named, brief, claim, good=good, otherwise=otherwise)
    yield Check(finding, address.visit(place.path, scheme="http"), judge)


def _answers_http(site: Site, seen: Seen) -> ClaimJudgement:
    why = f"plain http is answered ({seen.text}), but the spec has viewer_protocol: {site.spec.http.viewer_protocol}"
    return ClaimJudgement(Verdict.SERVED, why, site.apply)
