"""Check whether a signature matches a policy, and if not, find the similar policy that it matches."""

from collections.abc import Iterator
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cfstream.explain.parse import Presented, SignedStatement
from cfstream.sign.encoding import decode
from cfstream.sign.policy import canned
from cfstream.sign.resource import sections


def signature_of(presented: Presented) -> bytes | None:
    """Return the signature's bytes; None if it is not in CloudFront's alphabet."""
    try:
        return decode(presented.values.get("Signature", ""))
    except ValueError:
        return None


def fits(pem: str, digest: str, policy: bytes, signature: bytes) -> bool | None:
    """Return whether the private half of this key signed the policy; None if it cannot be checked."""
    hashing = SHA256() if digest == "SHA256" else SHA1()  # noqa: S303 (CloudFront's default)
    try:
        key = load_pem_public_key(pem.encode())
        match key:
            case RSAPublicKey():
                key.verify(signature, policy, PKCS1v15(), hashing)
            case EllipticCurvePublicKey():
                key.verify(signature, policy, ECDSA(hashing))
            case _:
                return None
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm):
        return None
    return True


def meant(
    pem: str, digest: str, presented: Presented, policy: SignedStatement, hosts: tuple[str, ...]
) -> str:
    """Return what a signature that does not match was made for, as text; empty if it is not found.

    Tries the other hash, and for a canned policy the same URL with another scheme, host, query or spelling.
    """
    signature = signature_of(presented) or b""
    other = "SHA1" if digest == "SHA256" else "SHA256"
    if fits(pem, other, policy.signed, signature):
        named = "add Hash-Algorithm=SHA256" if other == "SHA256" else "remove Hash-Algorithm"
        return f"it was made with {other}: {named}"
    if policy.canned and policy.conditions.expires is not None:
        for url, why in _like(presented.url, hosts):
            if fits(pem, digest, canned(url, policy.conditions.expires), signature):
                return f"it was made {why}: {url}"
    return ""


def _like(url: str, hosts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    scheme, _, rest = url.partition("://")
    parts = sections(url)
    tail = rest[len(parts.host) :]
    swapped = "http" if scheme == "https" else "https"
    yield f"{swapped}://{rest}", f"for {swapped}"
    if parts.query is not None:
        yield url.partition("?")[0], "for the URL without its query"
    for host in hosts:
        yield f"{scheme}://{host}{tail}", f"for the host {host}"
        yield f"{swapped}://{host}{tail}", f"for {swapped} and the host {host}"
    for path in (unquote(parts.path), quote(unquote(parts.path)), quote(unquote(parts.path), safe="")):
        if path.isascii() and path != parts.path:
            query = "" if parts.query is None else f"?{parts.query}"
            yield f"{scheme}://{parts.host}{path}{query}", "for another spelling of the path"
    yield f"https://{parts.host}{tail.removesuffix('/')}", "for the URL without its trailing slash"
