"""What is asked without a key: every behavior, by every name, unsigned and with signatures that cannot hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cfstream.domain import Delivery
from cfstream.ports import Visit
from cfstream.proving.check import HELD, Check, Judge, Judgement
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.reading import Saw, Seen
from cfstream.proving.site import Place, Site, Wanted

NO_KEY = "KCFSTREAMVERIFY"
"""An id that no key has: those that CloudFront gives have a sign less."""


@dataclass(frozen=True)
class Address:
    """One host name, and how to get there."""

    host: str
    by_way_of: str = ""
    """The host whose address is connected to, where the name itself leads nowhere yet."""

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    def visit(self, path: str, *, scheme: str = "https", method: str = "GET", **headers: str) -> Visit:
        """A request to this address; header names with ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return Visit(f"{scheme}://{self.host}{path}", method, sent, self.by_way_of)


@dataclass(frozen=True)
class Attempt:
    """A way to ask that must be refused where signatures are asked for."""

    brief: str
    claim: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    scheme: str = "https"


UNSIGNED = Attempt("unsigned", "an unsigned request is refused")


def attempts(key_id: str) -> tuple[Attempt, ...]:
    """Every way to get in without a key; `key_id` is a trusted one, so that the rest of the signature is judged."""
    forged = f"Signature=AAAA&Key-Pair-Id={key_id}"
    cookies = f"CloudFront-Policy=bm8gcG9saWN5; CloudFront-Signature=AAAA; CloudFront-Key-Pair-Id={key_id}"
    return (
        UNSIGNED,
        Attempt("HEAD", "an unsigned HEAD is refused", method="HEAD"),
        Attempt("malformed", "a URL with a malformed policy is refused", f"Policy=bm8gcG9saWN5&{forged}"),
        Attempt("expired", "a URL that has expired is refused", f"Expires=1262304000&{forged}"),
        Attempt("forged", "a URL with a forged signature is refused", f"Expires=4102444800&{forged}"),
        Attempt(
            "unknown key",
            "a URL by a key that nobody knows is refused",
            f"Expires=4102444800&Signature=AAAA&Key-Pair-Id={NO_KEY}",
        ),
        Attempt(
            "malformed cookies", "cookies with a malformed policy are refused", headers={"Cookie": cookies}
        ),
        Attempt("plain http", "an unsigned request by plain http is refused", scheme="http"),
    )


def keyless_checks(site: Site, address: Address) -> Iterator[Check]:
    """The checks of all behaviors by one address."""
    for place in site.places:
        if not place.path or place.wanted is Wanted.NOT_OURS:
            continue
        if not site.spec.enabled:
            yield _check(address, place, UNSIGNED, _disabled(site))
        elif place.wanted is Wanted.SIGNED:
            for attempt in attempts(next(iter(place.guard.key_ids), NO_KEY)):
                yield _check(address, place, attempt, guarded(site, place))
        else:
            yield _open_check(site, address, place)
    yield from _protocol(site, address)


def guarded(site: Site, place: Place) -> Judge:
    """Judge what CloudFront itself must refuse: a refusal by S3 is not enough.

    An error page that needs a signature must not be served in place of the refusal.
    """

    def judge(seen: Seen) -> Judgement:
        match seen.saw:
            case Saw.OBJECT | Saw.PAGE if site.protected_page and 200 <= seen.status < 300:
                why = f"the error page {site.protected_page} is served, and its path needs a signature"
                return Judgement(Verdict.LET_IN, why, "move it to a path of its own that is public")
            case Saw.REFUSED | Saw.PAGE | Saw.ELSEWHERE:
                return HELD
            case Saw.OBJECT:
                return Judgement(Verdict.LET_IN, _why_open(site, place), site.apply)
            case Saw.ORIGIN:
                asked = f"CloudFront asked the bucket, which refused it ({seen.code or seen.status})"
                why = f"{_why_open(site, place)}; {asked}"
                return Judgement(Verdict.LET_IN, why, site.apply)
        return unproved(seen)

    return judge


