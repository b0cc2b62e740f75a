"""An HLS playlist is loaded with cookies, down to its first segment, as far as it is on the tested host."""

from typing import NamedTuple

import pytest

from tests.verify.account import HOST, MASTER, MEDIA, RENDITION, VerifiedAccount

THERE = "https://cdn.example.net/"
VARIANT = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\n%b\n"
EVERYTHING = [
    "/hls/master.m3u8 held",
    "/hls/low/index.m3u8 held",
    "/hls/low/init.mp4 held",
    "/hls/low/1.m4s held",
]


class Case(NamedTuple):
    """The bodies of two playlists, and what verify requests at the cname, with the verdicts."""

    master: bytes = MASTER
    rendition: bytes = RENDITION
    found: tuple[str, ...] = ()


CASES = {
    "as usual": Case(found=tuple(EVERYTHING)),
    "a byte order mark": Case(b"\xef\xbb\xbf" + MASTER, found=tuple(EVERYTHING)),
    "the host in the playlist": Case(
        VARIANT % f"https://{HOST}/hls/low/index.m3u8".encode(), found=tuple(EVERYTHING)
    ),
    "a single rendition": Case(
        RENDITION.replace(b"1.m4s", b"low/1.m4s").replace(b"init", b"low/init"),
        found=("/hls/master.m3u8 held", "/hls/low/init.mp4 held", "/hls/low/1.m4s held"),
    ),
    "no playlist": Case(b"hello", found=("/hls/master.m3u8 kept-out",)),
    "an empty playlist": Case(
        b"#EXTM3U\n", found=("/hls/master.m3u8 held", "a segment of /hls/master.m3u8 unproved")
    ),
    "an empty rendition": Case(
        rendition=b"#EXTM3U\n#EXT-X-ENDLIST\n",
        found=(*EVERYTHING[:2], "a segment of /hls/low/index.m3u8 unproved"),
    ),
    "a playlist that lists itself": Case(
        VARIANT % b"master.m3u8",
        found=(*EVERYTHING[:1] * 2, "a segment of /hls/master.m3u8 unproved"),
    ),
    "a name that is not escaped": Case(
        rendition=RENDITION.replace(b"1.m4s", "eins ü.m4s?v=1&x".encode()),
        found=(*EVERYTHING[:3], "/hls/low/eins%20%C3%BC.m4s?v=1&x held"),
    ),
    "a missing segment": Case(
        rendition=RENDITION.replace(b"1.m4s", b"2.m4s"), found=(*EVERYTHING[:3], "/hls/low/2.m4s kept-out")
    ),
    "a rendition elsewhere": Case(VARIANT % f"{THERE}low.m3u8".encode(), found=tuple(EVERYTHING[:1])),
    "a segment elsewhere": Case(
        rendition=RENDITION.replace(b"1.m4s", f"{THERE}1.m4s".encode()), found=tuple(EVERYTHING[:3])
    ),
    "an initialization elsewhere": Case(
        rendition=RENDITION.replace(b"init.mp4", f"{THERE}init.mp4".encode()),
        found=(*EVERYTHING[:2], EVERYTHING[3]),
    ),
}


def loaded(account: VerifiedAccount) -> tuple[str, ...]:
    """Return what verify requests of a playlist at the cname, with the verdicts."""
    return tuple(
        f"{each.claim.partition(' loads')[0]} {each.verdict}"
        for each in account.proof(key=account.key).findings
        if each.where == f"https://{HOST}" and each.brief.startswith("HLS")
    )


@pytest.mark.parametrize("name", CASES)
def test_a_playlist_is_loaded_as_by_a_player(account: VerifiedAccount, name: str) -> None:
    """What another host serves is not requested. A playlist without a segment verifies nothing about segments."""
    case = CASES[name]
    account.s3.put_object(Bucket="media", Key="hls/low/eins ü.m4s", Body=b"segment")
    account.s3.put_object(Bucket="media", Key="hls/master.m3u8", Body=case.master)
    account.s3.put_object(Bucket="media", Key="hls/low/index.m3u8", Body=case.rendition)
    assert loaded(account) == case.found


def test_a_public_playlist_is_not_loaded(account: VerifiedAccount) -> None:
    """It needs no cookies."""
    account.s3.put_object(Bucket="media", Key="posters/all.m3u8", Body=MASTER)
    for key in MEDIA:
        if key.startswith("hls/"):
            account.s3.delete_object(Bucket="media", Key=key)
    assert loaded(account) == ()
