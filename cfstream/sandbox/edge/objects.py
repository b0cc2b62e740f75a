"""The answer for an object: complete, in part, or not modified.

These are S3's GetObject and HeadObject, as far as CloudFront uses them. Whether the requester may read the object was
decided before. A large body is read in pieces to limit memory.
"""

import mimetypes
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

from moto.s3.models import FakeKey

from cfstream.sandbox.edge import documents
from cfstream.sandbox.listener import Answer

PIECE = 256 * 1024
"""Bytes that are read together. A body up to this size is sent with its headers in one write."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_UNTYPED = "binary/octet-stream"
_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mpd": "application/dash+xml",
    "ts": "video/mp2t",
    "m4s": "video/iso.segment",
    "cmfv": "video/mp4",
    "cmfa": "audio/mp4",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "m4a": "audio/mp4",
    "flv": "video/x-flv",
    "f4v": "video/mp4",
    "webm": "video/webm",
    "vtt": "text/vtt",
    "key": "application/octet-stream",
}
_STORED = {
    "cache-control": "Cache-Control",
    "content-disposition": "Content-Disposition",
    "content-encoding": "Content-Encoding",
    "content-language": "Content-Language",
    "expires": "Expires",
}
"""What is stored with an object and returned with it, besides its own metadata."""

Header = Callable[[str], str]
"""Returns the request's header with this name, or ""."""


def answer(key: FakeKey, method: str, header: Header) -> Answer:
    """Return the answer to GET or HEAD of the object: 200, 206, 304, 412 or 416.

    S3 supports one range. For several ranges, or an invalid one, it returns the whole object.
    """
    if key.storage_class in _ARCHIVED and (key.expiry_date is None or key.status == "IN_PROGRESS"):
        return documents.s3_error(
            403, "InvalidObjectState", "The operation is not valid for the object's storage class"
        )
    headers = _headers(key)
    settled = _conditions(key, header)
    if settled == 304:
        kept = [pair for pair in headers if not pair[0].startswith("Content-")]
        return Answer(304, kept)
    if settled:
        return documents.s3_error(
            412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"
        )
    size = key.contentsize
    asked = _RANGE.fullmatch(header("Range").replace(" ", ""))
    if not asked or asked.groups() == ("", "") or _is_stale(key, header("If-Range")):
        return _with_body(Answer(200, headers), key, method, 0, size)
    start, end = _limits(asked, size)
    if start >= end:
        return documents.s3_error(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
            [("Content-Range", f"bytes */{size}")],
            RangeRequested=header("Range"),
            ActualObjectSize=str(size),
        )
    headers.append(("Content-Range", f"bytes {start}-{end - 1}/{size}"))
    return _with_body(Answer(206, headers), key, method, start, end)


def content_type(key: FakeKey) -> str:
    """Return the object's own type, or one guessed from its name."""
    own: str = key.metadata.get("content-type", _UNTYPED)
    if own != _UNTYPED:
        return own
    suffix = key.name.rpartition(".")[2].lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(key.name)[0] or _UNTYPED


def _headers(key: FakeKey) -> list[tuple[str, str]]:
    own = [
        (_STORED.get(name, name), str(value))
        for name, value in key.metadata.items()
        if name in _STORED or name.startswith("x-amz-meta-")
    ]
    versioned = [("x-amz-version-id", key.version_id)] if key.version_id != "null" else []
    encrypted = [("x-amz-server-side-encryption", key.encryption)] if key.encryption else []
    return [
        ("Content-Type", content_type(key)),
        ("Accept-Ranges", "bytes"),
        ("Server", "AmazonS3"),
        ("ETag", key.etag),
        ("Last-Modified", key.last_modified_RFC1123),
        *versioned,
        *encrypted,
        *own,
    ]


def _limits(asked: re.Match[str], size: int) -> tuple[int, int]:
    """Return the first byte, and the one after the last; empty if nothing of the range exists."""
    first, last = asked.groups()
    if not first:
        return max(size - int(last), 0) if int(last) else size, size
    start = int(first)
    if last and int(last) < start:
        return size, size
    return start, min(int(last) + 1, size) if last else size


def _conditions(key: FakeKey, header: Header) -> int | None:
    """Return 304 or 412 if a condition of the request requires it. An ETag takes precedence over a date."""
    match, none_match = header("If-Match"), header("If-None-Match")
    if match and not _names(match, key.etag):
        return 412
    since = header("If-Unmodified-Since")
    if not match and since and _is_newer(key, since) is True:
        return 412
    if none_match:
        return 304 if _names(none_match, key.etag) else None
    since = header("If-Modified-Since")
    return 304 if since and _is_newer(key, since) is False else None


def _names(listed: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in listed.split(",")}
    return "*" in tags or etag in tags or etag.strip('"') in tags


def _is_stale(key: FakeKey, if_range: str) -> bool:
    """Return whether If-Range names another version of the object."""
    if not if_range:
        return False
    return not (_names(if_range, key.etag) if '"' in if_range else _is_newer(key, if_range) is False)


def _is_newer(key: FakeKey, date: str) -> bool | None:
    """Return whether the object was modified after that second; None for an invalid date."""
    try:
        then = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
    return int(key.last_modified.timestamp()) > then


def _with_body(answer: Answer, key: FakeKey, method: str, start: int, end: int) -> Answer:
    size = end - start
    headers = [*answer.headers, ("Content-Length", str(size))]
    if method == "HEAD":
        return answer._replace(headers=headers)
    if size <= PIECE:
        return answer._replace(headers=headers, body=_read(key, start, size))
    return answer._replace(headers=headers, pieces=_pieces(key, start, end))


def _pieces(key: FakeKey, start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end, PIECE):
        yield _read(key, place, min(PIECE, end - place))


def _read(key: FakeKey, start: int, size: int) -> bytes:
    # FakeKey.value would copy the whole object for each piece of it.
    with key.lock:
        key._value_buffer.seek(start)
        piece: bytes = key._value_buffer.read(size)
    return piece
