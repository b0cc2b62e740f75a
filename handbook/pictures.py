"""Recordings of real runs as SVG, and screenshots of the pages: each made by doing what it shows, in the sandbox."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from handbook.terminal import COLUMNS, typed

CASTS: Mapping[str, Sequence[str]] = {
    "start": (
        "cfstream init lectures --new-key",
        "cfstream plan lectures.yaml --sandbox",
    ),
    "apply": ("cfstream apply lectures.yaml --sandbox --yes", "cfstream plan lectures.yaml --sandbox"),
    "verify": ("cfstream verify lectures.yaml --key keys/lectures-1.pem --sandbox",),
}
"""Sessions in the order in which they are recorded, one after the other in one folder: each goes on from the last."""


def make(folder: Path) -> None:
    """Records all sessions into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sandbox_desk() as desk:
        for name, commands in CASTS.items():
            (folder / f"{name}.svg").write_text(_recorded(name, commands, desk), encoding="utf-8")


@contextmanager
def sandbox_desk() -> Iterator[Path]:
    """A folder of its own with a sandbox of its own, which is ended with it."""
    desk = Path(tempfile.mkdtemp(prefix="cfstream-handbook-"))
    before = os.environ.get("CFSTREAM_SANDBOX_DIR")
    os.environ["CFSTREAM_SANDBOX_DIR"] = str(desk / "sandbox")
    try:
        yield desk
    finally:
        subprocess.run([sys.executable, "-m", "cfstream", "sandbox", "down"], cwd=desk, check=False)
        shutil.rmtree(desk)
        if before is None:
            del os.environ["CFSTREAM_SANDBOX_DIR"]
        else:
            os.environ["CFSTREAM_SANDBOX_DIR"] = before


def _recorded(title: str, commands: Sequence[str], desk: Path) -> str:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for command in commands:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text.from_ansi(typed(command, desk)))
    picture = console.export_svg(title=f"cfstream: {title}", theme=MONOKAI)
    return re.sub(
        r"@font-face \{.*?\}", "", picture, flags=re.DOTALL
    )  # no picture asks another host for a font
