"""The passphrase of a private key, entered on a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.world.signing import PASSPHRASE, private_pem, rsa_key

URL = "https://media.example.com/a.mp4"


def typed(path: Path, answer: bytes) -> tuple[int, str]:
    """Return the exit code and the terminal's output after this passphrase is typed."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cfstream",
            "sign",
            URL,
            "--key",
            path,
            "--key-id",
            "K2JC",
            "--expires",
            "1h",
            "-vv",
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name != "CFSTREAM_KEY_PASSPHRASE"},
    )
    os.close(theirs)
    shown, asked = b"", False
    while chunk := _read(ours):
        shown += chunk
        if not asked and b"Passphrase of " in shown:
            asked = True
            os.write(ours, answer)
    os.close(ours)
    return process.wait(), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO where others say end of file
        return b""


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """An encrypted key."""
    path = tmp_path / "locked.pem"
    path.touch(0o600)
    path.write_bytes(private_pem(rsa_key("lectures-1"), passphrase=PASSPHRASE))
    return path


def test_the_right_passphrase_signs(locked: Path) -> None:
    """The question names the file, and the passphrase is never shown."""
    code, shown = typed(locked, PASSPHRASE.encode() + b"\n")
    assert code == 0
    assert f"Passphrase of {locked}: " in shown
    assert f"{URL}?Expires=" in shown
    assert PASSPHRASE not in shown


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(b"hunter2\n", "is wrong"), (b"\n", "is encrypted"), (b"\x04", "no passphrase was")],
)
def test_a_wrong_passphrase_is_reported_and_not_shown(locked: Path, answer: bytes, reason: str) -> None:
    """An empty one and a closed terminal are not internal errors either."""
    code, shown = typed(locked, answer)
    assert code == 2
    assert reason in " ".join(shown.split())
    assert "hunter2" not in shown
