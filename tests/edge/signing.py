"""Signatures as the Developer Guide describes them, made with cryptography directly, without cfstream's signer."""

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
    """Return an RSA key of 2048 bits, the same for each name."""
    return _rsa_keys(name)


def ecdsa_key(name: str = "ours") -> ec.EllipticCurvePrivateKey:
    """Return an ECDSA key on P-256, the same for each name."""
    return _ecdsa_keys(name)


@functools.cache
def _rsa_keys(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def _ecdsa_keys(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(key: PrivateKey) -> str:
    """Return the public half."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def soon() -> int:
    """Return the time in a minute."""
    return int(time.time()) + 60


def a_minute_ago() -> int:
    """Return the time a minute ago."""
    return int(time.time()) - 60


def to_url(raw: bytes) -> str:
    """Return base64 in CloudFront's alphabet."""
    return base64.b64encode(raw).decode().translate(str.maketrans("+=/", "-_~"))


def sign(key: PrivateKey, text: str, algorithm: hashes.HashAlgorithm | None = None) -> str:
    """Return the signature of a text in the form for a URL."""
    chosen = algorithm or hashes.SHA1()
    if isinstance(key, rsa.RSAPrivateKey):
        return to_url(key.sign(text.encode(), padding.PKCS1v15(), chosen))
    return to_url(key.sign(text.encode(), ec.ECDSA(chosen)))


def canned_policy(resource: str, expires: int) -> str:
    """Return the exact bytes of the canned policy."""
    return f'{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}}}]}}'


def policy(resource: str | None = None, expires: int | None = None, **conditions: Any) -> str:
    """Return a custom policy."""
    condition = {"DateLessThan": {"AWS:EpochTime": expires or soon()}, **conditions}
    statement = {**({} if resource is None else {"Resource": resource}), "Condition": condition}
    return json.dumps({"Statement": [statement]}, separators=(",", ":"))


def canned_fields(resource: str, key: PrivateKey, key_id: str, expires: int | None = None) -> dict[str, str]:
    """Return the parameters of a URL with a canned policy."""
    until = expires or soon()
    signature = sign(key, canned_policy(resource, until))
    return {"Expires": str(until), "Signature": signature, "Key-Pair-Id": key_id}


def custom_fields(text: str, key: PrivateKey, key_id: str) -> dict[str, str]:
    """Return the parameters of a URL with this custom policy."""
    return {"Policy": to_url(text.encode()), "Signature": sign(key, text), "Key-Pair-Id": key_id}


def query(fields: dict[str, str]) -> str:
    """Return the parameters as a query string, without escaping."""
    return "&".join(f"{name}={value}" for name, value in fields.items())


def cookies(fields: dict[str, str]) -> dict[str, str]:
    """Return the parameters as a Cookie header."""
    return {"Cookie": "; ".join(f"CloudFront-{name}={value}" for name, value in fields.items())}
