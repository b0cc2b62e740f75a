"""`cfstream access`: which arguments are specs and which one is a key, and what is printed."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cfstream import workflow
from cfstream.access.reader import ANYONE, May
from cfstream.access.report import AccessRow, Chain, Link, StackAccess
from cfstream.cli.commands.access import spec_and_key
from cfstream.cli.terminal.streams import Terminal
from cfstream.spec.stack import Stack
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

SPEC = "version: 1\nname: {name}\nbucket: lectures-media\npublic: true\n"


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with two specs. It is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name in ("lectures", "clips"):
        Path(f"{name}.yaml").write_text(SPEC.format(name=name))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "files", "key"),
    [
        (["lectures.yaml"], ["lectures.yaml"], None),
        (["lectures.yaml", "talks/1.mp4"], ["lectures.yaml"], "talks/1.mp4"),
        (["lectures.yaml", "clips.yaml", "/talks/1.mp4"], ["lectures.yaml", "clips.yaml"], "talks/1.mp4"),
        (["lectures.yaml", "clips.yaml"], ["lectures.yaml", "clips.yaml"], None),
        (["."], ["."], None),
        (["clips.yaml", "-"], ["clips.yaml", "-"], None),
        (["gone.yaml"], ["gone.yaml"], None),
    ],
)
def test_the_last_argument_is_a_key_if_it_is_not_a_path(
    specs: Path, arguments: list[str], files: list[str], key: str | None
) -> None:
    """A single argument is always a spec. One leading slash of a key is removed."""
    assert specs.is_dir()
    assert spec_and_key(arguments, Terminal()) == (files, key)


def test_a_spec_that_does_not_exist_is_mentioned(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo in the name of a second spec is reported."""
    assert specs.is_dir()
    assert spec_and_key(["lectures.yaml", "clip.yaml"], Terminal()) == (["lectures.yaml"], "clip.yaml")
    assert (
        capsys.readouterr().err == "note: clip.yaml does not exist, so it is used as the key of an object\n"
    )


def one_reader(stacks: Sequence[Stack], _world: object, key: str | None) -> tuple[StackAccess, ...]:
    """Return an answer in which anyone can read every stack."""
    row = AccessRow(ANYONE, May.READ, ("/*",), "a", certain=True, before=None, after=None, by="public: true")
    chain = Chain(ANYONE, May.READ, certain=True, links=(Link("host", "lectures", "live"),))
    return tuple(
        StackAccess(stack.spec.name, stack.path, key, (row,), (), (chain,) if key else ()) for stack in stacks
    )


def test_the_answer_is_printed_as_text_and_as_json(
    aws: Sandbox, specs: Path, cfstream: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text for people, one document for programs. The exit code is 0 even if anyone can read."""
    assert aws
    assert specs.is_dir()
    monkeypatch.setattr(workflow, "access_of", one_reader, raising=False)
    result = cfstream("access", "lectures.yaml")
    assert (result.code, "anyone  read  /*     public: true" in result.out) == (0, True)
    found: Any = json.loads(cfstream("access", ".", "talks/1.mp4", "--format", "json").out)
    assert [(stack["name"], stack["key"]) for stack in found["stacks"]] == [
        ("clips", "talks/1.mp4"),
        ("lectures", "talks/1.mp4"),
    ]
