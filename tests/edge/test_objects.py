"""Claims about answers with an object: S3 API, GetObject and HeadObject; Developer Guide, "How CloudFront processes
partial requests for an object".
"""

import email.utils
from typing import Any

import pytest

from tests.edge.site import BUCKET, EdgeSite, Json, Reply

VIDEO = bytes(range(256)) * 4
BIG = bytes(range(251)) * 4096


@pytest.fixture
def created(site: EdgeSite) -> Json:
    """A public distribution."""
    distribution = site.distribution()
    site.grant(distribution)
    site.put("video.mp4", VIDEO)
    return distribution


def get(site: EdgeSite, created: Json, key: str = "video.mp4", **headers: str) -> Reply:
    """Request the object."""
    return site.view(f"/{key}", created["DomainName"], **headers)


def test_whole(site: EdgeSite, created: Json) -> None:
    """A whole object has its length, ETag and date, and Accept-Ranges."""
    reply = get(site, created)
    stored = site.s3.head_object(Bucket=BUCKET, Key="video.mp4")
    assert (reply.status, reply.body) == (200, VIDEO)
    assert reply.headers["Content-Length"] == str(len(VIDEO))
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert reply.headers["ETag"] == stored["ETag"]
    assert reply.headers["Server"] == "AmazonS3"
    assert reply.headers["X-Cache"] == "Miss from cloudfront"
    assert email.utils.parsedate_to_datetime(reply.headers["Last-Modified"]) == stored["LastModified"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, 1024),
        ("bytes=-24", 1000, 1024),
        ("bytes=-5000", 0, 1024),
        ("bytes=1000-5000", 1000, 1024),
        ("bytes=1023-1023", 1023, 1024),
    ],
)
def test_ranges(site: EdgeSite, created: Json, asked: str, start: int, end: int) -> None:
    """One range is 206 with that part. HEAD has its headers."""
    reply = get(site, created, Range=asked)
    assert (reply.status, reply.body) == (206, VIDEO[start:end])
    assert reply.headers["Content-Range"] == f"bytes {start}-{end - 1}/1024"
    head = site.view("/video.mp4", created["DomainName"], "HEAD", Range=asked)
    assert (head.status, head.headers["Content-Length"]) == (206, str(end - start))


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_ranges_beyond_the_end(site: EdgeSite, created: Json, asked: str) -> None:
    """A range beyond the end is 416 with the object's size."""
    reply = get(site, created, Range=asked)
    assert reply.verdict == (416, "InvalidRange")
    assert reply.headers["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=-", "bytes=a-b", "lines=1-2", "bytes 0-1"])
def test_ranges_that_are_not_known(site: EdgeSite, created: Json, asked: str) -> None:
    """Several ranges, or an invalid one, return the whole object."""
    assert get(site, created, Range=asked).verdict == (200, "")


def test_empty_object(site: EdgeSite, created: Json) -> None:
    """An empty object is returned whole, and has no valid range."""
    site.put("empty", b"")
    assert (get(site, created, "empty").status, get(site, created, "empty").body) == (200, b"")
    assert get(site, created, "empty", Range="bytes=0-").status == 416


def test_large_object(site: EdgeSite, created: Json) -> None:
    """A large object is returned whole and in parts, byte for byte."""
    site.put("big", BIG)
    assert get(site, created, "big").body == BIG
    reply = get(site, created, "big", Range="bytes=1000-900000")
    assert (reply.status, reply.body) == (206, BIG[1000:900001])
    assert get(site, created).body == VIDEO


def test_conditions(site: EdgeSite, created: Json) -> None:
    """Conditions give 304 or 412. An ETag takes precedence over a date."""
    etag = get(site, created).headers["ETag"]
    past, future = (email.utils.formatdate(moment, usegmt=True) for moment in (1, 4102444800))
    cases: list[tuple[dict[str, str], int]] = [
        ({"If_None_Match": etag}, 304),
        ({"If_None_Match": f'"other", {etag}'}, 304),
        ({"If_None_Match": f"W/{etag}"}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_Modified_Since": future}, 304),
        ({"If_Modified_Since": past}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": future}, 200),
        ({"If_Match": etag}, 200),
        ({"If_Match": '"other"'}, 412),
        ({"If_Unmodified_Since": past}, 412),
        ({"If_Unmodified_Since": future}, 200),
        ({"Range": "bytes=0-1", "If_Range": etag}, 206),
        ({"Range": "bytes=0-1", "If_Range": '"other"'}, 200),
        ({"Range": "bytes=0-1", "If_Range": past}, 200),
    ]
    for headers, status in cases:
        assert get(site, created, **headers).status == status, headers


def test_not_modified_has_no_body(site: EdgeSite, created: Json) -> None:
    """304 has the ETag and no body, and the connection stays open."""
    reply = get(site, created, If_None_Match="*")
    assert (reply.body, reply.headers["Content-Type"]) == (b"", None)
    assert reply.headers["ETag"]
    assert get(site, created).status == 200


@pytest.mark.parametrize(
    ("key", "own", "given"),
    [
        ("index.m3u8", "", "application/vnd.apple.mpegurl"),
        ("index.mpd", "", "application/dash+xml"),
        ("1.ts", "", "video/mp2t"),
        ("1.m4s", "", "video/iso.segment"),
        ("1.MP4", "", "video/mp4"),
        ("1.flv", "", "video/x-flv"),
        ("1.vtt", "", "text/vtt"),
        ("1.jpg", "", "image/jpeg"),
        ("1", "", "binary/octet-stream"),
        ("1.mp4", "video/x-own", "video/x-own"),
    ],
)
def test_content_types(site: EdgeSite, created: Json, key: str, own: str, given: str) -> None:
    """An object has its own type, or one guessed from its name."""
    more: Json = {"ContentType": own} if own else {}
    site.put(key, **more)
    assert get(site, created, key).headers["Content-Type"] == given


def test_headers_of_the_object(site: EdgeSite, created: Json) -> None:
    """Headers stored with the object are returned."""
    site.put("one.txt", CacheControl="max-age=5", Metadata={"lecture": "7"}, ContentLanguage="en")
    headers: Any = get(site, created, "one.txt").headers
    assert (headers["Cache-Control"], headers["x-amz-meta-lecture"]) == ("max-age=5", "7")
    assert (headers["Content-Language"], headers["x-amz-server-side-encryption"]) == ("en", "AES256")
    assert headers["x-amz-content-sha256"] is None


def test_archived(site: EdgeSite, created: Json) -> None:
    """An archived object is not served."""
    site.put("old.mp4", StorageClass="GLACIER")
    assert get(site, created, "old.mp4").verdict == (403, "InvalidObjectState")
