"""Which server answered, and what it means: refusals by CloudFront or by S3 through it, pages, redirects, no answer."""

import pytest

from cfstream.ports import NoReply, NoReplyReason, Reply
from cfstream.verification.reading import ReplyKind, read

CF = {"x-amz-cf-id": "abc", "via": "1.1 x.cloudfront.net (CloudFront)", "server": "CloudFront"}
S3 = {**CF, "server": "AmazonS3"}
MISSING_KEY = (
    b'<?xml version="1.0"?><Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id</Message></Error>'
)
DENIED = b"<Error><Code>AccessDenied</Code><RequestId>1</RequestId><HostId>2</HostId></Error>"
WEBSITE = b"<html><ul><li>Code: NoSuchWebsiteConfiguration</li><li>RequestId: 1</li></ul></html>"
PAGE = b"<html><h1>403 ERROR</h1></html>"

REPLIES: dict[str, tuple[Reply | NoReply, ReplyKind, str]] = {
    "an object": (Reply(200, S3, b"video"), ReplyKind.OBJECT, "200"),
    "a part": (Reply(206, S3, b"v"), ReplyKind.OBJECT, "206"),
    "not modified": (Reply(304, S3), ReplyKind.OBJECT, "304"),
    "a range that is not there": (
        Reply(
            416,
            {**S3, "x-cache": "Error from cloudfront"},
            b"<Code>InvalidRange</Code><RequestId>1</RequestId>",
        ),
        ReplyKind.OBJECT,
        "416 InvalidRange",
    ),
    "no signature": (Reply(403, CF, MISSING_KEY), ReplyKind.REFUSED, "403 MissingKey"),
    "S3 behind CloudFront": (Reply(403, S3, DENIED), ReplyKind.ORIGIN, "403 AccessDenied"),
    "S3 by its document alone": (Reply(403, CF, DENIED), ReplyKind.ORIGIN, "403 AccessDenied"),
    "S3 without a body": (Reply(403, S3), ReplyKind.ORIGIN, "403"),
    "a website of S3": (Reply(404, {}, WEBSITE), ReplyKind.ORIGIN, "404 NoSuchWebsiteConfiguration"),
    "CloudFront's page": (Reply(403, CF, PAGE), ReplyKind.PAGE, "403"),
    "an error page with status 200": (
        Reply(200, {**S3, "x-cache": "Error from cloudfront"}, b"Please sign in."),
        ReplyKind.PAGE,
        "200",
    ),
    "a redirect": (
        Reply(301, {**CF, "location": "https://media.example.com/a?secret=1"}),
        ReplyKind.ELSEWHERE,
        "301 to https://media.example.com/a",
    ),
    "a failure": (Reply(502, CF, PAGE), ReplyKind.FAILED, "502"),
    "too many": (Reply(429, CF), ReplyKind.FAILED, "429"),
    "nothing": (NoReply(NoReplyReason.NO_CONNECTION, "refused"), ReplyKind.NOTHING, "no connection: refused"),
}


@pytest.mark.parametrize("case", REPLIES)
def test_a_reply_is_read(case: str) -> None:
    """The status, the headers of the server, and the document decide."""
    reply, saw, reported = REPLIES[case]
    seen = read(reply)
    assert (seen.saw, seen.text) == (saw, reported)


def test_cloudfront_is_recognised_by_its_headers() -> None:
    """S3 itself, and any other server, do not have CloudFront's headers."""
    assert read(Reply(403, CF)).cloudfront
    assert not read(Reply(403, {"server": "AmazonS3"}, DENIED)).cloudfront
    assert not read(Reply(200, {"server": "nginx"})).cloudfront
