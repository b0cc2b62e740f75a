"""A code host on loopback, and a replacement for the program that prints what a test needs."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ci.host import Host


@pytest.fixture
def host() -> Iterator[Host]:
    """A code host without comments."""
    with Host.start() as started:
        yield started


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Makes a program that records in ``calls`` how it was called, and prints this text."""

    def make(out: str = "", *, err: str = "", code: int = 0, plan: str = "") -> tuple[str, ...]:
        file = tmp_path / "fake_aws.py"
        file.write_text(
            "import json, os, sys\n"
            "arguments = sys.argv[1:]\n"
            f"with open({str(tmp_path / 'calls')!r}, 'a') as calls:\n"
            "    print(json.dumps([arguments, dict(os.environ)]), file=calls)\n"
            "if '--out' in arguments:\n"
            "    with open(arguments[arguments.index('--out') + 1], 'w') as saved:\n"
            f"        saved.write({plan!r})\n"
            f"sys.stdout.write({plan!r} if 'json' in arguments else {out!r})\n"
            f"sys.stderr.write({err!r})\n"
            f"sys.exit({code})\n"
        )
        return (sys.executable, str(file))

    return make
