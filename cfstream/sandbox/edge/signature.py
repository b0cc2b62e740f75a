"""Signed URLs and signed cookies: find them in a request, verify them, and refuse as CloudFront does.

This module has the order of the checks, and the only use of cryptography; ``policy`` interprets policies. It shares no
code with the program that signs, because a shared mistake would not be noticed.
"""

import base64
import binascii
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cfstream.sandbox.edge import policy as policies
from cfstream.sandbox.edge.viewer import ViewerRequest

PARAMETERS = ("Expires", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm")
"""A URL with any of these parameters is a signed URL, and cookies are then ignored."""

_HASHES: dict[str, hashes.HashAlgorithm] = {"SHA1": hashes.SHA1(), "SHA256": hashes.SHA256()}  # noqa: S303
_BASE64 = re.compile(r"[A-Za-z0-9~-]*_{0,2}")
_FROM_URL = str.maketrans("-_~", "+=/")


class SignatureRefused(Exception):
    """CloudFront answers 403 with this code: MissingKey, InvalidKey, MalformedPolicy or AccessDenied."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class RequestSignature:
    """The signature of a request, with its fields named as in a URL, and what the request is for.

    `spellings` are the forms of the requested URL, of which a policy must cover one. `shown` is another form, which
    only counts for a policy that names its host and port.
    """

    fields: Mapping[str, str]
    spellings: tuple[str, ...]
    shown: tuple[str, ...] = ()


def of_request(viewer: ViewerRequest) -> RequestSignature:
    """Return the signature of a request for a distribution, from its URL or else from its cookies.

    With a loopback address, the URL counts both with and without the port. If it has a port, the URL that a browser
    shows (http, with the port) counts too.
    """
    query, fields = split(viewer.query)
    target = f"{viewer.path}?{query}" if query else viewer.path
    if not fields:
        names = {name: f"CloudFront-{name}" for name in PARAMETERS}
        fields = {name: viewer.cookies[cookie] for name, cookie in names.items() if cookie in viewer.cookies}
    bare = viewer.host.removesuffix(viewer.port)
    if not viewer.port:
        return RequestSignature(fields, (f"{viewer.scheme}://{bare}{target}",))
    spellings = (f"{viewer.scheme}://{bare}{target}", f"{viewer.scheme}://{viewer.host}{target}")
    return RequestSignature(fields, spellings, (f"http://{viewer.host}{target}",))


def split(query: str) -> tuple[str, dict[str, str]]:
    """Return a query string without CloudFront's own parameters, unchanged, and those parameters by name."""
    kept: list[str] = []
    fields: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name not in PARAMETERS:
            kept.append(pair)
        elif name in fields:
            # A signer's URL never has the same name twice, so it cannot be verified.
            fields[name] = ""
        else:
            fields[name] = unquote(value)
    return "&".join(kept), fields


def admit(sent: RequestSignature, keys: Mapping[str, str], address: str, now: float) -> None:
    """Admit a request, or raise `SignatureRefused`. `keys` are the PEM texts of the trusted keys, by id.

    The order of the checks is not documented. Here it is the key's id, the policy's form, then everything that
    CloudFront calls AccessDenied.
    """
    fields = sent.fields
    if not fields.get("Key-Pair-Id"):
        raise SignatureRefused("MissingKey")
    pem = keys.get(fields["Key-Pair-Id"])
    if pem is None:
        raise SignatureRefused("InvalidKey")
    try:
        variants = _variants(sent)
    except policies.Malformed:
        raise SignatureRefused("MalformedPolicy") from None
    algorithm, signature = fields.get("Hash-Algorithm", "SHA1"), fields.get("Signature", "")
    for text, policy in variants:
        if verifies(pem, algorithm, signature, text):
            if policy.admits(now, address) and _covered(policy, sent):
                return
            break
    raise SignatureRefused("AccessDenied")


def _variants(sent: RequestSignature) -> list[tuple[str, policies.SignedPolicy]]:
    """Return the texts that may have been signed, with their policies: one custom policy, or canned ones."""
    fields = sent.fields
    if fields.get("Policy"):
        try:
            text = from_base64(fields["Policy"]).decode()
        except (binascii.Error, ValueError):
            raise policies.Malformed from None
        return [(text, policies.custom(text))]
    if not fields.get("Expires"):
        return []
    expires = fields["Expires"]
    return [
        (policies.canned(url, expires), policies.SignedPolicy(int(expires), resource=None))
        for url in (*sent.spellings, *sent.shown)
    ]


def _covered(policy: policies.SignedPolicy, sent: RequestSignature) -> bool:
    """Return whether the policy covers the request. The URL that a browser shows only counts if the policy names its
    port: "http://media.example.com*" must not admit a request that counts as https.
    """
    if policy.resource is None:
        return True
    named = [url for url in sent.shown if _host(url) == _host(policy.resource)]
    return policy.covers((*sent.spellings, *named))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def from_base64(written: str) -> bytes:
    """Return bytes from CloudFront's alphabet, which has - _ ~ for + = /. Raises binascii.Error for others."""
    if not _BASE64.fullmatch(written):
        raise binascii.Error("not in CloudFront's alphabet")
    return base64.b64decode(written.translate(_FROM_URL), validate=True)


@functools.lru_cache(maxsize=8192)
def verifies(pem: str, algorithm: str, signature: str, text: str) -> bool:
    """Return whether this key signed this text: RSA with PKCS#1 v1.5, or ECDSA; with SHA1 or SHA256."""
    digest = _HASHES.get(algorithm)
    try:
        raw = from_base64(signature)
    except binascii.Error:
        return False
    if digest is None or not raw:
        return False
    key = _key(pem)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, text.encode(), padding.PKCS1v15(), digest)
        else:
            key.verify(raw, text.encode(), ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


@functools.lru_cache(maxsize=256)
def _key(pem: str) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TypeError("a signer's key is RSA or ECDSA")
    return key
