"""`plan` and `apply` against the sandbox: exit codes, streams, and what is live afterwards."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = """\
version: 1
name: lectures
comment: Private lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""

NO_CHANGES = "No changes. lectures is as its spec says.\n"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox) -> Path:
    """A spec of a stack that is not live yet. Its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    path = Path("lectures.yaml")
    path.write_text(SPEC)
    return path


def test_plan_apply_and_plan_again(cfstream: Run, spec: Path) -> None:
    """A new stack has steps. After apply, the plan is empty."""
    planned = cfstream("plan", "lectures.yaml")
    assert (planned.code, planned.err) == (0, "")
    assert planned.out.endswith("Plan: 3 to create, 0 to modify, 1 to grant, 1 to wait, 0 to delete.\n")
    applied = cfstream("apply", "lectures.yaml", "--yes", "--full")
    assert applied.code == 0, applied.err
    assert applied.out.startswith(planned.out)
    assert applied.out.endswith("\nApplied. 3 created, 1 granted.\n")
    assert applied.err.count(" done in ") == 5
    assert cfstream("plan", "lectures.yaml") == Result(0, NO_CHANGES, "")
    assert cfstream("apply", "lectures.yaml") == Result(0, NO_CHANGES, "")


def test_check_exits_with_3_for_pending_steps(cfstream: Run, spec: Path) -> None:
    """With --check, the exit code is 3 if there are steps, and 0 otherwise."""
    assert cfstream("plan", "--check", "lectures.yaml").code == 3
    cfstream("apply", "lectures.yaml", "--yes", "-q")
    assert cfstream("plan", "--check", "lectures.yaml").code == 0


def test_without_a_terminal_and_yes_nothing_is_written(cfstream: Run, spec: Path) -> None:
    """The plan is shown, and the error has a fix."""
    result = cfstream("apply", "lectures.yaml")
    assert result.code == 2
    assert result.err == (
        "error: apply asks for confirmation, and there is no terminal\n  fix: add --yes to confirm\n"
    )
    assert cfstream("plan", "--check", "lectures.yaml").code == 3


def test_stdout_has_only_the_json(cfstream: Run, spec: Path) -> None:
    """The plan goes to stderr if the report is for a program."""
    planned = json.loads(cfstream("plan", "lectures.yaml", "--format", "json").out)
    assert [step["verb"] for step in planned["stacks"][0]["steps"]] == [*["create"] * 3, "grant", "wait"]
    result = cfstream("apply", "lectures.yaml", "--yes", "--format", "json")
    report = json.loads(result.out)
    assert (result.code, report["stacks"][0]["outcome"]) == (0, "applied")
    assert report["stacks"][0]["outputs"]["distribution_id"].startswith("E")
    assert "Plan: 3 to create" in result.err


def test_a_saved_plan_is_applied_once(cfstream: Run, spec: Path) -> None:
    """The second apply of a saved plan is refused before any write, because the live state has changed."""
    saved = cfstream("plan", "lectures.yaml", "--out", "tonight.plan")
    assert (saved.code, saved.err) == (
        0,
        "Saved to tonight.plan. To do exactly this: cfstream apply tonight.plan\n",
    )
    assert cfstream("apply", "tonight.plan", "--yes").code == 0
    again = cfstream("apply", "tonight.plan", "--yes", "--format", "json")
    assert again.code == 4
    assert again.err.splitlines()[-3].startswith("  ")
    assert "error: the saved plan is stale, and nothing was written\n" in again.err
    (stack,) = json.loads(again.out)["stacks"]
    assert stack["outcome"] == "stale"
    assert stack["outputs"]["distribution_id"].startswith("E"), "the live state is known anyway"
    assert stack["outputs"]["key_group_ids"] == {}


def test_a_hazard_blocks_its_stack_until_it_is_allowed(cfstream: Run, spec: Path) -> None:
    """Exit 5, and the error names the missing flag."""
    cfstream("apply", "lectures.yaml", "--yes", "-q")
    spec.write_text(SPEC + "enabled: false\n")
    refused = cfstream("apply", "lectures.yaml", "--yes")
    assert refused.code == 5
    assert "error: lectures: hazards not allowed: cuts-viewers\n" in refused.err
    allowed = cfstream("apply", "lectures.yaml", "--yes", "--allow", "cuts-viewers")
    assert allowed.code == 0, allowed.err
    assert cfstream("plan", "--check", "lectures.yaml").code == 0


def test_advice_about_a_saved_plan_applies_that_file(cfstream: Run, spec: Path) -> None:
    """Each command that plan, apply and its question print applies the reviewed plan, and it does what it promises."""
    cfstream("apply", "lectures.yaml", "--yes", "-q")
    spec.write_text(SPEC + "enabled: false\n")
    command = "cfstream apply 'my plan' --allow cuts-viewers"
    saved = cfstream("plan", "lectures.yaml", "--out", "my plan")
    assert saved.err == f"Saved to my plan. To do exactly this: {command}\n"
    assert f"if intended, run: {command}\n" in saved.out
    assert "cfstream apply lectures.yaml" not in saved.out
    refused = cfstream("apply", "my plan", "--yes")
    assert refused.code == 5
    assert f"if intended, run: {command}\n" in refused.err
    assert "cfstream apply lectures.yaml" not in refused.out + refused.err
    allowed = cfstream(*shlex.split(command)[1:], "--yes")
    assert allowed.code == 0, allowed.err
    assert cfstream("plan", "--check", "lectures.yaml").code == 0


def test_advice_about_a_saved_plan_of_several_stacks_works(cfstream: Run, spec: Path) -> None:
    """It allows the hazards of all: a part would make the file stale. Once others are applied, it names the spec."""
    clips = SPEC.replace("lectures", "clips")
    Path("clips.yaml").write_text(clips)
    assert cfstream("apply", ".", "--yes", "-q").code == 0
    spec.write_text(SPEC + "enabled: false\n")
    Path("clips.yaml").write_text(clips + "http: {viewer_protocol: allow-all}\n")
    both = "cfstream apply both.plan --allow cuts-viewers --allow weakens-tls"
    assert cfstream("plan", ".", "--out", "both.plan").err.endswith(f": {both}\n")
    refused = cfstream("apply", "both.plan", "--yes")
    assert (refused.code, " ".join(refused.err.split()).count(f"run: {both}")) == (5, 1)
    partly = cfstream("apply", "both.plan", "--yes", "--allow", "weakens-tls")
    assert partly.code == 5
    assert "run: cfstream apply ./lectures.yaml --allow cuts-viewers\n" in partly.err
    assert cfstream("apply", "./lectures.yaml", "--allow", "cuts-viewers", "--yes").code == 0


def test_a_preflight_problem_leaves_its_stack_out_and_the_others_go_on(cfstream: Run, spec: Path) -> None:
    """A missing bucket of one stack does not block the others. The exit code is 2."""
    Path("clips.yaml").write_text(
        dedent(
            """\
            version: 1
            name: clips
            bucket: no-such-bucket
            trusted_signers: [self]
            """
        )
    )
    planned = cfstream("plan", "clips.yaml")
    assert planned.code == 2
    assert "clips will not be applied until" in planned.out
    result = cfstream("apply", ".", "--yes", "--format", "json")
    stacks = {stack["name"]: stack for stack in json.loads(result.out)["stacks"]}
    outcomes = {name: stack["outcome"] for name, stack in stacks.items()}
    assert (result.code, outcomes) == (2, {"clips": "blocked", "lectures": "applied"})
    assert stacks["clips"]["why"] == "./clips.yaml:3:9: the bucket no-such-bucket does not exist"


def test_a_plan_that_cannot_be_saved_is_shown_all_the_same(cfstream: Run, spec: Path) -> None:
    """A full disk is reported, and the plan is still printed."""
    result = cfstream("plan", "lectures.yaml", "--out", "/dev/full")
    assert result.code == 1
    assert "Plan: 3 to create" in result.out
    assert result.err.startswith("error: /dev/full could not be written: no space left on device\n")


def test_an_endpoint_that_is_down(cfstream: Run, spec: Path) -> None:
    """One sentence, no traceback, nothing on stdout, exit 1."""
    result = cfstream("plan", "lectures.yaml", "--endpoint-url", "http://127.0.0.1:1")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error: ")
    assert "Traceback" not in result.err


def test_problems_of_the_spec_stop_before_anything_is_read(cfstream: Run, spec: Path) -> None:
    """Both commands print problems with their places on stderr."""
    spec.write_text(SPEC + "colour: red\n")
    planned, applied = cfstream("plan", "lectures.yaml"), cfstream("apply", "lectures.yaml", "--yes")
    assert planned == applied
    assert (planned.code, planned.out) == (2, "")
    assert "lectures.yaml:6:1" in planned.err


def test_a_second_apply_waits_and_verifies(
    cfstream: Run, spec: Path, aws: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run with --no-wait, the second has no changes, waits, and verifies."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", aws.endpoint_url)
    aws.cloudfront.settings.deploy_after_reads = 8
    assert cfstream("apply", "lectures.yaml", "--yes", "--no-wait", "-q").code == 0
    planned = cfstream("plan", "lectures.yaml", "--check")
    assert (planned.code, "still being deployed" in planned.out) == (0, True)
    again = cfstream("apply", "lectures.yaml", "--yes", "--format", "json")
    report = json.loads(again.out)["stacks"][0]
    assert (again.code, report["outcome"], report["outputs"]["status"]) == (0, "applied", "Deployed")
    assert report["verify"] is not None
    assert [step["verb"] for step in report["steps"]] == ["wait"]
    aws.cloudfront.settings.deploy_after_reads = 0
