"""The plugin in another project: it is found by its name, and leaves nothing, also after a crash."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.docs.page import Block, parts
from tests.world.signing import public_pem, rsa_key

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "test-your-player.md"
SPEC = """\
version: 1
name: lectures
bucket: lectures-media
key_groups: [{name: signers, public_keys: [{name: one, file: one.pub.pem}]}]
"""


def test_the_page_of_the_manual_works(tmp_path: Path) -> None:
    """The two files in the manual are enough. The sandbox's folder is deleted at the end."""
    for part in parts(PAGE.read_text(encoding="utf-8")):
        if isinstance(part, Block) and part.title:
            (tmp_path / part.title).write_text(part.text, encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "lectures.yaml").write_text(SPEC)
    (tmp_path / "specs" / "one.pub.pem").write_bytes(public_pem(rsa_key("one")))
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "-c",
            os.devnull,
            "--rootdir",
            str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in result.stdout, result.stdout + result.stderr
    assert list(tmp_path.glob("cfstream-*")) == []


def test_nothing_outlives_a_crash() -> None:
    """If the process of the tests dies, its sandbox dies with it."""
    script = "import os, cfstream.testing as t; print(t.Sandbox().endpoint_url, flush=True); os._exit(9)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 9
    with pytest.raises(httpx.ConnectError):
        httpx.get(result.stdout.strip(), trust_env=False)
