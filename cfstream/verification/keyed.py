"""Checks with a private key: its signatures are accepted where the spec says so, and nowhere else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from cfstream.domain import Delivery
from cfstream.ports import Visit
from cfstream.sign import Cookies, Pass, Signer
from cfstream.sign.keys import PrivateKey, private_key
from cfstream.sign.resource import folder
from cfstream.startup.frozen import dataclass
from cfstream.verification.check import HELD, Check, ClaimJudgement, Judge
from cfstream.verification.cors import cors_checks
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.keyless import NO_KEY, HostAddress, inconclusive, wrongly_refused
from cfstream.verification.reading import ReplyKind, Seen
from cfstream.verification.site import MADE_UP, RTMP, ExpectedAccess, Site, TestedBehavior

At = tuple[HostAddress, TestedBehavior]

MINUTES = 600
"""Validity of the signatures of a verification, in seconds."""

ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737)."""

OTHER_PATH = f"/{MADE_UP}-elsewhere"


@dataclass(frozen=True)
class KeyAtHand:
    """The private key that the user gave, and its id if given."""

    key: PrivateKey
    key_id: str | None = None

    def id_at(self, place: TestedBehavior) -> str | None:
        """Return the id under which the behavior accepts its signatures; None if it does not trust this key."""
        for key in sorted(place.guard.keys, key=lambda key: not key.active):
            if key.der_sha256 == self.key.der_sha256 and self.key_id in (None, key.id):
                return key.id
        return self.key_id if self.key_id in place.guard.key_pairs else None

    def may_sign(self, place: TestedBehavior) -> bool:
        """Return whether the spec lets this key sign here. False for keys of other groups and of accounts."""
        return place.signers.used or bool(place.signers.accounts) or self.key.der_sha256 in place.signers.keys


@dataclass(frozen=True)
class Signing:
    """Makes valid and invalid signatures, with the time of the server that checks them."""

    at_hand: KeyAtHand
    foreign: PrivateKey
    """A key that nobody trusts."""
    now: Callable[[], float]

    def signer(self, key_id: str, *, late: float = 0.0, foreign: bool = False) -> Signer:
        """Return a signer. With `late`, it signs as it would have that many seconds ago."""
        key = self.foreign if foreign else self.at_hand.key
        return Signer(key, key_id, now=lambda: self.now() - late)


def foreign_key(like: PrivateKey) -> PrivateKey:
    """Return a key of the same type as `like` that nobody trusts. It is not stored."""
    # In PEM, an RSA public key has 451 characters, one on P-256 has 178.
    return _new_key(elliptic=len(like.public_pem) < 300)


