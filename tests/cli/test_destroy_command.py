"""`destroy` against the sandbox: what it asks, what goes to which stream, and what is said afterwards."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.sandbox.server import Sandbox
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


class Typed(io.StringIO):
    """A terminal on which somebody has typed."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def lectures(cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox) -> Sandbox:
    """A stack that is live, in the folder that the process stands in."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    ran = cfstream("apply", "lectures.yaml", "--yes", "-q")
    assert ran.code == 0, ran.err
    return aws


def alive(sandbox: Sandbox) -> int:
    """How many distributions there are."""
    return len([*sandbox.cloudfront.distributions()])


def test_without_a_terminal_and_yes_nothing_is_written(cfstream: Run, lectures: Sandbox) -> None:
    """What would go is shown, and nobody said yes."""
    ran = cfstream("destroy", "lectures.yaml")
    assert ran.code == 2
    assert ran.err == (
        "error: destroy asks for confirmation, and there is no terminal\n"
        "  fix: review what would be deleted, and add --yes\n"
    )
    assert "  - delete  distribution:lectures" in ran.out
    assert "  The bucket and every object in it stay.\n" in ran.out
    assert "to allow this, type lectures or add --yes" in ran.out
    assert "Plan: 0 to create" in ran.out
    assert alive(lectures) == 1


@pytest.mark.parametrize(("typed", "then"), [("lectures\n", (0, 0)), ("yes\n", (1, 1)), ("", (1, 1))])
def test_the_name_is_asked_for(
    cfstream: Run, lectures: Sandbox, monkeypatch: pytest.MonkeyPatch, typed: str, then: tuple[int, int]
) -> None:
    """On a terminal the stack's name, and nothing else, is the yes."""
    monkeypatch.setattr("sys.stdin", Typed(typed))
    ran = cfstream("destroy", "lectures.yaml")
    assert (ran.code, alive(lectures)) == then
    assert "Type lectures to destroy it: " in ran.err
    assert ("the answer was not lectures, so nothing was deleted" in ran.err) == bool(ran.code)


def test_the_end_of_an_adopted_stack_says_what_keeps_its_spec_from_being_applied_again(
    cfstream: Run, lectures: Sandbox
) -> None:
    """The spec names a distribution that is gone; one that names none needs no word."""
    (live,) = lectures.cloudfront.distributions()
    adopting = Path("adopting.yaml")
    adopting.write_text(f"{SPEC}adopt: {live.id}\n")
    ran = cfstream("destroy", "adopting.yaml", "--yes")
    assert ran.code == 0
    said = " ".join(ran.err.split())
    assert (
        f"adopting.yaml adopts {live.id}, which is deleted: remove `adopt` from it before you apply it again"
        in said
    )
    assert "adopts" not in cfstream("destroy", "lectures.yaml", "--yes").err


def test_what_is_said_afterwards(cfstream: Run, lectures: Sandbox) -> None:
    """The report counts what was done; then nothing is left to destroy, to list, to show or to prove."""
    ran = cfstream("destroy", "lectures.yaml", "--yes")
    assert ran.code == 0, ran.err
    assert ran.out.endswith("\nlectures destroyed\n\nDestroyed. 1 revoked, 1 disabled, 2 deleted.\n")
    assert cfstream("destroy", "lectures.yaml") == Ran(
        0, "No changes. lectures has nothing left to destroy.\n", ""
    )
    assert cfstream("list").out.startswith("No distributions")
    assert cfstream("show", "lectures.yaml").code == 1
    verified = cfstream("verify", "lectures.yaml")
    assert verified.code == 1
    assert "lectures has no distribution in account" in verified.out + verified.err


def test_json_has_stdout_for_itself(cfstream: Run, lectures: Sandbox) -> None:
    """The report is a document like that of apply; of what is gone it knows no ids."""
    ran = cfstream("destroy", "lectures.yaml", "--yes", "--format", "json")
    (stack,) = json.loads(ran.out)["stacks"]
    assert (ran.code, stack["outcome"]) == (0, "applied")
    assert [step["verb"] for step in stack["steps"]] == ["disable", "wait", "delete", "revoke", "delete"]
    assert stack["outputs"]["distribution_id"] is None
    assert stack["outputs"]["oac_id"] is None


def test_json_of_what_is_not_done_yet(cfstream: Run, lectures: Sandbox) -> None:
    """Without a wait the distribution is off and still there, and its id is known to whoever waits for it."""
    ran = cfstream("destroy", "lectures.yaml", "--yes", "--no-wait", "--format", "json")
    (stack,) = json.loads(ran.out)["stacks"]
    (distribution,) = lectures.cloudfront.distributions()
    assert (ran.code, stack["outcome"]) == (6, "timed-out")
    assert stack["outputs"]["distribution_id"] == distribution.id
    assert distribution.config["Enabled"] is False
    assert "Not everything was destroyed" not in ran.out
    assert "fix: run the same command again" in ran.err


def test_a_protected_stack(cfstream: Run, lectures: Sandbox) -> None:
    """It is left out with exit code 5, whatever is said, and nobody is asked."""
    Path("lectures.yaml").write_text(SPEC + "protect: true\n")
    ran = cfstream("destroy", "lectures.yaml", "--yes", "--allow", "deletes")
    assert (ran.code, alive(lectures)) == (5, 1)
    assert "destroy refuses this while the spec says protect: true" in ran.out
    assert not [line for line in ran.out.splitlines() if line != line.rstrip()], "a line that says nothing"
    assert "remove `protect: true` from the spec first" in ran.err


def test_stacks_that_share_an_identity(cfstream: Run, lectures: Sandbox) -> None:
    """What one used of the other stays in the first run, which says that the second will take it."""
    Path("lectures.yaml").write_text(SPEC + "oai: {}\n")
    cfstream("apply", "lectures.yaml", "--yes", "-q")
    (identity,) = lectures.cloudfront.origin_access_identities()
    Path("seminars.yaml").write_text(
        SPEC.replace("name: lectures\n", "name: seminars\n") + f"oai: {{id: {identity.id}}}\n"
    )
    cfstream("apply", "seminars.yaml", "--yes", "-q")
    first = cfstream("destroy", ".", "--yes")
    assert first.code == 0, first.err
    assert f"the origin access identity {identity.id} is no longer wanted, but stays" in " ".join(
        first.out.split()
    )
    assert "note: more of lectures can be deleted now: run the same command again" in first.err
    second = cfstream("destroy", ".", "--yes")
    assert (second.code, "can be deleted now" in second.err) == (0, False)
    assert [*lectures.cloudfront.origin_access_identities()] == []
