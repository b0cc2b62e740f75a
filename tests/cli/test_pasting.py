"""The commands that an error suggests have the flags of the run."""

import shlex
from pathlib import Path

import pytest

from cfstream.cli.pasting import command, repeat_flags
from cfstream.errors import Problem, SpecProblems, Where, WrongUsage


@pytest.mark.parametrize(
    ("do", "then"),
    [
        ("run: cfstream wait a.yaml", "run: cfstream wait a.yaml --profile p --sandbox"),
        ("run: cfstream plan a.yaml --live b.json", "run: cfstream plan a.yaml --live b.json"),
        (
            "run `cfstream plan a.yaml`, and read",
            "run `cfstream plan a.yaml --profile p --sandbox`, and read",
        ),
        (
            "run: cfstream apply a.yaml --profile p --sandbox",
            "run: cfstream apply a.yaml --profile p --sandbox",
        ),
        ("plan: cfstream plan a (or b)", "plan: cfstream plan a --profile p --sandbox (or b)"),
        ("run: cfstream docs oai", "run: cfstream docs oai"),
        ("see: cfstream snapshot --help", "see: cfstream snapshot --help"),
        ("run cfstream list to see the ids", "run cfstream list to see the ids"),
    ],
)
def test_flags_are_repeated(do: str, then: str) -> None:
    """Once, in commands that use AWS."""
    error = WrongUsage("wrong", do)
    repeat_flags(error, " --profile p --sandbox")
    assert error.do == then
    repeat_flags(error, "")
    assert error.do == then


def test_flags_are_repeated_in_problems() -> None:
    """A problem of a spec has its own fix, with the same flags."""
    problem = Problem(Where("a.yaml", 3), "wrong", "write an id that `cfstream list` shows")
    error = SpecProblems((problem,))
    repeat_flags(error, " --sandbox")
    assert [each.do for each in error.problems] == ["write an id that `cfstream list --sandbox` shows"]


def test_a_command_names_a_folder_instead_of_all_its_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell replaces ``specs/*.yaml`` by hundreds of names."""
    monkeypatch.chdir(tmp_path)
    names = [f"specs/s{number}.yaml" for number in range(9)]
    (tmp_path / "specs").mkdir()
    for name in names:
        (tmp_path / name).touch()
    assert command(["cfstream", "apply", "--yes", *names]) == "cfstream apply --yes specs"
    assert command(["cfstream", "apply", *names, "other.yaml"]) == "cfstream apply specs other.yaml"
    assert command(["cfstream", "apply", *names[1:]]) == shlex.join(["cfstream", "apply", *names[1:]])
    (tmp_path / "specs" / "below").mkdir()
    (tmp_path / "specs" / "below" / "more.yml").touch()
    assert command(["cfstream", "apply", *names]) == shlex.join(["cfstream", "apply", *names])
