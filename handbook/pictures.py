"""Recordings of real runs in the sandbox as SVG."""

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

from handbook.freshness import write_if_changed
from handbook.terminal import COLUMNS, typed

CASTS: Mapping[str, Sequence[str]] = {
    "start": (
        "cfstream init lectures --new-key",
        "cfstream plan lectures.yaml --sandbox",
    ),
    "apply": ("cfstream apply lectures.yaml --sandbox --yes", "cfstream plan lectures.yaml --sandbox"),
    "verify": ("cfstream verify lectures.yaml --key keys/lectures-1.pem --sandbox",),
}
"""The sessions, in the order of recording. They share one directory, so each continues the previous one."""


def make(folder: Path) -> None:
    """Record all sessions into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sandbox_folder() as workdir:
        for name, commands in CASTS.items():
            write_if_changed(folder / f"{name}.svg", _recorded(name, commands, workdir))


@contextmanager
def sandbox_folder() -> Iterator[Path]:
    """Create a temporary directory with its own sandbox. Both are removed at the end."""
    workdir = Path(tempfile.mkdtemp(prefix="cfstream-handbook-"))
    before = os.environ.get("CFSTREAM_SANDBOX_DIR")
    os.environ["CFSTREAM_SANDBOX_DIR"] = str(workdir / "sandbox")
    try:
        yield workdir
    finally:
        subprocess.run([sys.executable, "-m", "cfstream", "sandbox", "down"], cwd=workdir, check=False)
        shutil.rmtree(workdir)
        if before is None:
            del os.environ["CFSTREAM_SANDBOX_DIR"]
        else:
            os.environ["CFSTREAM_SANDBOX_DIR"] = before


def _recorded(title: str, commands: Sequence[str], workdir: Path) -> str:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for command in commands:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text.from_ansi(typed(command, workdir)))
    picture = console.export_svg(title=f"cfstream: {title}", theme=MONOKAI)
    return re.sub(
        r"@font-face \{.*?\}", "", picture, flags=re.DOTALL
    )  # the picture must not load fonts from another host
