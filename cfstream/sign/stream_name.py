"""Signed RTMP stream names, which Flash players use instead of a URL.

The policy only has the stream's name, without ``rtmp://…/cfx/st/`` and without ``mp4:``. The player adds the prefix to
its request (Developer Guide of 2020, "Creating a signed URL using a canned policy").
"""

import re

from cfstream.sign.refusal import CannotSign
from cfstream.sign.resource import own_parameters, written
from cfstream.startup.frozen import dataclass

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
    """A stream: the name in the policy, and the player's prefix."""

    name: str
    prefix: str


@dataclass(frozen=True)
class StreamName:
    """A signed stream name. As text, it has the form that was given."""

    bare: str
    """``videos/lecture.mp4?Expires=…``"""
    prefix: str
    """``mp4:`` or ``mp3:``, as given or derived from the ending; empty for FLV."""
    given: str = ""
    """The prefix that was given."""

    def __str__(self) -> str:
        return self.given + self.bare

    @property
    def prefixed(self) -> str:
        """Return it with the prefix that the player needs for this type of file."""
        return self.prefix + self.bare

    @property
    def flash(self) -> str:
        """Return it for the parameters of a Flash player in a page, with ``?``, ``=`` and ``&`` escaped."""
        return self.prefixed.translate(_FLASH)


def stream(name: str) -> Stream:
    """Return the stream for a name with or without server and prefix. Raises CannotSign if it is already signed."""
    rest = _SERVER.sub("", name.strip(), count=1)
    found = _PREFIX.match(rest)
    prefix = found[0] if found else ""
    bare, _, query = rest.removeprefix(prefix).lstrip("/").partition("?")
    if not bare or "://" in bare:
        raise CannotSign("it has no stream name", "write it like the object's key: videos/lecture.mp4")
    if query and own_parameters(query):
        raise CannotSign("the stream name is already signed", "sign it without the part after the ?")
    return Stream(written(bare) + (f"?{written(query)}" if query else ""), prefix)


def prefix_for(stream: Stream) -> str:
    """Return the given prefix, or the one for the ending of the name."""
    ending = stream.name.partition("?")[0].rpartition(".")[2].lower()
    return stream.prefix or _BY_ENDING.get(ending, "")
