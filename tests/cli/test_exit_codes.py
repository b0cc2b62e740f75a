"""Exit codes are a contract with scripts: each error has one, and each is tested."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cfstream.__main__ import INTERRUPTED
from cfstream.cli import main
from cfstream.cli.exits import EXITS, exits_line
from cfstream.exit_codes import ExitCode, of_plan
from tests.cli.conftest import Result
from tests.unit.render.plans import BROKEN, CHANGED, STILL, plan

Run = Callable[..., Result]

CHECK_THE_DIRECTORY = "  fix: check that its directory exists, and that you can read and write there\n"


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("plain", 1, "error: it does not work\n  fix: do something else\n"),
        ("credentials", 1, "error: there are no credentials\n  fix: run aws configure\n"),
        ("unreachable", 1, "error: no answer\n"),
        ("lost", 1, "error: there was no answer\n"),
        ("refused", 1, "error: CreateDistribution was refused: no more of them (TooManyDistributions)\n"),
        (
            "unauthorized",
            1,
            "error: ListTags was refused: not allowed (AccessDenied)\n  fix: allow cloudfront:ListTags\n",
        ),
        (
            "file",
            1,
            f"error: keys/a.pem: no such file or directory\n{CHECK_THE_DIRECTORY}",
        ),
        ("problems", 2, "error: no such field\n  a.yaml:2:3\n  fix: delete it\n"),
        ("usage", 2, "error: that is no flag\n"),
        ("exit", 3, ""),
        ("stale", 4, "error: distribution:lectures moved\n"),
        (
            "version",
            4,
            "error: DeleteDistribution was refused: The If-Match version is missing\n  (PreconditionFailed)\n",
        ),
        ("late", 6, "error: not Deployed in time\n"),
        ("stopped", 130, "error: interrupted\n"),
        ("sigint", 130, "error: interrupted\n"),
        ("pipe", 0, ""),
    ],
)
def test_each_error_has_its_exit_code_and_leaves_stdout_clean(
    cfstream: Run, how: str, code: int, message: str
) -> None:
    """The error is on stderr, and the exit code depends on its type."""
    assert cfstream("fail", how) == Result(code, "", message)


@pytest.mark.parametrize(
    ("stacks", "check", "code"),
    [
        ([STILL], False, ExitCode.DONE),
        ([STILL], True, ExitCode.DONE),
        ([CHANGED], False, ExitCode.DONE),
        ([CHANGED], True, ExitCode.PENDING),
        ([BROKEN], False, ExitCode.USAGE),
        ([replace(CHANGED, name="a"), BROKEN], True, ExitCode.USAGE),
    ],
)
def test_a_plan_exits_with_problems_first_and_pending_steps_only_when_asked(
    stacks: list, check: bool, code: ExitCode
) -> None:
    """`plan` exits with 0 with and without steps. `--check` makes pending steps 3. A problem is always 2."""
    assert of_plan(plan(*stacks), check=check) is code


def test_the_most_important_exit_code_of_several_stacks_counts() -> None:
    """The order is that of the contract: 130, 7, 1, 4, 5, 2, 6, and 0 if no stack has another."""
    rest = [130, 7, 1, 4, 5, 2, 6]
    while rest:
        assert ExitCode.of_run([0, *reversed(rest)]) == rest.pop(0)
    assert ExitCode.of_run([0, 0]) is ExitCode.of_run([]) is ExitCode.DONE


def commands(program: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each command of the program."""
    if not hasattr(program, "list_commands"):
        yield path
        return
    context = program.make_context(path or "cfstream", [], resilient_parsing=True)
    for name in program.list_commands(context):
        yield from commands(program.get_command(context, name), f"{path} {name}".strip())


def test_each_command_has_its_exit_codes() -> None:
    """The fixture `cfstream` checks that no run ends with another one; every code has a command that returns it."""
    assert set(commands(get_command(main.app))) == EXITS.keys()
    assert {code for codes in EXITS.values() for code in codes} == {*ExitCode}


def test_the_help_lists_the_exit_codes_on_one_line(cfstream: Run) -> None:
    """With a word for each; on a full line only for those that not every command has. It fits on 80 columns."""
    lines = {
        "plan": "  Exit codes: 0 done, 1 failed, 2 usage or problem, 3 pending, 130 interrupted",
        "apply": "  Exit codes: 0, 1, 2, 130; 4 stale, 5 hazard, 6 not Deployed, 7 exposed",
        "explain": "  Exit codes: 0 done, 1 failed, 2 usage or problem, 7 refused, 130 interrupted",
    }
    for command, line in lines.items():
        assert line in cfstream(command, "--help").out.splitlines()
    assert all(len(exits_line(each)) <= 76 for each in EXITS)


def test_an_interrupted_start_has_the_code_of_an_interrupted_run() -> None:
    """`__main__` has its own constant, because the table is not loaded yet."""
    assert INTERRUPTED == ExitCode.INTERRUPTED


def test_the_page_on_exit_codes_has_their_meanings() -> None:
    """The table of the manual has the same meanings as the program."""
    page = (Path(__file__).parents[2] / "docs" / "hazards.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| [0-9]+ \|", line)]
    assert rows == [f"| {code.value} | {code.meaning} |" for code in ExitCode]
