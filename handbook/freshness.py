"""Find out whether a picture that is checked in still shows what the program prints.

A recording contains its text. A screenshot has a stamp: the digest of the page that it shows. What differs in every run
(ids, ports, times, versions) does not count.
"""

import hashlib
import html
import re
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

_VARYING = re.compile(
    r"""\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b   # ids of key groups
    |\b[EK][0-9A-Z]{12,13}\b|\bd[0-9a-z]{13}(?=\.cloudfront)  # other ids
    |(?<=127\.0\.0\.1:)\d+|\b\d+\.\d+(?=\ s\b)|\b\d{4}-\d\d-\d\d[T ][\d:.+Z]+
    |(?<=plan\ )[0-9a-f]{8}\b|(?<=plan\ <code>)[0-9a-f]{8}|(?<=terminal-)\d+
    |\b\d+\.(?:dev\d+|\d+\.)[\w.+]*""",
    re.VERBOSE,
)
_TEXT = re.compile(r'<text [^>]*?x="([\d.]+)"[^>]*?y="([\d.]+)"[^>]*?clip-path[^>]*>(.*?)</text>')
_KEYWORD = b"cfstream-source"
_HEADER_ENDS = 33
"""The length of the signature and the first chunk of every PNG file."""


def settled(text: str) -> str:
    """Return the text with `…` for everything that differs in every run."""
    return _VARYING.sub("…", text)


def recorded_lines(svg: str) -> list[str]:
    """Return the lines that a recording shows, settled and without spaces, because columns are separate texts."""
    lines: dict[float, str] = {}
    for _, y, text in _TEXT.findall(svg):
        lines[float(y)] = lines.get(float(y), "") + html.unescape(text)
    return [line for line in (compact(lines[y]) for y in sorted(lines)) if line]


def compact(line: str) -> str:
    """Return a line settled and without spaces."""
    return "".join(settled(" ".join(line.split())).split())


def write_if_changed(file: Path, svg: str) -> None:
    """Write a recording, unless it shows the same as the file."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    if settled(before) != settled(svg):
        file.write_text(svg, encoding="utf-8")


def source_digest(texts: Iterable[str]) -> str:
    """Return the digest of what a screenshot shows."""
    return hashlib.sha256("\0".join(map(settled, texts)).encode()).hexdigest()


def stamp(png: Path, digest: str) -> None:
    """Write the digest into the picture, as a chunk of text."""
    picture = png.read_bytes()
    chunk = b"tEXt" + _KEYWORD + b"\0" + digest.encode()
    length, check = struct.pack(">I", len(chunk) - 4), struct.pack(">I", zlib.crc32(chunk))
    png.write_bytes(picture[:_HEADER_ENDS] + length + chunk + check + picture[_HEADER_ENDS:])


def stamp_of(png: Path) -> str:
    """Return the digest in a picture; empty if it has none."""
    found = re.search(rb"tEXt" + _KEYWORD + rb"\0([0-9a-f]{64})", png.read_bytes())
    return found[1].decode() if found else ""
