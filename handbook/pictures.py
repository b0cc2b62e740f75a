"""Recordings of real runs in the sandbox as SVG."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
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
    steady = Steady()
    with sandbox_folder() as workdir:
        for name, commands in CASTS.items():
            write_if_changed(folder / f"{name}.svg", _recorded(name, commands, workdir, steady))


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


class Steady:
    """Replaces what differs from run to run, so that a new recording of the same run is the same picture."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def text(self, shown: str) -> str:
        """Return the output with a fixed port and fixed times, and with ids that depend only on their order."""
        shown = re.sub(r"(?<=127\.0\.0\.1:)[0-9]+", "4566", shown)
        shown = re.sub(r"\b(?:[0-9]+ min )?[0-9]+(?:\.[0-9])? s\b", "0.2 s", shown)
        return _IDS.sub(lambda found: self._id(found[0]), shown)

    def _id(self, found: str) -> str:
        if found not in self._ids:
            digest = sha256(str(len(self._ids)).encode()).hexdigest() * 2
            kept = 1 if found[0] in "EKd" else 0
            made = digest[: len(found) - kept]
            self._ids[found] = found[:kept] + (made.upper() if found.isupper() else made)
        return self._ids[found]


_IDS = re.compile(r"\b[EK][A-Z0-9]{12,13}\b|\bd[a-z0-9]{12,13}(?=\.cloudfront\.)|(?<=plan )[0-9a-f]{8}\b")
"""Ids of resources, the host names of distributions, and ids of plans."""


def _recorded(title: str, commands: Sequence[str], workdir: Path, steady: Steady) -> str:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for command in commands:
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text.from_ansi(steady.text(typed(command, workdir))))
    picture = console.export_svg(title=f"cfstream: {title}", theme=MONOKAI)
    return re.sub(
        r"@font-face \{.*?\}", "", picture, flags=re.DOTALL
    )  # the picture must not load fonts from another host