def unproved(seen: Seen) -> Judgement:
    """What is to be said of an answer that proves nothing."""
    return Judgement(Verdict.UNPROVED, f"no answer that proves it: {seen.told}", "run it again in a minute")


def kept_out(site: Site, place: Place, seen: Seen) -> Judgement:
    """Why somebody who may get in was refused, as far as it is known."""
    match seen.saw:
        case Saw.REFUSED:
            why = f"{place.guard.named} asks for a signature of {place.guard.whom}"
        case Saw.ORIGIN:
            why = f"S3 refuses it to CloudFront ({seen.code or seen.status}): identity, grant, owner or encryption"
        case Saw.PAGE:
            why = "CloudFront refuses it: disabled, or not for this host"
        case Saw.ELSEWHERE:
            why = f"it is sent elsewhere: {seen.told}"
        case _:
            return unproved(seen)
    return Judgement(Verdict.KEPT_OUT, why, f"see what differs: {site.scene.command('plan')}")


def _check(address: Address, place: Place, attempt: Attempt, judge: Judge) -> Check:
    finding = Finding(address.url, place.named, attempt.brief, attempt.claim)
    path = f"{place.path}?{attempt.query}" if attempt.query else place.path
    visit = address.visit(path, scheme=attempt.scheme, method=attempt.method, **attempt.headers)
    return Check(finding, visit, judge)


def _open_check(site: Site, address: Address, place: Place) -> Check:
    """That what is public is answered. Where no object is known, that CloudFront at least passes the request on."""

    def judge(seen: Seen) -> Judgement:
        passed = seen.saw is Saw.OBJECT or (seen.saw is Saw.ORIGIN and not place.key)
        return HELD if passed else kept_out(site, place, seen)

    claim = "public: everyone is answered" if place.key else "public: nobody needs to sign"
    return Check(
        Finding(address.url, place.named, "everyone", claim, good="open to"), address.visit(place.path), judge
    )


def _disabled(site: Site) -> Judge:
    """Judges a request to a stack that the spec disables: whatever is no object will do, no address included."""

    def judge(seen: Seen) -> Judgement:
        if seen.saw is Saw.OBJECT:
            why = "the spec says enabled: false, and the distribution answers"
            return Judgement(Verdict.LET_IN, why, site.apply)
        return unproved(seen) if seen.saw is Saw.FAILED else HELD

    return judge


def _why_open(site: Site, place: Place) -> str:
    if not place.guard.signed:
        return f"{place.guard.named} of {site.live.id} has no signers"
    return (
        f"{place.guard.named} of {site.live.id} asks {place.guard.whom} to sign, and let it pass all the same"
    )


def _protocol(site: Site, address: Address) -> Iterator[Check]:
    """What plain http gets from the default behavior, which is what the spec speaks of."""
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

    def judge(seen: Seen) -> Judgement:
        if seen.saw is Saw.ELSEWHERE and seen.location.startswith("https://"):
            return HELD if redirects else _answers_http(site, seen)
        if seen.saw is Saw.PAGE:
            return HELD if not redirects else kept_out(site, place, seen)
        return unproved(seen) if seen.saw in (Saw.FAILED, Saw.NOTHING) else _answers_http(site, seen)

    claim = "plain http is sent to https" if redirects else "plain http is refused"
    good, brief = ("sends", "plain http to https") if redirects else ("refuses", "http")
    finding = Finding(address.url, place.named, brief, claim, good=good)
    yield Check(finding, address.visit(place.path, scheme="http"), judge)


def _answers_http(site: Site, seen: Seen) -> Judgement:
    why = f"plain http is answered ({seen.told}), and the spec says {site.spec.http.viewer_protocol}"
    return Judgement(Verdict.LET_IN, why, site.apply)
