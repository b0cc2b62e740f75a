"""What is asked with a private key at hand: that its signatures open what they should, and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cfstream.domain import Delivery
from cfstream.ports import Visit
from cfstream.proving.check import HELD, Check, Judge, Judgement
from cfstream.proving.cors import cors_checks
from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.keyless import NO_KEY, Address, kept_out, unproved
from cfstream.proving.reading import Saw, Seen
from cfstream.proving.site import MADE_UP, RTMP, Place, Site, Wanted
from cfstream.sign import Pass, Signer
from cfstream.sign.keys import PrivateKey, private_key
from cfstream.sign.resource import folder

At = tuple[Address, Place]

MINUTES = 600
"""Seconds for which the signatures of a proof are good."""

ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737)."""


@dataclass(frozen=True)
class KeyAtHand:
    """A private key that somebody holds, and its id where they named it."""

    key: PrivateKey
    key_id: str | None = None

    def id_at(self, place: Place) -> str | None:
        """Under which id the behavior takes its signatures; None where it does not trust this key."""
        for key in sorted(place.guard.keys, key=lambda key: not key.active):
            if key.der_sha256 == self.key.der_sha256 and self.key_id in (None, key.id):
                return key.id
        return self.key_id if self.key_id in place.guard.key_pairs else None

    def may_sign(self, place: Place) -> bool:
        """Whether the spec says that this key signs here; of others' keys, and of accounts', it cannot say."""
        return place.signers.used or bool(place.signers.accounts) or self.key.der_sha256 in place.signers.keys


@dataclass(frozen=True)
class Signing:
    """The means to make signatures, good ones and bad ones, by the clock of whoever checks them."""

    at_hand: KeyAtHand
    foreign: PrivateKey
    """Nobody's key, made for this proof."""
    now: Callable[[], float]

    def signer(self, key_id: str, *, late: float = 0.0, foreign: bool = False) -> Signer:
        """A signer; one that is `late` by so many seconds signs as it would have then."""
        key = self.foreign if foreign else self.at_hand.key
        return Signer(key, key_id, now=lambda: self.now() - late)


def foreign_key(like: PrivateKey) -> PrivateKey:
    """A new key of the same sort as `like`, which nobody keeps."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    elliptic = len(like.public_pem) < 300  # a public key of RSA has 451 signs in PEM, one on P-256 has 178
    made = ec.generate_private_key(ec.SECP256R1()) if elliptic else rsa.generate_private_key(65537, 2048)
    return private_key(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def keyed_checks(site: Site, address: Address, signing: Signing) -> Iterator[Check]:
    """The checks by one address: what the key opens where it is trusted, and that it opens nothing else."""
    for place in site.places:
        if place.wanted is not Wanted.SIGNED or not place.path:
            continue
        key_id = signing.at_hand.id_at(place)
        if key_id is None or not signing.at_hand.may_sign(place) or not site.spec.enabled:
            yield from _strange(site, address, place, signing)
        elif site.live.delivery is Delivery.RTMP:
            yield from _streaming(site, address, place, signing, key_id)
        else:
            yield from map(_good, _opening(site, address, place, signing, key_id))
            yield from _refused(site, address, place, signing, key_id)


def opened(site: Site, place: Place) -> Judge:
    """Judges what must be given out. Where no object is known, S3's refusal shows that the signature was taken."""

    def judge(seen: Seen) -> Judgement:
        if seen.saw is Saw.OBJECT or (seen.saw is Saw.ORIGIN and not place.key):
            return HELD
        if seen.saw is Saw.REFUSED:
            why = f"CloudFront does not take the signature ({seen.code})"
            do = f"cfstream explain tells why; is the key in force? {site.scene.command('wait')}"
            return Judgement(Verdict.KEPT_OUT, why, do)
        return kept_out(site, place, seen)

    return judge


def _opening(site: Site, address: Address, place: Place, signing: Signing, key_id: str) -> Iterator[Check]:
    url, signer = address.url + place.path, signing.signer(key_id)
    signed = signer.url(url, signing.now() + MINUTES)
    cookies = _folder_pass(signer, url, signing).cookies.header()
    judge = opened(site, place)

    def partly(seen: Seen) -> Judgement:
        judged = judge(seen)
        if judged is HELD and place.key and seen.status != 206:
            return Judgement(
                Verdict.KEPT_OUT,
                f"a range is answered with {seen.told}: players cannot seek",
                "look at the origin",
            )
        return judged

    yield _check((address, place), "signed URL", "a signed URL opens it", _to(address, signed), judge)
    yield _check(
        (address, place),
        "range",
        "a part of it is given as such",
        _to(address, signed, Range="bytes=0-0"),
        partly,
    )
    yield _check(
        (address, place), "cookies", "signed cookies open it", _to(address, url, Cookie=cookies), judge
    )
    if not place.pattern:
        with_cookies = _to(address, url, Cookie=cookies)
        yield from cors_checks(site, place, _to(address, signed), with_cookies, judge)


