"""Signed stream names of RTMP: what a Flash player was given in place of a URL.

The policy names the stream alone, without ``rtmp://…/cfx/st/`` and without ``mp4:``; the player asks with the prefix
(Developer Guide of 2020, "Creating a signed URL using a canned policy").
"""

import re
from dataclasses import dataclass

from cfstream.sign.refusal import CannotSign
from cfstream.sign.resource import own_parameters, written

_SERVER = re.compile(r"rtmp[tes]*://[^/]*/cfx/st/", re.IGNORECASE)
_PREFIX = re.compile(r"(mp4|mp3|flv|id3):", re.IGNORECASE)
_BY_ENDING = {
    "mp4": "mp4:",
    "m4v": "mp4:",
    "m4a": "mp4:",
    "f4v": "mp4:",
    "mov": "mp4:",
    "3gp": "mp4:",
    "mp3": "mp3:",
}
_FLASH = str.maketrans({"?": "%3F", "=": "%3D", "&": "%26"})


@dataclass(frozen=True)
class Stream:
    """What was asked for: the name that the policy holds, and the prefix that players put before it."""

    name: str
    prefix: str


@dataclass(frozen=True)
class StreamName:
    """A signed stream name; as text it is as the player asked for it."""

    bare: str
    """``videos/lecture.mp4?Expires=…``"""
    prefix: str
    """``mp4:`` or ``mp3:``, as it was given, or else as the ending asks for; empty for FLV."""
    given: str = ""
    """The prefix that was given."""

    def __str__(self) -> str:
        return self.given + self.bare

    @property
    def prefixed(self) -> str:
        """With the prefix that the player needs for this kind of file."""
        return self.prefix + self.bare

    @property
    def flash(self) -> str:
        """For the parameters of a Flash player in a page, where ``?``, ``=`` and ``&`` are escaped."""
        return self.prefixed.translate(_FLASH)


def stream(name: str) -> Stream:
    """The stream behind a name with or without server and prefix. Raises CannotSign for one that is signed already."""
    rest = _SERVER.sub("", name.strip(), count=1)
    found = _PREFIX.match(rest)
    prefix = found[0] if found else ""
    bare, _, query = rest.removeprefix(prefix).lstrip("/").partition("?")
    if not bare or "://" in bare:
        raise CannotSign("that names no stream", "write it as the key of its object: videos/lecture.mp4")
    if query and own_parameters(query):
        raise CannotSign("the stream name is signed already", "sign it without what is behind the ?")
    return Stream(written(bare) + (f"?{written(query)}" if query else ""), prefix)


def prefix_for(stream: Stream) -> str:
    """The prefix that was given, or the one that the ending of the name asks for."""
    ending = stream.name.partition("?")[0].rpartition(".")[2].lower()
    return stream.prefix or _BY_ENDING.get(ending, "")
