"""Convert players' RTMP URLs to the URLs of the same objects over HTTPS.

RTMP players requested `rtmp://<host>/cfx/st/<prefix><stream name>`. The stream name is the object's key, without or
with its ending (Developer Guide of 2020, "Working with RTMP distributions").
"""

import re
from collections.abc import Iterable

from cfstream.errors import WrongUsage
from cfstream.sign.resource import written
from cfstream.startup.frozen import dataclass

_PLAYED = re.compile(
    r"rtmp[tes]*://(?P<host>[^/:?]+)(?::\d+)?/cfx/st/(?P<prefix>(?:mp4|mp3|flv|id3):)?/*(?P<name>[^?]+)", re.I
)
_ENDING = {"mp4:": ".mp4", "mp3:": ".mp3", "id3:": ".mp3", "flv:": ".flv", "": ".flv"}
_HAS_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")

STREAMING_HOST, HTTP_HOST = "<streaming domain>.cloudfront.net", "<domain>.cloudfront.net"
"""Placeholders for the distributions' own names, which are not in a spec."""


@dataclass(frozen=True)
class PlayerUrl:
    """A URL, or a form of URLs, before and after the migration."""

    rtmp: str
    https: str


def forms(cnames: Iterable[str]) -> tuple[PlayerUrl, ...]:
    """Return every form of a player's URL, for each of these host names, or else for the distributions' own."""
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
    """Return the HTTPS URL for a player's URL, without its signature, which is only valid for the old URL.

    Raises WrongUsage if it is not the URL of an RTMP distribution.
    """
    found = _PLAYED.fullmatch(url.partition("?")[0].strip())
    if found is None:
        raise WrongUsage(
            f"{url[:100]!r} is not the URL of a stream",
            "write it as in the player: rtmp://media.example.com/cfx/st/mp4:videos/lecture",
        )
    name = found["name"]
    ending = "" if _HAS_ENDING.search(name) else _ENDING[(found["prefix"] or "").lower()]
    return PlayerUrl(url.strip(), f"https://{found['host'].lower()}/{written(name + ending)}")
