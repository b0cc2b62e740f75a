"""`destroy` against the sandbox: its question, its streams, and its messages."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


class Typed(io.StringIO):
    """A terminal on which a person has typed this text."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def lectures(cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox) -> Sandbox:
    """An applied stack. Its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    result = aws.states.reach("to destroy", lambda: cfstream("apply", "lectures.yaml", "--yes", "-q"))
    assert result.code == 0, result.err
    return aws


def alive(sandbox: Sandbox) -> int:
    """Return the number of distributions."""
    return len([*sandbox.cloudfront.distributions()])


def test_without_a_terminal_and_yes_nothing_is_written(cfstream: Run, lectures: Sandbox) -> None:
    """The plan is shown, and nothing is deleted without a confirmation."""
    result = cfstream("destroy", "lectures.yaml")
    assert result.code == 2
    assert result.err == (
        "error: destroy asks for confirmation, and there is no terminal\n"
        "  fix: review what would be deleted, and add --yes\n"
    )
    assert "  - delete  distribution:lectures" in result.out
    assert "  The bucket and every object in it stay.\n" in result.out
    assert "to allow this, type lectures or add --yes" in result.out
    assert "Plan: 0 to create" in result.out
    assert alive(lectures) == 1


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("lectures\n", (0, 0)),
        ("y\nYES\nlectures\n", (0, 0)),
        ("yes\n", (1, 1)),
        ("films\n", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_the_name_is_asked_for(
    cfstream: Run, lectures: Sandbox, monkeypatch: pytest.MonkeyPatch, typed: str, then: tuple[int, int]
) -> None:
    """On a terminal, only the stack's name confirms. After y or yes the name is asked for again."""
    monkeypatch.setattr("sys.stdin", Typed(typed))
    result = cfstream("destroy", "lectures.yaml")
    assert (result.code, alive(lectures)) == then
    assert "Type lectures to destroy it: " in result.err
    assert ("the answer was not lectures, so nothing was deleted" in result.err) == bool(result.code)


def test_destroy_names_the_adopt_field_of_a_deleted_distribution(cfstream: Run, lectures: Sandbox) -> None:
    """The spec names a distribution that no longer exists. A spec without `adopt` needs no note."""
    (live,) = lectures.cloudfront.distributions()
    adopting = Path("adopting.yaml")
    adopting.write_text(f"{SPEC}adopt: {live.id}\n")
    result = cfstream("destroy", "adopting.yaml", "--yes")
    assert result.code == 0
    message = " ".join(result.err.split())
    assert (
        f"adopting.yaml adopts {live.id}, which is deleted: remove `adopt` from it before you apply it again"
        in message
    )
    assert "adopts" not in cfstream("destroy", "lectures.yaml", "--yes").err


def test_after_destroy_nothing_is_left(cfstream: Run, lectures: Sandbox) -> None:
    """The report counts the steps. Afterwards, nothing is left to destroy, list, show or verify."""
    result = cfstream("destroy", "lectures.yaml", "--yes")
    assert result.code == 0, result.err
    assert result.out.startswith("lectures  1 to revoke, 1 to wait, 1 to disable, 2 to delete "), (
        "the plan is brief"
    )
    assert result.out.endswith("\nlectures destroyed\n\nDestroyed. 1 revoked, 1 disabled, 2 deleted.\n")
    assert result.err.endswith(
        "note: the bucket lectures-media and all objects in it stay\n"
        "note: the next apply of lectures.yaml creates the stack again: delete that spec\n"
    )
    assert cfstream("destroy", "lectures.yaml") == Result(
        0, "No changes. lectures has nothing left to destroy.\n", ""
    )
    assert cfstream("list").out.startswith("No distributions")
    assert cfstream("show", "lectures.yaml").code == 1
    verified = cfstream("verify", "lectures.yaml")
    assert verified.code == 1
    assert "lectures has no distribution in account" in verified.out + verified.err


def test_the_last_lines_name_what_is_left(cfstream: Run, lectures: Sandbox) -> None:
    """A long run has many lines after the plan, which named it first."""
    Path("lectures.yaml").write_text(
        f"{SPEC}http: {{certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/1'}}\n"
    )
    result = cfstream("destroy", "lectures.yaml", "--yes")
    certificate = "the certificate arn:aws:acm:us-east-1:123456789012:certificate/1"
    assert f"{certificate} stays, because cfstream did not create it" in " ".join(result.out.split())
    left = f"note: these stay too: {certificate}. Delete in AWS what nothing else needs"
    assert left in " ".join(result.err.split())


