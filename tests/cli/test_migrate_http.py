"""`cfstream migrate --to http`: a spec beside the rtmp one, then the host names, and the URLs of players."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.spec.load import load
from tests.cli.conftest import Result

Run = Callable[..., Result]

OLD = """\
# The recipe of 2011
version: 1
name: streams
delivery: rtmp              # a streaming distribution
bucket: lectures-media      # for a bucket
cnames: [media.example.com, old.example.com]
oai: {comment: x}
grant: {via: object-acl, permission: FULL_CONTROL, prefix: a/}
dns: {route53: example.com}
trusted_signers: [self, "111122223333"]   # who signs
adopt: E1EXAMPLE
"""
NEW = """\
# The recipe of 2011
version: 1
name: streams-http
delivery: http              # a streaming distribution
bucket: lectures-media      # for a bucket
oac: {}
grant: {via: bucket-policy, permission: READ, prefix: a/}
trusted_signers: [self, "111122223333"]   # who signs
"""
NAMES = "cnames: [media.example.com, old.example.com]\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with an rtmp spec."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "old.yaml", OLD)
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write exactly these bytes."""
    path.write_bytes(text.encode())


def migrated(cfstream: Run, *flags: str) -> Any:
    """Return the document of a run."""
    result = cfstream("migrate", "old.yaml", "--to", "http", "--format", "json", *flags)
    assert result.code == 0, result.err
    return json.loads(result.out)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_from_beginning_to_end(cfstream: Run, here: Path, mark: str, newline: str) -> None:
    """A new spec, then the host names, then nothing: each run is one stage, with exact bytes."""

    def text(lines: str) -> str:
        return (mark + lines).replace("\n", newline)

    write(here / "old.yaml", text(OLD))
    begun = migrated(cfstream)
    assert (begun["outcome"], begun["hazards"]) == ("begun", [])
    assert "cfstream apply old-http.yaml" in begun["next"]
    assert (here / "old-http.yaml").read_bytes().decode() == text(NEW)
    assert (here / "old.yaml").read_bytes().decode() == text(OLD)

    moved = migrated(cfstream)
    assert (moved["outcome"], moved["hazards"]) == ("handed-over", ["cuts-viewers"])
    assert "cfstream apply old.yaml old-http.yaml --allow cuts-viewers" in moved["next"]
    assert (here / "old.yaml").read_bytes().decode() == text(OLD.replace(NAMES, "cnames: []\n"))
    bucket = "bucket: lectures-media      # for a bucket\n"
    new = NEW.replace(bucket, f"{bucket}{NAMES}dns: {{route53: example.com}}\n")
    assert (here / "old-http.yaml").read_bytes().decode() == text(new)
    assert [stack.spec.name for stack in load(["."])] == ["streams-http", "streams"]

    over = migrated(cfstream)
    assert (over["outcome"], over["files"]) == ("over", [])
    assert over["next"] == [
        "when nobody uses it any more: cfstream destroy old.yaml",
        "then delete old.yaml: an apply of it would create the old stack again",
    ]


def test_an_interrupted_move_is_completed(cfstream: Run, here: Path) -> None:
    """If the process ends between the two files, both have the names. The next run completes the move."""
    migrated(cfstream)
    write(here / "old-http.yaml", NEW + NAMES)
    assert migrated(cfstream)["outcome"] == "handed-over"
    assert (here / "old-http.yaml").read_text() == NEW + NAMES + "dns: {route53: example.com}\n"
    assert load(["old.yaml"])[0].spec.cnames == ()


def test_names_of_the_new_spec_stay(cfstream: Run, here: Path) -> None:
    """A name that was added to the new spec meanwhile stays, and the names of the old one come after it."""
    new = here / "old-http.yaml"
    migrated(cfstream)
    write(new, new.read_text() + "cnames: [video.example.com, old.example.com]\n")
    assert migrated(cfstream)["outcome"] == "handed-over"
    (stack,) = load(["old-http.yaml"])
    assert stack.spec.cnames == ("video.example.com", "old.example.com", "media.example.com")
    assert load(["old.yaml"])[0].spec.cnames == ()


def test_a_dry_run_writes_nothing(cfstream: Run, here: Path) -> None:
    """In both stages."""
    output = migrated(cfstream, "--dry-run")
    assert (output["written"], output["files"][0]["path"]) == (False, "old-http.yaml")
    assert [path.name for path in here.iterdir()] == ["old.yaml"]
    migrated(cfstream)
    assert migrated(cfstream, "--dry-run")["outcome"] == "handed-over"
    assert (here / "old.yaml").read_text() == OLD
    assert (here / "old-http.yaml").read_text() == NEW


def test_no_file_of_others_is_touched(cfstream: Run, here: Path) -> None:
    """An existing file with another stack stays. --out names another file."""
    other = NEW.replace("lectures-media", "other-media")
    write(here / "old-http.yaml", other)
    result = cfstream("migrate", "old.yaml", "--to", "http")
    assert (result.code, "--out" in result.err) == (2, True)
    assert (here / "old-http.yaml").read_text() == other
    assert migrated(cfstream, "--out", "new.yaml")["outcome"] == "begun"
    assert (here / "new.yaml").read_text() == NEW


def test_a_document_among_others_gets_a_file_of_its_own(cfstream: Run, here: Path) -> None:
    """The file has the name of its stack. The host names are removed from that document only."""
    first = "version: 1\nname: first\nbucket: first-media\ncnames: [a.example.com]\ntrusted_signers: [self]\n"
    write(here / "old.yaml", f"{first}---\n{OLD}")
    migrated(cfstream)
    assert (here / "streams-http.yaml").read_text() == NEW
    migrated(cfstream)
    assert (here / "old.yaml").read_text() == f"{first}---\n{OLD.replace(NAMES, 'cnames: []' + chr(10))}"


def test_players_urls_are_mapped(cfstream: Run, here: Path) -> None:
    """The given URLs are mapped in order. Without any, every form is mapped, for each host name."""
    forms = migrated(cfstream, "--dry-run")["urls"]
    assert {
        "rtmp": "rtmp://old.example.com/cfx/st/mp4:PATH",
        "https": "https://old.example.com/PATH.mp4",
    } in forms
    assert len(forms) == 8
    write(
        here / "urls",
        "rtmp://media.example.com/cfx/st/mp4:w 1/a?Expires=1&Signature=x\n\nrtmpe://h:1935/cfx/st/b\n",
    )
    assert migrated(cfstream, "--dry-run", "--urls", "urls")["urls"] == [
        {
            "rtmp": "rtmp://media.example.com/cfx/st/mp4:w 1/a?Expires=1&Signature=x",
            "https": "https://media.example.com/w%201/a.mp4",
        },
        {"rtmp": "rtmpe://h:1935/cfx/st/b", "https": "https://h/b.flv"},
    ]
    write(here / "urls", "https://media.example.com/a.mp4\n")
    assert cfstream("migrate", "old.yaml", "--to", "http", "--urls", "urls").code == 2
