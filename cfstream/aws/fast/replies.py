"""Replies of S3: pages of a list, error documents, and what follows from an error."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from cfstream.aws.codes import CODES, UNSURE
from cfstream.errors import Throttled

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 16.0, 16.0)
"""Seconds before each further attempt on one object. A storm of SlowDown may last a minute."""
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
GONE = ("NoSuchKey", "404", "MethodNotAllowed", "405")
"""Codes for an object that was deleted since it was listed. 405: a delete marker is the newest version."""


class KeyPage(NamedTuple):
    """One page of ListObjectsV2."""

    keys: list[str]
    changed: list[str]
    """When each object was last written, in the format of the list."""
    more: bool


_HEAD = re.compile(rb'(?:<\?xml [^>]*\?>\s*)?<ListBucketResult(?: xmlns="[^"]*")?>')
_ROW = re.compile("<Contents><Key>([^<&]*)</Key><LastModified>([^<&]*)</LastModified>")


def page_of(body: bytes) -> KeyPage:
    """Parse a page. Raises ValueError if it is not one."""
    return _usual_page(body) or _any_page(body)


def _usual_page(body: bytes) -> KeyPage | None:
    """Return a page in the form that S3 always sends, in a quarter of the time; None if it has another form."""
    if not _HEAD.match(body) or not body.rstrip().endswith(b"</ListBucketResult>"):
        return None
    if b"<!" in body or b"<EncodingType>url</EncodingType>" not in body:
        return None
    rows = _ROW.findall(body.decode())
    if len(rows) != body.count(b"<Contents"):
        return None
    keys = [unquote_plus(key, errors="surrogateescape") for key, _ in rows]
    return KeyPage(keys, [changed for _, changed in rows], b"<IsTruncated>true</IsTruncated>" in body)


def _any_page(body: bytes) -> KeyPage:
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (S3's reply, which botocore parses in the same way)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    space, _, name = root.tag.rpartition("}")
    if name != "ListBucketResult":
        raise ValueError(name)
    space = f"{space}}}" if space else ""
    encoded = root.findtext(f"{space}EncodingType") == "url"
    keys, changed = [], []
    for row in root.iter(f"{space}Contents"):
        key = row.findtext(f"{space}Key") or ""
        # A space is a plus sign (botocore.handlers.decode_list_object_v2).
        keys.append(unquote_plus(key, errors="surrogateescape") if encoded else key)
        changed.append(row.findtext(f"{space}LastModified") or "")
    return KeyPage(keys, changed, root.findtext(f"{space}IsTruncated") == "true")


def error_of(body: bytes) -> Mapping[str, str]:
    """Return the members of an error document; empty if the body is not one."""
    if not body:
        return {}
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 (as above)
    except ElementTree.ParseError:
        return {}
    if root.tag.rpartition("}")[2] != "Error":
        return {}
    return {each.tag.rpartition("}")[2]: each.text or "" for each in root}


def is_throttle(status: int, code: str) -> bool:
    """Return whether S3 asks for fewer requests."""
    return status > 0 and (code == "503" or issubclass(CODES.get(code, Exception), Throttled))


def is_passing(status: int, code: str) -> bool:
    """Return whether a further attempt may work: after a lost reply, an error inside S3, or a conflict."""
    return status <= 0 or status in (500, 502, 503, 504) or code in UNSURE or code == "OperationAborted"
