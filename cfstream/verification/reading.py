"""Interpret a reply: who answered, and whether the object was served. Pure.

CloudFront and S3 refuse with the same status and often the same code, but only S3's answers have a RequestId (Developer
Guide, troubleshooting). A refusal by S3 means that CloudFront had passed the request.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from cfstream.ports import NoReply, NoReplyReason, Reply
from cfstream.startup.frozen import dataclass

_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,60})</Code>")
_S3 = re.compile(rb"<(?:RequestId|HostId)>|<li>(?:Code|RequestId|HostId): ")
_HTML_CODE = re.compile(rb"<li>Code: ([A-Za-z0-9]{1,60})</li>")

_NO_REPLY_TEXTS = {
    NoReplyReason.NO_ADDRESS: "no address",
    NoReplyReason.NO_CONNECTION: "no connection",
    NoReplyReason.BAD_TLS: "TLS does not verify",
    NoReplyReason.NO_ANSWER: "no answer",
}


class ReplyKind(StrEnum):
    """What kind of reply a request got."""

    OBJECT = "object"
    """Content was served."""
    REFUSED = "refused"
    """CloudFront refused a missing or invalid signature."""
    PAGE = "page"
    """CloudFront refused with its error page: unknown host, disabled distribution, http, or method."""
    ORIGIN = "origin"
    """The origin refused: CloudFront passed the request, or was not involved."""
    ELSEWHERE = "elsewhere"
    """A redirect."""
    FAILED = "failed"
    """An inconclusive answer: a failure, or too many requests."""
    NOTHING = "nothing"


@dataclass(frozen=True)
class Seen:
    """An interpreted reply, with a short text (``403 MissingKey``)."""

    saw: ReplyKind
    text: str
    status: int = 0
    code: str = ""
    cloudfront: bool = False
    """Whether CloudFront answered, either itself or for an origin."""
    reason: NoReplyReason | None = None
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def read(reply: Reply | NoReply) -> Seen:
    """Interpret a reply."""
    if isinstance(reply, NoReply):
        text = _NO_REPLY_TEXTS[reply.reason]
        answer = f"{text}: {reply.message}" if reply.message else text
        return Seen(ReplyKind.NOTHING, answer, reason=reply.reason)
    code = _code(reply.body)
    location = reply.headers.get("location", "")
    saw = _saw(reply, code)
    text = f"{reply.status} {code}".rstrip() if reply.status >= 400 else str(reply.status)
    return Seen(
        saw=saw,
        text=f"{text} to {location.partition('?')[0]}" if saw is ReplyKind.ELSEWHERE and location else text,
        status=reply.status,
        code=code,
        cloudfront="x-amz-cf-id" in reply.headers or "(CloudFront)" in reply.headers.get("via", ""),
        location=location,
        headers=reply.headers,
        body=reply.body,
    )


def _saw(reply: Reply, code: str) -> ReplyKind:
    status = reply.status
    if status < 300 or status in (304, 416):
        # An error page that replaces a refusal may have any status (Developer Guide, custom error responses).
        error = reply.headers.get("x-cache", "").lower().startswith("error from cloudfront")
        return ReplyKind.PAGE if error and status != 416 else ReplyKind.OBJECT
    if status < 400:
        return ReplyKind.ELSEWHERE
    if status >= 500 or status == 429:
        return ReplyKind.FAILED
    if _is_s3(reply):
        return ReplyKind.ORIGIN
    if status == 403 and code:
        return ReplyKind.REFUSED
    return ReplyKind.PAGE


def _is_s3(reply: Reply) -> bool:
    by_header = reply.headers.get("server", "").lower().startswith("amazons3")
    return by_header or "x-amz-request-id" in reply.headers or _S3.search(reply.body) is not None


def _code(body: bytes) -> str:
    found = _CODE.search(body) or _HTML_CODE.search(body)
    return found[1].decode("ascii") if found else ""
