"""Runs of some stacks: by name, or by changes in git."""

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream import workflow
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

NAMES = ("lectures", "news-de", "news-fr", "talks")


def spec(name: str, *more: str, bucket: str = "") -> str:
    """A spec of one stack with a bucket of its own."""
    lines = ["version: 1", f"name: {name}", f"bucket: {{name: {bucket or name}-media, create: true}}"]
    return "\n".join([*lines, "trusted_signers: [self]", *more, ""])


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of four specs in the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "specs"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.yaml").write_text(spec(name))
    return folder


def git(*arguments: str) -> None:
    """Run git in the working directory."""
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def committed(specs: Path) -> Path:
    """The same, committed."""
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "Add specs")
    return specs


def planned(result: Result) -> list[str]:
    """The names of the stacks in a plan."""
    assert result.code == 0, result.err
    return [stack["name"] for stack in json.loads(result.out)["stacks"]]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (["talks"], ["talks"]),
        (["news-*"], ["news-de", "news-fr"]),
        (["news-?r", "talks"], ["news-fr", "talks"]),
        (["*"], [*NAMES]),
    ],
)
def test_only_the_stacks_with_these_names_are_planned(
    cfstream: Run, aws: Sandbox, specs: Path, only: list[str], names: list[str]
) -> None:
    """A name, a glob, or several of them."""
    assert aws
    assert specs.exists()
    flags = [word for each in only for word in ("--only", each)]
    assert planned(cfstream("plan", "specs", *flags, "--format", "json")) == names


def test_a_name_without_a_stack_is_refused(cfstream: Run, aws: Sandbox, specs: Path) -> None:
    """A typo must not end as a run that did nothing and exits with 0."""
    assert aws
    assert specs.exists()
    result = cfstream("apply", "specs", "--yes", "--only", "lecture")
    assert (result.code, result.out) == (2, "")
    assert "--only lecture matches no stack" in result.err
    assert "lectures" in result.err


def test_apply_changes_only_the_chosen_stacks(cfstream: Run, aws: Sandbox, specs: Path) -> None:
    """Also by a plan that was saved."""
    assert specs.exists()
    assert cfstream("apply", "specs", "--yes", "--only", "talks", "--no-verify").code == 0
    assert cfstream("plan", "specs", "--only", "news-*", "--out", "news.plan").code == 0
    assert cfstream("apply", "news.plan", "--yes", "--no-verify").code == 0
    assert planned(
        cfstream("plan", "specs", "--only", "news-*", "--only", "talks", "--format", "json", "--check")
    ) == [
        "news-de",
        "news-fr",
        "talks",
    ]
    assert cfstream("plan", "specs", "--only", "lectures", "--check").code == 3


def test_a_saved_plan_has_its_stacks(cfstream: Run, aws: Sandbox, specs: Path) -> None:
    """It cannot be narrowed when it is applied."""
    assert aws
    assert specs.exists()
    assert cfstream("plan", "specs", "--out", "all.plan").code == 0
    result = cfstream("apply", "all.plan", "--yes", "--only", "talks")
    assert result.code == 2
    assert "exclude each other" in result.err


def test_a_spec_that_is_left_out_still_declares(cfstream: Run, aws: Sandbox, specs: Path) -> None:
    """A path that another spec declares public is not an opening, although its stack is not planned."""
    assert aws
    text = spec("talks", "http: {behaviors: [{path: /posters/*, public: true}]}", bucket="shared")
    (specs / "talks.yaml").write_text(text)
    (specs / "lectures.yaml").write_text(spec("lectures", bucket="shared"))
    assert cfstream("apply", "specs", "--yes", "--allow", "makes-public", "--no-verify").code == 0
    whole = json.loads(cfstream("plan", "specs", "--format", "json").out)
    (alone,) = json.loads(cfstream("plan", "specs", "--only", "lectures", "--format", "json").out)["stacks"]
    (beside,) = [stack for stack in whole["stacks"] if stack["name"] == "lectures"]
    assert alone["exposure"] == beside["exposure"]
    assert alone["exposure"]["openings"] == []