@cache
def _new_key(*, elliptic: bool) -> PrivateKey:
    """Return a new key. Each process makes one of each type, because an RSA key takes longer than a stack's reads."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    made = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    return private_key(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def keyed_checks(site: Site, address: HostAddress, signing: Signing) -> Iterator[Check]:
    """Yield the checks for one address: the key is accepted where it is trusted, and nowhere else."""
    for place in site.places:
        if place.wanted is not ExpectedAccess.SIGNED or not place.path:
            continue
        key_id = signing.at_hand.id_at(place)
        if key_id is None or not signing.at_hand.may_sign(place) or not site.spec.enabled:
            yield from _unlisted_key(site, address, place, signing)
        elif site.live.delivery is Delivery.RTMP:
            yield from _streaming(site, address, place, signing, key_id)
        else:
            yield from map(_good, _opening(site, address, place, signing, key_id))
            yield from _refused(site, address, place, signing, key_id)


def must_serve(site: Site, place: TestedBehavior) -> Judge:
    """Judge a request that must be served. If no object is known, a refusal by S3 shows that CloudFront accepted it."""

    def judge(seen: Seen) -> ClaimJudgement:
        if seen.saw is ReplyKind.OBJECT or (seen.saw is ReplyKind.ORIGIN and not place.key):
            return HELD
        if seen.saw is ReplyKind.REFUSED:
            why = f"CloudFront rejects the signature ({seen.code})"
            do = f"wait until the key is active: {site.context.command('wait')}; cfstream explain shows other reasons"
            return ClaimJudgement(Verdict.DENIED, why, do)
        return wrongly_refused(site, place, seen)

    return judge


def _opening(
    site: Site, address: HostAddress, place: TestedBehavior, signing: Signing, key_id: str
) -> Iterator[Check]:
    url, signer = address.url + place.path, signing.signer(key_id)
    signed = signer.url(url, signing.now() + MINUTES)
    cookies = _folder_pass(signer, url, signing).cookies.header()
    judge = must_serve(site, place)

    def partly(seen: Seen) -> ClaimJudgement:
        judged = judge(seen)
        if judged is HELD and place.key and seen.status != 206:
            return ClaimJudgement(
                Verdict.DENIED,
                f"a range request got {seen.text}: players cannot seek",
                "check the origin's answers to range requests",
            )
        return judged

    yield _check((address, place), "signed URL", "a signed URL is served", _to(address, signed), judge)
    yield _check(
        (address, place),
        "range",
        "a range request is served in part",
        _to(address, signed, Range="bytes=0-0"),
        partly,
    )
    yield _check(
        (address, place), "cookies", "signed cookies are accepted", _to(address, url, Cookie=cookies), judge
    )
    if not place.pattern:
        with_cookies = _to(address, url, Cookie=cookies)
        yield from cors_checks(site, place, _to(address, signed), with_cookies, judge)


def _refused(
    site: Site, address: HostAddress, place: TestedBehavior, signing: Signing, key_id: str
) -> Iterator[Check]:
    url = address.url + place.path
    for brief, claim, asked in _bad_urls(url, address, signing, key_id):
        yield _check((address, place), brief, claim, _to(address, asked), _must_refuse(site, place))
    for brief, claim, cookies in _bad_cookies(url, address, signing, key_id):
        visit = _to(address, url, Cookie=cookies.header())
        yield _check((address, place), brief, claim, visit, _must_refuse(site, place))


def _bad_urls(
    url: str, address: HostAddress, signing: Signing, key_id: str
) -> tuple[tuple[str, str, str], ...]:
    """Return URLs that must be refused, each with its brief and its claim."""
    signer, until = signing.signer(key_id), signing.now() + MINUTES
    good, other = signer.url(url, until), signer.url(f"{address.url}{OTHER_PATH}", until)
    early = signer.url(url, until + MINUTES, starts=until)
    late = signing.signer(key_id, late=2 * MINUTES).url(url, signing.now() - MINUTES)
    foreign = signing.signer(key_id, foreign=True).url(url, until)
    return (
        ("tampered", "a URL with an altered signature is refused", _tampered(good)),
        ("extended", "a URL with an altered expiry is refused", _prolonged(good)),
        ("other path", "a signature for another path is refused", _moved(other, url)),
        ("expired", "an expired URL is refused", late),
        ("not valid yet", "a URL that is not valid yet is refused", early),
        ("for another IP", "a URL for another IP address is refused", signer.url(url, until, ip=ELSEWHERE)),
        ("wrong key", "a URL signed with the wrong key is refused", foreign),
        ("unknown id", "a URL with an unknown key id is refused", signing.signer(NO_KEY).url(url, until)),
    )


def _bad_cookies(
    url: str, address: HostAddress, signing: Signing, key_id: str
) -> tuple[tuple[str, str, Cookies], ...]:
    """Return cookies that must be refused, each with its brief and its claim."""
    until = signing.now() + MINUTES
    other = signing.signer(key_id).cookies(f"{address.url}{OTHER_PATH}/*", until)
    late = signing.signer(key_id, late=2 * MINUTES).cookies(url, signing.now() - MINUTES)
    foreign = signing.signer(key_id, foreign=True).cookies(url, until)
    return (
        ("cookies for another folder", "cookies for another folder are refused", other),
        ("expired cookies", "expired cookies are refused", late),
        ("cookies with the wrong key", "cookies signed with the wrong key are refused", foreign),
    )


def _unlisted_key(
    site: Site, address: HostAddress, place: TestedBehavior, signing: Signing
) -> Iterator[Check]:
    """Yield checks that a key is refused, with any key id, where the spec does not list it."""
    url, until = address.url + place.path, signing.now() + MINUTES
    named = (signing.at_hand.key_id, signing.at_hand.id_at(place), *place.guard.key_ids[:3], NO_KEY)
    for key_id in dict.fromkeys(id_ for id_ in named if id_):
        brief = "your key (unknown id)" if key_id == NO_KEY else f"your key (id {key_id})"
        claim = f"a URL signed by your key with the id {key_id} is refused"
        if place.pattern == "" and site.live.delivery is Delivery.RTMP:
            asked = (
                address.url
                + RTMP
                + signing.signer(key_id).stream_name(place.path.removeprefix(RTMP), until).bare
            )
        else:
            asked = signing.signer(key_id).url(url, until)
        yield _check((address, place), brief, claim, _to(address, asked), _must_refuse(site, place))


def _streaming(
    site: Site, address: HostAddress, place: TestedBehavior, signing: Signing, key_id: str
) -> Iterator[Check]:
    """Yield checks of signed stream names. The sandbox's edge serves them over plain HTTP."""
    name, until = place.path.removeprefix(RTMP), signing.now() + MINUTES
    good = signing.signer(key_id).stream_name(name, until).bare
    foreign = signing.signer(key_id, foreign=True).stream_name(name, until).bare
    old = signing.signer(key_id, late=2 * MINUTES).stream_name(name, signing.now() - MINUTES).bare
    start = address.url + RTMP
    claim = "a signed stream name is served"
    visit = _to(address, start + good)
    yield _good(_check((address, place), "signed name", claim, visit, must_serve(site, place)))
    for brief, claim, bad in (
        ("tampered", "a stream name with an altered signature is refused", _tampered(good)),
        ("expired", "an expired stream name is refused", old),
        ("wrong key", "a stream name signed with the wrong key is refused", foreign),
    ):
        yield _check((address, place), brief, claim, _to(address, start + bad), _must_refuse(site, place))


