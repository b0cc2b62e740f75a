"""Signatures as the Developer Guide describes them, made by cryptography directly: the edge's tests trust no
signer of ours.
"""

import base64
import functools
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Json = dict[str, Any]


def rsa_key(name: str = "ours") -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits, the same for each name."""
    return _rsa_keys(name)


def ecdsa_key(name: str = "ours") -> ec.EllipticCurvePrivateKey:
    """An ECDSA key on P-256, the same for each name."""
    return _ecdsa_keys(name)


@functools.cache
def _rsa_keys(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def _ecdsa_keys(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: PrivateKey) -> str:
    """The public half."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def soon() -> int:
    """A minute from now."""
    return int(time.time()) + 60


def past() -> int:
    """A minute ago."""
    return int(time.time()) - 60


def to_url(raw: bytes) -> str:
    """Base64 in CloudFront's alphabet."""
    return base64.b64encode(raw).decode().translate(str.maketrans("+=/", "-_~"))


def sign(key: PrivateKey, text: str, algorithm: hashes.HashAlgorithm | None = None) -> str:
    """The signature of a text, as it stands in a URL."""
    chosen = algorithm or hashes.SHA1()
    if isinstance(key, rsa.RSAPrivateKey):
        return to_url(key.sign(text.encode(), padding.PKCS1v15(), chosen))
    return to_url(key.sign(text.encode(), ec.ECDSA(chosen)))


def canned_policy(resource: str, expires: int) -> str:
    """The canned policy, to the byte."""
    return f'{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'


def policy(resource: str | None = None, expires: int | None = None, **conditions: Any) -> str:
    """A custom policy."""
    condition = {"DateLessThan": {"AWS:EpochTime": expires or soon()}, **conditions}
    statement = {**({} if resource is None else {"Resource": resource}), "Condition": condition}
    return json.dumps({"Statement": [statement]}, separators=(",", ":"))


def canned_fields(resource: str, key: PrivateKey, key_id: str, expires: int | None = None) -> dict[str, str]:
    """The parameters of a URL signed with the canned policy."""
    until = expires or soon()
    signature = sign(key, canned_policy(resource, until))
    return {"Expires": str(until), "Signature": signature, "Key-Pair-Id": key_id}


def custom_fields(text: str, key: PrivateKey, key_id: str) -> dict[str, str]:
    """The parameters of a URL signed with that custom policy."""
    return {"Policy": to_url(text.encode()), "Signature": sign(key, text), "Key-Pair-Id": key_id}


def query(fields: dict[str, str]) -> str:
    """The parameters as a query string, as they are."""
    return "&".join(f"{name}={value}" for name, value in fields.items())


def cookies(fields: dict[str, str]) -> dict[str, str]:
    """The parameters as a Cookie header."""
    return {"Cookie": "; ".join(f"CloudFront-{name}={value}" for name, value in fields.items())}
