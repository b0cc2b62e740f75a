"""What becomes of players' URLs: an rtmp stream's, and the URL of the same object over HTTPS.

A player of 2011 asked for `rtmp://<host>/cfx/st/<prefix><stream name>`; the stream name is the key of the object, and
the ending could be left off (Developer Guide of 2020, "Working with RTMP distributions").
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cfstream.errors import WrongUsage
from cfstream.sign.resource import written

_PLAYED = re.compile(
    r"rtmp[tes]*://(?P<host>[^/:?]+)(?::\d+)?/cfx/st/(?P<prefix>(?:mp4|mp3|flv|id3):)?/*(?P<name>[^?]+)", re.I
)
_ENDING = {"mp4:": ".mp4", "mp3:": ".mp3", "id3:": ".mp3", "flv:": ".flv", "": ".flv"}
_HAS_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")

STREAMING_HOST, HTTP_HOST = "<streaming domain>.cloudfront.net", "<domain>.cloudfront.net"
"""What stands for the distributions' own names, which no spec knows."""


@dataclass(frozen=True)
class PlayerUrl:
    """A URL, or the form of many, before and after."""

    rtmp: str
    https: str


def forms(cnames: Iterable[str]) -> tuple[PlayerUrl, ...]:
    """Every form that a player's URL has, under each of these names, or else under the distributions' own."""
    hosts = [(name, name) for name in cnames] or [(STREAMING_HOST, HTTP_HOST)]
    streams = (
        ("mp4:PATH", "PATH.mp4"),
        ("mp4:PATH.mp4", "PATH.mp4"),
        ("mp3:PATH", "PATH.mp3"),
        ("PATH", "PATH.flv"),
    )
    return tuple(
        PlayerUrl(f"rtmp://{old}/cfx/st/{stream}", f"https://{new}/{key}")
        for old, new in hosts
        for stream, key in streams
    )


def mapped(url: str) -> PlayerUrl:
    """The URL over HTTPS of what a player asked for. What signed it is gone: a signature holds for one URL only.

    Raises WrongUsage for what is no URL of an RTMP distribution.
    """
    found = _PLAYED.fullmatch(url.partition("?")[0].strip())
    if found is None:
        raise WrongUsage(
            f"{url[:100]!r} is no URL of a stream",
            "write it as the player has it: rtmp://media.example.com/cfx/st/mp4:videos/lecture",
        )
    name = found["name"]
    ending = "" if _HAS_ENDING.search(name) else _ENDING[(found["prefix"] or "").lower()]
    return PlayerUrl(url.strip(), f"https://{found['host'].lower()}/{written(name + ending)}")
