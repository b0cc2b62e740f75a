"""Base64 as CloudFront spells it in URLs and cookies: ``+``, ``=`` and ``/`` become ``-``, ``_`` and ``~``.

This is not the URL-safe alphabet of RFC 4648 (Developer Guide, "Create a signed URL using a canned policy").
"""

import binascii

_TO_CLOUDFRONT = bytes.maketrans(b"+=/", b"-_~")
_FROM_CLOUDFRONT = bytes.maketrans(b"-_~", b"+=/")


def encode(content: bytes) -> str:
    """Return `content` in CloudFront's alphabet."""
    return binascii.b2a_base64(content, newline=False).translate(_TO_CLOUDFRONT).decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes that `encode` encoded. Raises ValueError for any text that `encode` never returns."""
    raw = text.encode("ascii")
    if raw.translate(None, b"+=/") != raw:
        raise ValueError("a character outside CloudFront's alphabet")
    return binascii.a2b_base64(raw.translate(_FROM_CLOUDFRONT), strict_mode=True)
