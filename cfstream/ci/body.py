"""What is written into a pull request: Markdown, with a mark by which the next run finds it. Pure."""

import re

from cfstream.ci.running import Ran
from cfstream.render.markdown import MARK

LONGEST = 50_000
"""Of what went wrong so many characters are told: a comment takes 65,536."""

LONGEST_NOTE = 1_000


def mark_of(key: str) -> str:
    """The second line of comments that are told apart by `key`: of one pull request there may be several."""
    harmless = re.sub(r"[^A-Za-z0-9_. /-]|-(?=-)", "_", key)
    return f"<!-- cfstream key: {harmless} -->" if key else ""


def body_of(ran: Ran, key: str = "", note: str = "") -> str:
    """The comment for a plan: what the program wrote, or why it could not; `note` stands small below it."""
    text = ran.out.strip() if ran.out.lstrip().startswith(MARK) else f"{MARK}\n{_failure(ran)}"
    first, _, rest = text.partition("\n")
    marked = "\n".join(line for line in (first, mark_of(key), rest) if line)
    small = f"\n\n<sub>{_plain(note)}</sub>" if note.strip() else ""
    return f"{marked}{small}\n"


def is_ours(body: str, key: str = "") -> bool:
    """Whether a comment is the one of this key."""
    lines = [line.strip() for line in body.splitlines()[:2]]
    if not lines or lines[0] != MARK:
        return False
    second = lines[1] if len(lines) > 1 else ""
    return second == mark_of(key) if key else not second.startswith("<!-- cfstream key:")


def fenced(text: str) -> str:
    """The text as a block of code, whatever backticks are in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _failure(ran: Ran) -> str:
    said = ran.err.strip() or ran.out.strip() or f"exit code {ran.code}, without a word"
    return f"### cfstream: there is no plan\n\n{fenced(said[:LONGEST])}"


def _plain(note: str) -> str:
    """The note as one line in which nothing is markup, and nobody is called by name."""
    text = re.sub(r"([\\`*_{}\[\]()#!|~])", r"\\\1", " ".join(note.split())[:LONGEST_NOTE])
    for sign, entity in {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}.items():
        text = text.replace(sign, entity)
    return text
