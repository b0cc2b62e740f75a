"""The manual's page on Python: its programs run as they are printed."""

import os
from pathlib import Path

import pytest

from tests.docs.page import ROOT, Block, parts
from tests.world.sandbox import Sandbox
from tests.world.signing import private_pem, public_pem, rsa_key

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
key_groups: [{name: signers, public_keys: [{name: lectures-1, file: keys/lectures-1.pub.pem}]}]
"""
PROFILE = """\
[profile media]
region = us-east-1
endpoint_url = {}
aws_access_key_id = any
aws_secret_access_key = any
"""


def test_the_programs_run(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first applies the specs and prints each step. The second calls every function. The third signs a URL."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("AWS_", "CFSTREAM_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text(PROFILE.format(sandbox.endpoint_url))
    (tmp_path / "specs" / "keys").mkdir(parents=True)
    (tmp_path / "specs" / "lectures.yaml").write_text(SPEC)
    (tmp_path / "specs" / "keys" / "lectures-1.pem").write_bytes(private_pem(rsa_key("one")))
    (tmp_path / "specs" / "keys" / "lectures-1.pub.pem").write_bytes(public_pem(rsa_key("one")))
    page = parts((ROOT / "docs" / "python.md").read_text(encoding="utf-8"))
    nightly, tour, signing = (
        part.text for part in page if isinstance(part, Block) and part.language == "python"
    )
    with pytest.raises(SystemExit) as ended:
        exec(compile(nightly, "nightly.py", "exec"), {})
    output = capsys.readouterr().out
    assert ended.value.code == 0
    assert "lectures create distribution:lectures deliver the media to viewers\n" in output
    assert "lectures applied d" in output
    Path("new").mkdir()
    exec(compile(tour, "tour.py", "exec"), {})
    toured = capsys.readouterr().out
    assert "specs/lectures.yaml" in toured
    assert "Deployed" in toured
    assert "['cuts-viewers', 'deletes']" in toured
    assert Path("new/campus.yaml").exists()
    exec(compile(signing, "signing.py", "exec"), {})
    assert "https://media.example.com/lecture.mp4?Expires=" in capsys.readouterr().out
