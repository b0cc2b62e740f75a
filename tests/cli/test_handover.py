"""Two stacks of one run, one of which waits for the other: the output for people."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.testing.certificates import imported
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

HEAD = "version: 1\nbucket: {name: lectures-media, create: true}\ntrusted_signers: [self]\n"
BOTH = ("old.yaml", "new.yaml")


@pytest.fixture
def here(cfstream: Run, aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two stacks. One has a name that the specs now give to the other."""
    monkeypatch.chdir(tmp_path)
    imported(aws.clients("acm"), "media.example.com")
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(f"{HEAD}name: old\ncnames: [media.example.com]\n")
    new.write_text(f"{HEAD}name: new\ncnames: []\n")
    assert cfstream("apply", *BOTH, "--yes", "--no-verify").code == 0
    old.write_text(f"{HEAD}name: old\ncnames: []\n")
    new.write_text(f"{HEAD}name: new\ncnames: [media.example.com]\n")
    return tmp_path


def test_a_plan_shows_which_stack_waits(cfstream: Run, here: Path) -> None:
    """The plan shows it as text and as data, and a saved plan can be applied."""
    text = cfstream("plan", *BOTH).out
    assert "note: this stack starts after old" in text
    assert "media.example.com comes from distribution:old" in text
    brief = {line.split()[0]: line for line in cfstream("plan", *BOTH, "--brief").out.splitlines() if line}
    assert "gives media.example.com to another stack" in brief["old"]
    assert "gives media.example.com to another stack" in cfstream("plan", *BOTH, "--format", "markdown").out
    result = cfstream("plan", *BOTH, "--format", "json", "--out", "both.plan")
    assert [stack.get("after") for stack in json.loads(result.out)["stacks"]] == [["old"], None]
    applied = cfstream("apply", "both.plan", "--yes", "--full")
    assert applied.code == 0, applied.err
    assert "old gave media.example.com to new\n" in applied.out, applied.out
    assert "not Deployed yet" not in applied.err
    assert cfstream("plan", *BOTH, "--check").code == 0


def test_a_waiting_stack_names_the_other_stack(cfstream: Run, here: Path) -> None:
    """The first stack is left out, so the second is too. The exit code is that of the first."""
    spec = here / "old.yaml"
    spec.write_text(spec.read_text() + "enabled: false\n")
    result = cfstream("apply", *BOTH, "--yes")
    assert result.code == 5
    assert "new: the stack old, which must be done first, is blocked" in result.err
    assert "fix: fix what stops old, then resume: cfstream apply old.yaml new.yaml --yes" in result.err
