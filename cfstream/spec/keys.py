"""Read public keys from PEM text, and find what is wrong with a text that is not one.

The content of a file that is not a public key is never repeated.
"""

import base64
import binascii
import hashlib
import os
import re
import shlex

from cfstream.startup.frozen import dataclass

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)

_RSA_2048 = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
"""The part of a SubjectPublicKeyInfo (RFC 5280, RFC 8017) before the modulus of an RSA key of 2048 bits."""

_EXPONENT = bytes.fromhex("0203010001")
"""65537, as it ends such a key."""

_P_256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""The part of a SubjectPublicKeyInfo (RFC 5480) before the uncompressed point of an ECDSA key on P-256."""

_FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
"""P-256 are the points with y² = x³ - 3x + b in this field (NIST SP 800-186, 3.2.1.3)."""

_BEGIN = "-----BEGIN PUBLIC KEY-----"

PUBLIC_HALF = ".pub.pem"
"""The suffix of public key files that ``keys new`` writes."""

_CONVERSIONS = {
    "CERTIFICATE": ("a certificate", "run `openssl x509 -in {file} -noout -pubkey`"),
    "RSA PUBLIC KEY": (
        "a public key in PKCS#1 form",
        "run `openssl rsa -RSAPublicKey_in -in {file} -pubout`",
    ),
    "SSH2 PUBLIC KEY": ("a public key in SSH form", "run `ssh-keygen -i -m RFC4716 -e -m PKCS8 -f {file}`"),
    "CERTIFICATE REQUEST": ("a certificate request", "run `openssl req -in {file} -noout -pubkey`"),
}


class NotAPublicKey(Exception):
    """The text is not a public key that CloudFront accepts: `what` it is, and what to `do`.

    `is_elsewhere` says that another file probably has the key: this one is missing, or has the private half.
    """

    def __init__(self, what: str, do: str, *, is_elsewhere: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.is_elsewhere = is_elsewhere


@dataclass(frozen=True)
class PemKey:
    """A public key that CloudFront accepts.

    `pem` is in canonical form (lines of 64, line feeds, one at the end); `der_sha256` is the hexadecimal
    SHA-256 of the key itself, the same for every spelling of the PEM.
    """

    name: str
    pem: str
    der_sha256: str


def der_digest(pem: str) -> str:
    """Return the hexadecimal SHA-256 of the key in `pem`; line ends and white space do not count.

    CloudFront returns EncodedKey with another line end than it got. Raises NotAPublicKey if there is no key.
    """
    return hashlib.sha256(_der(pem, "FILE")).hexdigest()


def public_key(name: str, text: str, file: str) -> PemKey:
    """Return the key in `text`, read from `file`. Raises NotAPublicKey unless it is RSA-2048 or ECDSA P-256.

    CreatePublicKey accepts these two and answers InvalidArgument to others.
    """
    der = _der(text, file)
    _check_kind(der, name, file)
    body = base64.b64encode(der).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    pem = "\n".join([_BEGIN, *lines, "-----END PUBLIC KEY-----", ""])
    return PemKey(name, pem, hashlib.sha256(der).hexdigest())


def _der(text: str, file: str) -> bytes:
    quoted = shlex.quote(file)
    if "PRIVATE KEY" in text:
        half = shlex.quote(f"{file.removesuffix('.pem')}.pub.pem")
        do = f"write its public half to another file: `openssl pkey -in {quoted} -pubout -out {half}`"
        what = "the file contains a private key, and this must be a public one"
        raise NotAPublicKey(what, do, is_elsewhere=True)
    if text.startswith(("ssh-", "ecdsa-sha2-")):
        do = f"run `ssh-keygen -e -m PKCS8 -f {quoted}`"
        raise NotAPublicKey("the file contains a public key in SSH form; CloudFront needs PEM", do)
    block = _BLOCK.search(text)
    if block is None:
        if _BEGIN in text:
            raise NotAPublicKey("the PEM in the file is cut off: it has no END line", _again(file))
        raise NotAPublicKey(
            "the file does not contain a PEM public key", f"name a file that begins with {_BEGIN}"
        )
    if block[1] in _CONVERSIONS:
        kind, do = _CONVERSIONS[block[1]]
        raise NotAPublicKey(
            f"the file contains {kind}; CloudFront needs a PEM public key", do.format(file=quoted)
        )
    try:
        return base64.b64decode("".join(block[2].split()), validate=True)
    except binascii.Error as error:
        raise NotAPublicKey("the PEM in the file is damaged: it is not base64", _again(file)) from error


def _is_usual(der: bytes) -> bool:
    """Return whether this is surely RSA-2048 with exponent 65537 or ECDSA P-256, in the form that all tools write."""
    return _is_p_256(der) if der.startswith(_P_256) else _is_rsa_2048(der)


def _is_p_256(der: bytes) -> bool:
    point = der[len(_P_256) :]
    x, y = (int.from_bytes(part, "big") for part in (point[:32], point[32:]))
    on_curve = (y * y - (x * x * x - 3 * x + _B)) % _FIELD == 0
    return len(point) == 64 and max(x, y) < _FIELD and on_curve


def _is_rsa_2048(der: bytes) -> bool:
    modulus = der[len(_RSA_2048) : -len(_EXPONENT)]
    return (
        der.startswith(_RSA_2048)
        and der.endswith(_EXPONENT)
        and len(modulus) == 256
        and modulus[0] >= 0x80
        and modulus[-1] % 2 == 1
    )


def _check_kind(der: bytes, name: str, file: str) -> None:
    if _is_usual(der):
        return
    # Imported here: this import takes as long as the rest of reading a spec.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    # The files of this name exist, and are never overwritten.
    new = new_pair(f"{name[:124]}-new", os.path.dirname(file))
    do = f"make a new pair, and write its name and its public half here: `{new}`"
    try:
        found = _unaccepted(load_der_public_key(der))
    except UnsupportedAlgorithm as error:
        raise NotAPublicKey(
            "the file contains a key of a kind that CloudFront does not accept", do
        ) from error
    except ValueError as error:
        raise NotAPublicKey(
            "the PEM in the file is damaged: it does not contain a key", _again(file)
        ) from error
    if found:
        raise NotAPublicKey(
            f"CloudFront accepts RSA keys of 2048 bits and ECDSA keys on P-256; this is {found}", do
        )


def _unaccepted(key: object) -> str:
    """Return what kind of key this is; empty if CloudFront accepts it."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    match key:
        case RSAPublicKey():
            return "" if key.key_size == 2048 else f"an RSA key of {key.key_size} bits"
        case EllipticCurvePublicKey():
            return "" if isinstance(key.curve, SECP256R1) else f"an ECDSA key on {key.curve.name}"
        case _:
            return f"a key of another kind ({type(key).__name__.removesuffix('PublicKey')})"


def _again(file: str) -> str:
    """Return how to write a file again, from the private half that ``keys new`` puts beside it."""
    private = file.removesuffix(PUBLIC_HALF) + ".pem" if file.endswith(PUBLIC_HALF) else "PRIVATE.pem"
    command = f"openssl pkey -in {shlex.quote(private)} -pubout -out {shlex.quote(file)}"
    return f"write it again from its private half: `{command}`"


def new_pair(name: str, folder: str) -> str:
    """Return the command that makes a key pair in a folder, which is relative to the current one."""
    where = "" if folder == "keys" else f" --dir {shlex.quote(folder or '.')}"
    return f"cfstream keys new {shlex.quote(name)}{where}"
