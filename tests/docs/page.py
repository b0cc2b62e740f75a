"""Parses pages of the manual: the code blocks of a Markdown file, and the commands of a console session."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[a-z]*)(?P<rest>.*)$")
_TITLE = re.compile(r'title="([^"]+)"')
_GIVEN = re.compile(r"<!-- given: (.+?) -->")
_EXIT = re.compile(r"# exit (\d+)$")


@dataclass(frozen=True)
class Prerequisite:
    """A comment that names a prerequisite of the next block."""

    name: str
    line: int


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file in its title, and its text."""

    language: str
    title: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command of a console session, with the exit code and the output that the page shows."""

    line: str
    exit_code: int = 0
    shown: list[str] = field(default_factory=list)


def pages() -> list[Path]:
    """Return the README, CONTRIBUTING, and every page of the manual that is not generated."""
    written = (page for page in (ROOT / "docs").rglob("*.md") if "reference" not in page.parts)
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(written)]


def parts(page: str) -> Iterator[Prerequisite | Block]:
    """Yield the prerequisites and blocks of a page in order. Raises ValueError for a block without an end."""
    lines = iter(enumerate(page.splitlines(), start=1))
    for number, line in lines:
        for name in _GIVEN.findall(line):
            yield Prerequisite(name, number)
        fence = _FENCE.match(line)
        if fence:
            title = _TITLE.search(fence["rest"])
            text = "".join(inside.removeprefix(fence["indent"]) + "\n" for inside in _until_closed(lines))
            yield Block(fence["language"], title[1] if title else "", text, number)


def _until_closed(lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == "```":
            return
        yield line
    raise ValueError("a code block does not end")


def session(text: str) -> list[Command]:
    """Return the commands of a console session. A backslash at the end continues a line."""
    commands: list[Command] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            code = _EXIT.search(line)
            commands.append(Command(line[2:], int(code[1]) if code else 0))
        elif line.strip() and commands:
            commands[-1].shown.append(line)
    return commands