def test_the_spec_of_what_others_use_is_kept(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox
) -> None:
    """Its key group stays, because another stack uses it. Only this spec can delete it later."""
    monkeypatch.chdir(tmp_path)
    assert cfstream("keys", "new", "k-1").code == 0
    head = "version: 1\nname: {0}\nbucket: {{name: {0}-media, create: true}}\nkey_groups:\n"
    own = "  - {name: lectures-signers, public_keys: [{name: k-1, file: keys/k-1.pub.pem}]}\n"
    Path("lectures.yaml").write_text(head.format("lectures") + own)
    assert cfstream("apply", "lectures.yaml", "--yes", "-q").code == 0
    Path("news.yaml").write_text(head.format("news") + "  - {use: lectures-signers}\n")
    assert cfstream("apply", "news.yaml", "--yes", "-q").code == 0
    kept = "note: keep lectures.yaml: others still use what the notes above name."
    first = cfstream("destroy", "lectures.yaml", "--yes")
    assert kept in first.err
    assert "note: the stack no longer needs the key group lectures-signers" in " ".join(first.out.split())
    assert "delete that spec" not in first.err
    for flags in ((), ("--yes",)):
        again = cfstream("destroy", "lectures.yaml", *flags)
        assert "note: the stack no longer needs the key group lectures-signers" in " ".join(again.out.split())
        assert again.out.endswith("No changes. lectures keeps what others still use, see above.\n")
        assert kept in again.err
    assert cfstream("destroy", "news.yaml", "--yes").code == 0
    assert kept not in cfstream("destroy", "lectures.yaml", "--yes").err


def test_stdout_has_only_the_json(cfstream: Run, lectures: Sandbox) -> None:
    """The report is a document like that of apply. It has no ids of deleted resources."""
    result = cfstream("destroy", "lectures.yaml", "--yes", "--format", "json")
    (stack,) = json.loads(result.out)["stacks"]
    assert (result.code, stack["outcome"]) == (0, "applied")
    assert [step["verb"] for step in stack["steps"]] == ["disable", "wait", "delete", "revoke", "delete"]
    assert stack["outputs"]["distribution_id"] is None
    assert stack["outputs"]["oac_id"] is None


def test_json_of_an_unfinished_destroy(cfstream: Run, lectures: Sandbox) -> None:
    """Without a wait, the distribution is disabled and still exists, and the document has its id."""
    result = cfstream("destroy", "lectures.yaml", "--yes", "--no-wait", "--format", "json")
    (stack,) = json.loads(result.out)["stacks"]
    (distribution,) = lectures.cloudfront.distributions()
    assert (result.code, stack["outcome"]) == (6, "timed-out")
    assert stack["outputs"]["distribution_id"] == distribution.id
    assert distribution.config["Enabled"] is False
    assert "Not everything was destroyed" not in result.out
    assert "fix: resume: cfstream destroy lectures.yaml --yes --no-wait --format json\n" in result.err
    assert "to only wait: cfstream wait lectures.yaml\n" in result.err


def test_a_protected_stack(cfstream: Run, lectures: Sandbox) -> None:
    """It is left out with exit code 5, with any flags and without a question."""
    Path("lectures.yaml").write_text(SPEC + "protect: true\n")
    result = cfstream("destroy", "lectures.yaml", "--yes", "--allow", "deletes")
    assert (result.code, alive(lectures)) == (5, 1)
    assert "destroy refuses this while the spec says protect: true" in result.out
    assert not [line for line in result.out.splitlines() if line != line.rstrip()], "no line ends with spaces"
    assert "remove `protect: true` from the spec first" in result.err


def test_stacks_that_share_an_identity(cfstream: Run, lectures: Sandbox) -> None:
    """The first run keeps what the other stack uses, and reports that a second run can delete it."""
    Path("lectures.yaml").write_text(SPEC + "oai: {}\n")
    cfstream("apply", "lectures.yaml", "--yes", "-q")
    (identity,) = lectures.cloudfront.origin_access_identities()
    Path("seminars.yaml").write_text(
        SPEC.replace("name: lectures\n", "name: seminars\n") + f"oai: {{id: {identity.id}}}\n"
    )
    cfstream("apply", "seminars.yaml", "--yes", "-q")
    first = cfstream("destroy", ".", "--yes")
    assert first.code == 0, first.err
    assert f"the stack no longer needs the origin access identity {identity.id}, but it stays" in " ".join(
        first.out.split()
    )
    assert "note: more of lectures can be deleted now: run the same command again" in first.err
    second = cfstream("destroy", ".", "--yes")
    assert (second.code, "can be deleted now" in second.err) == (0, False)
    assert [*lectures.cloudfront.origin_access_identities()] == []