def _must_refuse(site: Site, place: TestedBehavior) -> Judge:
    """Judge a request that must be refused by a behavior that requires signatures."""

    def judge(seen: Seen) -> ClaimJudgement:
        match seen.saw:
            case ReplyKind.REFUSED | ReplyKind.PAGE | ReplyKind.ELSEWHERE:
                return HELD
            case ReplyKind.OBJECT | ReplyKind.ORIGIN:
                return ClaimJudgement(
                    Verdict.SERVED, f"{place.guard.named} of {site.live.id} accepts it", site.apply
                )
        return inconclusive(seen)

    return judge


def _folder_pass(signer: Signer, url: str, signing: Signing) -> Pass:
    return signer.grant(folder(url, everything=True), signing.now() + MINUTES)


def _check(at: At, brief: str, claim: str, visit: Visit, judge: Judge) -> Check:
    address, place = at
    return Check(Finding(address.url, place.named, brief, claim), visit, judge)


def _good(check: Check) -> Check:
    """Return the check with the verb for claims about served requests."""
    return replace(check, finding=replace(check.finding, good="serves"))


def _to(address: HostAddress, url: str, **headers: str) -> Visit:
    return Visit(url, "GET", headers, address.by_way_of)


def _tampered(signed: str) -> str:
    """Return the URL with one character of the signature changed, in the middle, where every bit counts."""
    start = signed.index("Signature=") + len("Signature=")
    place = start + (signed.index("&", start) - start) // 2
    return signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]


def _prolonged(signed: str) -> str:
    """Return the URL with another expiry in its canned policy."""
    start = signed.index("Expires=") + len("Expires=")
    end = signed.index("&", start)
    return f"{signed[:start]}{int(signed[start:end]) + MINUTES}{signed[end:]}"


def _moved(signed: str, url: str) -> str:
    """Return one URL with the signature of another one."""
    return f"{url}?{signed.partition('?')[2]}"
