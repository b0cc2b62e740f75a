"""Make the Markdown comment for a pull request, with a mark by which the next run finds it. Pure."""

import re

from cfstream.ci.running import ProgramResult
from cfstream.render.markdown import MARK

LONGEST = 50_000
"""How many characters of an error are shown. A comment may have 65,536."""


def mark_of(key: str) -> str:
    """Return the second line of a comment. `key` distinguishes several comments in one pull request."""
    harmless = re.sub(r"[^A-Za-z0-9_. /-]|-(?=-)", "_", key)
    return f"<!-- cfstream key: {harmless} -->" if key else ""


def body_of(run: ProgramResult, key: str = "") -> str:
    """Return the comment for a plan: the program's output, or its error."""
    text = run.out.strip() if run.out.lstrip().startswith(MARK) else f"{MARK}\n{_failure(run)}"
    first, _, rest = text.partition("\n")
    marked = "\n".join(line for line in (first, mark_of(key), rest) if line)
    return f"{marked}\n"


def is_ours(body: str, key: str = "") -> bool:
    """Return whether a comment is the one with this key."""
    lines = [line.strip() for line in body.splitlines()[:2]]
    if not lines or lines[0] != MARK:
        return False
    second = lines[1] if len(lines) > 1 else ""
    return second == mark_of(key) if key else not second.startswith("<!-- cfstream key:")


def fenced(text: str) -> str:
    """Return the text as a code block, even if it contains backticks."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _failure(run: ProgramResult) -> str:
    message = run.err.strip() or run.out.strip() or f"exit code {run.code}, without any output"
    return f"### cfstream: the plan failed\n\n{fenced(message[:LONGEST])}"