def test_stacks_are_chosen_by_what_changed_in_git(cfstream: Run, aws: Sandbox, committed: Path) -> None:
    """Committed, uncommitted and new specs, and those that share a bucket or a key group with them."""
    assert aws
    assert planned(cfstream("plan", "specs", "--changed-since", "HEAD", "--format", "json")) == []
    (committed / "talks.yaml").write_text(spec("talks", "comment: Talks"))
    assert planned(cfstream("plan", "specs", "--changed-since", "HEAD", "--format", "json")) == ["talks"]
    git("commit", "-qam", "Change a comment")
    (committed / "extra.yaml").write_text(spec("extra", bucket="lectures"))
    chosen = planned(cfstream("plan", "specs", "--changed-since", "HEAD~1", "--format", "json"))
    assert chosen == ["extra", "lectures", "talks"]
    both = cfstream("plan", "specs", "--changed-since", "HEAD~1", "--only", "t*", "--format", "json")
    assert planned(both) == ["talks"]


def test_a_changed_key_file_chooses_its_stack(cfstream: Run, aws: Sandbox, committed: Path) -> None:
    """The file of a public key is a part of the spec."""
    assert aws
    assert cfstream("keys", "new", "talks-1").code == 0
    groups = (
        "key_groups: [{name: talks-signers, public_keys: [{name: talks-1, file: ../keys/talks-1.pub.pem}]}]"
    )
    (committed / "talks.yaml").write_text(spec("talks", groups).replace("trusted_signers: [self]\n", ""))
    git("add", ".")
    git("commit", "-qm", "Add a key")
    (committed.parent / "keys" / "talks-1.pub.pem").chmod(0o644)
    with (committed.parent / "keys" / "talks-1.pub.pem").open("a") as file:
        file.write("\n")
    assert planned(cfstream("plan", "specs", "--changed-since", "HEAD", "--format", "json")) == ["talks"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x"])
def test_an_unknown_revision_is_refused(cfstream: Run, aws: Sandbox, committed: Path, revision: str) -> None:
    """With what a revision is; never as an option of git."""
    assert aws
    result = cfstream("plan", "specs", f"--changed-since={revision}")
    assert result.code == 2
    assert "is not a git revision" in result.err
    assert not (committed.parent / "x").exists()


@pytest.mark.parametrize("fail_fast", [True, False])
def test_after_a_failure_nothing_else_begins(
    cfstream: Run, aws: Sandbox, specs: Path, monkeypatch: pytest.MonkeyPatch, fail_fast: bool
) -> None:
    """With --fail-fast. Without it, stacks are independent."""
    assert aws
    monkeypatch.setattr(workflow, "UNDER_WAY", 1)  # one stack after another
    missing = spec("lectures").replace("create: true", "create: false")
    (specs / "lectures.yaml").write_text(missing)
    flags = ["--fail-fast"] * fail_fast
    result = cfstream("apply", "specs", "--yes", "--no-verify", *flags, "--format", "json")
    assert result.code == 2
    outcomes = {stack["name"]: stack["outcome"] for stack in json.loads(result.out)["stacks"]}
    others = "blocked" if fail_fast else "applied"
    assert outcomes == {"lectures": "blocked", "news-de": others, "news-fr": others, "talks": others}
    assert ("--fail-fast ends the run" in result.err) == fail_fast


@pytest.mark.parametrize("arguments", [["specs"], ["specs/talks.yaml", "specs"]])
def test_the_command_without_broken_specs_can_be_pasted(
    cfstream: Run, specs: Path, aws: Sandbox, arguments: list[str]
) -> None:
    """It names all other specs of the run, keeps the flags, and plans them."""
    for number in range(3):
        (specs / f"show {number}.yaml").write_text(spec(f"show-{number}"))
    (specs / "broken.yaml").write_text(spec("broken", "buckt: media"))
    stopped = cfstream("plan", *arguments, "--brief", "--format", "json")
    assert stopped.code == 2
    found = re.search(r"or name only the others: (cfstream plan .*)", " ".join(stopped.err.split()))
    assert found
    words = shlex.split(found[1])
    assert words[-3:] == ["--brief", "--format", "json"]
    assert planned(cfstream(*words[1:])) == sorted([*NAMES, "show-0", "show-1", "show-2"])