def _refused(site: Site, address: Address, place: Place, signing: Signing, key_id: str) -> Iterator[Check]:
    url, signer, until = address.url + place.path, signing.signer(key_id), signing.now() + MINUTES
    other = f"{address.url}/{MADE_UP}-elsewhere"
    old = signing.signer(key_id, late=2 * MINUTES)
    for brief, claim, asked in (
        ("tampered", "a URL whose signature was changed is refused", _tampered(signer.url(url, until))),
        ("prolonged", "a URL whose expiry was changed is refused", _prolonged(signer.url(url, until))),
        ("other path", "a signature for another path is refused", _moved(signer.url(other, until), url)),
        ("expired", "a URL that has expired is refused", old.url(url, signing.now() - MINUTES)),
        ("early", "a URL that is not valid yet is refused", signer.url(url, until + MINUTES, starts=until)),
        ("for another IP", "a URL for another IP address is refused", signer.url(url, until, ip=ELSEWHERE)),
        (
            "foreign key",
            "a URL signed with a foreign key is refused",
            signing.signer(key_id, foreign=True).url(url, until),
        ),
        ("unknown id", "a URL under an unknown key id is refused", signing.signer(NO_KEY).url(url, until)),
    ):
        yield _check((address, place), brief, claim, _to(address, asked), _shut(site, place))
    for brief, claim, cookies in (
        (
            "cookies for another folder",
            "cookies for another folder are refused",
            signer.cookies(f"{other}/*", until),
        ),
        (
            "expired cookies",
            "cookies that have expired are refused",
            old.cookies(url, signing.now() - MINUTES),
        ),
        (
            "cookies by a foreign key",
            "cookies by a foreign key are refused",
            signing.signer(key_id, foreign=True).cookies(url, until),
        ),
    ):
        yield _check(
            (address, place), brief, claim, _to(address, url, Cookie=cookies.header()), _shut(site, place)
        )


def _strange(site: Site, address: Address, place: Place, signing: Signing) -> Iterator[Check]:
    """That a key opens nothing where the spec does not name it, under whatever id its holder tries."""
    url, until = address.url + place.path, signing.now() + MINUTES
    named = (signing.at_hand.key_id, signing.at_hand.id_at(place), *place.guard.key_ids[:3], NO_KEY)
    for key_id in dict.fromkeys(id_ for id_ in named if id_):
        claim = f"this key does not open it, under the id {key_id}"
        if place.pattern == "" and site.live.delivery is Delivery.RTMP:
            asked = (
                address.url
                + RTMP
                + signing.signer(key_id).stream_name(place.path.removeprefix(RTMP), until).bare
            )
        else:
            asked = signing.signer(key_id).url(url, until)
        yield _check(
            (address, place), f"not by this key ({key_id})", claim, _to(address, asked), _shut(site, place)
        )


def _streaming(site: Site, address: Address, place: Place, signing: Signing, key_id: str) -> Iterator[Check]:
    """Signed stream names, by the plain HTTP stand-in of an edge."""
    name, until = place.path.removeprefix(RTMP), signing.now() + MINUTES
    good = signing.signer(key_id).stream_name(name, until).bare
    foreign = signing.signer(key_id, foreign=True).stream_name(name, until).bare
    old = signing.signer(key_id, late=2 * MINUTES).stream_name(name, signing.now() - MINUTES).bare
    start = address.url + RTMP
    claim = "a signed stream name opens it"
    visit = _to(address, start + good)
    yield _good(_check((address, place), "signed name", claim, visit, opened(site, place)))
    for brief, claim, bad in (
        ("tampered", "a stream name whose signature was changed is refused", _tampered(good)),
        ("expired", "a stream name that has expired is refused", old),
        ("foreign key", "a stream name signed with a foreign key is refused", foreign),
    ):
        yield _check((address, place), brief, claim, _to(address, start + bad), _shut(site, place))


def _shut(site: Site, place: Place) -> Judge:
    """Judges what must be refused, by a behavior that is known to ask for signatures."""

    def judge(seen: Seen) -> Judgement:
        match seen.saw:
            case Saw.REFUSED | Saw.PAGE | Saw.ELSEWHERE:
                return HELD
            case Saw.OBJECT | Saw.ORIGIN:
                return Judgement(
                    Verdict.LET_IN, f"{place.guard.named} of {site.live.id} takes it", site.apply
                )
        return unproved(seen)

    return judge


def _folder_pass(signer: Signer, url: str, signing: Signing) -> Pass:
    return signer.grant(folder(url, everything=True), signing.now() + MINUTES)


def _check(at: At, brief: str, claim: str, visit: Visit, judge: Judge) -> Check:
    address, place = at
    return Check(Finding(address.url, place.named, brief, claim), visit, judge)


def _good(check: Check) -> Check:
    """The same for what is opened."""
    return replace(check, finding=replace(check.finding, good="opens to"))


def _to(address: Address, url: str, **headers: str) -> Visit:
    return Visit(url, "GET", headers, address.by_way_of)


def _tampered(signed: str) -> str:
    """The same with one sign of the signature changed, in its middle, where each bit counts."""
    start = signed.index("Signature=") + len("Signature=")
    place = start + (signed.index("&", start) - start) // 2
    return signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]


def _prolonged(signed: str) -> str:
    """The same with another expiry in its canned policy."""
    start = signed.index("Expires=") + len("Expires=")
    end = signed.index("&", start)
    return f"{signed[:start]}{int(signed[start:end]) + MINUTES}{signed[end:]}"


def _moved(signed: str, url: str) -> str:
    """The signature of one URL on another one."""
    return f"{url}?{signed.partition('?')[2]}"
