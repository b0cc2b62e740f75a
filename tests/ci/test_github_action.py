"""The GitHub Action: comments that are kept up to date, summaries, outputs, and failures."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.ci.github import ActionRun
from cfstream.ci.job import Runner as Given
from cfstream.render.markdown import MARK
from tests.ci.host import Failure, Host

Program = Callable[..., tuple[str, ...]]

PLAN = f"{MARK}\n### Plan: 1 to create\n"
PENDING = json.dumps(
    {"in_sync": False, "summary": {"create": 1, "modify": 0, "grant": 0, "revoke": 0, "wait": 1, "delete": 0}}
)
IN_SYNC = json.dumps({"in_sync": True, "summary": {}, "stacks": []})


class GithubRunner:
    """The environment that a runner gives a step, and what the step leaves in it."""

    def __init__(self, folder: Path, host: Host) -> None:
        self.folder = folder
        self.slept: list[float] = []
        event = folder / "event.json"
        event.write_text(json.dumps({"pull_request": {"number": 7}}))
        self.env = {
            "GITHUB_API_URL": host.url,
            "GITHUB_REPOSITORY": "media/specs",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "CFSTREAM_ACTION_COMMAND": "plan",
            "CFSTREAM_ACTION_COMMENT": "true",
            "CFSTREAM_ACTION_TOKEN": "ghs_secret",
            "CFSTREAM_ACTION_PLAN_FILE": str(folder / "plan.json"),
        }
        self.log = ""

    def run(self, program: tuple[str, ...], **inputs: str) -> int:
        """Runs the step."""
        given = {f"CFSTREAM_ACTION_{name.upper()}": value for name, value in inputs.items()}
        log = io.StringIO()
        code = ActionRun(Given({**self.env, **given}, log, program, self.slept.append)).run()
        self.log = log.getvalue()
        return code

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs as the runner reads them: ``name<<end``, lines, ``end``."""
        text = (self.folder / "output").read_text()
        return {name: value for name, _, value in re.findall(r"(?ms)^([\w-]+)<<(\w+)\n(.*?)\n\2$", text)}

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()

    @property
    def calls(self) -> list[Any]:
        """Arguments and environment of each run of the program."""
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


@pytest.fixture
def runner(tmp_path: Path, host: Host) -> GithubRunner:
    """A runner for a pull request."""
    return GithubRunner(tmp_path, host)


def test_a_plan_becomes_a_comment_a_summary_and_outputs(
    runner: GithubRunner, host: Host, program: Program
) -> None:
    """Pending steps do not make the job's step fail."""
    assert runner.run(program(PLAN, code=3, plan=PENDING), specs="specs 'more specs'") == 0
    assert host.bodies == [PLAN]
    assert host.tokens == {"Bearer ghs_secret"}
    assert runner.summary == PLAN
    assert runner.outputs == {
        "exit-code": "3",
        "in-sync": "false",
        "summary": "Plan: 1 to create, 0 to modify, 0 to grant, 1 to wait, 0 to delete.",
        "plan-file": str(runner.folder / "plan.json"),
    }
    arguments, _ = runner.calls[0]
    assert arguments[-3:] == ["--", "specs", "more specs"]


def test_check_makes_pending_steps_fail(runner: GithubRunner, program: Program) -> None:
    """With `check`, pending steps give the exit code of plan --check. Without pending steps, the step succeeds."""
    assert runner.run(program(PLAN, code=3, plan=PENDING), check="true") == 3
    assert runner.run(program(PLAN, plan=IN_SYNC), check="true") == 0
    assert runner.outputs["in-sync"] == "true"
    assert runner.outputs["summary"] == "No changes."


def test_the_next_run_updates_its_own_comment(runner: GithubRunner, host: Host, program: Program) -> None:
    """The comment is found on any page, and comments of other authors do not change."""
    for number in range(4):
        host.add_comment(f"remark {number}", author="reviewer")
    host.add_comment(f"{MARK}\na plan of somebody else's making", author="attacker")
    host.add_comment(f"I quote: {MARK}")
    before = [dict(comment) for comment in host.comments]
    runner.run(program(PLAN, code=3, plan=PENDING))
    runner.run(program(PLAN.replace("1", "2"), code=3, plan=PENDING))
    assert host.comments[:6] == before
    assert host.bodies[6:] == [PLAN.replace("1", "2")]
    writes = len([method for method, _ in host.asked if method != "GET"])
    runner.run(program(PLAN.replace("1", "2"), code=3, plan=PENDING))
    assert len([method for method, _ in host.asked if method != "GET"]) == writes


def test_plans_of_two_keys_have_two_comments(runner: GithubRunner, host: Host, program: Program) -> None:
    """Staging and production in one pull request have separate comments. A key cannot close the HTML mark."""
    for key in ("staging", "production --> <b>", "", "staging"):
        runner.run(program(PLAN, code=3, plan=PENDING), key=key)
    assert [body.splitlines()[1] for body in host.bodies] == [
        "<!-- cfstream key: staging -->",
        "<!-- cfstream key: production _-_ _b_ -->",
        "### Plan: 1 to create",
    ]


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_token_that_may_not_write_leaves_the_summary(
    runner: GithubRunner, host: Host, program: Program, status: int
) -> None:
    """For a pull request from a fork, the plan is in the summary, and the step succeeds and reports the reason."""
    host.failures.append(Failure(status, message="Resource not accessible by integration", method="POST"))
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert (host.bodies, runner.slept) == ([], [])
    assert runner.summary == PLAN
    assert "::warning::cfstream: the plan is only in the run's summary" in runner.log
    assert f"{status} Resource not accessible" in runner.log
    assert "pull-requests: write" in runner.log


def test_without_a_token_no_request_is_sent(runner: GithubRunner, host: Host, program: Program) -> None:
    """The same is true without a pull request, and if comments are turned off."""
    assert runner.run(program(PLAN, code=3, plan=PENDING), token="") == 0
    assert runner.run(program(PLAN, code=3, plan=PENDING), comment="false") == 0
    runner.env["GITHUB_EVENT_PATH"] = "/nowhere"
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert host.asked == []
    assert runner.summary == PLAN * 3


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_temporary_failures_are_retried(
    runner: GithubRunner, host: Host, program: Program, status: int
) -> None:
    """The host is asked again after a pause, or after the time that it names."""
    host.failures += [Failure(status, {"retry-after": "9"}), Failure(status)]
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert host.bodies == [PLAN]
    assert runner.slept == [9.0, 4.0]


def test_a_lost_answer_makes_no_second_comment(runner: GithubRunner, host: Host, program: Program) -> None:
    """After a lost answer, the existing comments are read again."""
    host.failures.append(Failure(502, method="POST", done=True))
    runner.run(program(PLAN, code=3, plan=PENDING))
    assert host.bodies == [PLAN]


def test_retries_end(runner: GithubRunner, host: Host, program: Program) -> None:
    """If a rate limit ends only in an hour, or failures continue, only the comment is missing."""
    host.failures.append(Failure(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"}))
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert runner.slept == []
    host.failures += [Failure(500)] * 4
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert len(runner.slept) == 3
    assert host.bodies == []
    assert runner.log.count("::warning::") == 1


def test_the_token_is_sent_to_no_other_host(runner: GithubRunner, host: Host, program: Program) -> None:
    """A link to another host is not followed."""
    host.failures.append(Failure(200, {"link": '<http://127.0.0.2:1/x?page=2>; rel="next"'}, document=[]))
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert "continues on another host" in runner.log


def test_an_answer_that_is_not_from_the_api_is_reported(
    runner: GithubRunner, host: Host, program: Program
) -> None:
    """A proxy that answers every request is not taken for a list of comments."""
    host.failures.append(Failure(200))
    assert runner.run(program(PLAN, code=3, plan=PENDING)) == 0
    assert "is not a list" in runner.log


def test_a_failed_plan_is_reported(runner: GithubRunner, host: Host, program: Program) -> None:
    """The comment has the error in a code block that its text cannot close. The exit code is that of the program."""
    err = "error: no credentials\n```\n# not a title\n"
    assert runner.run(program(err=err, code=1)) == 1
    assert host.bodies[0].startswith(
        f"{MARK}\n### cfstream: the plan failed\n\n````text\n{err.rstrip()}\n````"
    )
    assert (runner.outputs["exit-code"], runner.outputs["in-sync"]) == ("1", "")


def test_a_snapshot_is_planned_from_without_saving(
    runner: GithubRunner, host: Host, program: Program
) -> None:
    """The plan names the snapshot itself, so what the program says about it stays in the log."""
    runner.run(program(PLAN, err="From live.json\n", code=3, plan=PENDING), live="live.json")
    assert runner.outputs["plan-file"] == ""
    assert "--out" not in [argument for arguments, _ in runner.calls for argument in arguments]
    assert "From live.json" not in host.bodies[0]
    assert "From live.json" in runner.log


def test_the_program_knows_where_the_commit_is_shown(
    runner: GithubRunner, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It gets the address of the commit and the folder in the checkout, and outside a checkout neither."""
    (tmp_path / "checkout" / "video").mkdir(parents=True)
    (tmp_path / "checkout" / ".git").touch()
    monkeypatch.chdir(tmp_path / "checkout" / "video")
    runner.env |= {"GITHUB_REPOSITORY": "media/specs", "GITHUB_SHA": "5eed"}
    runner.run(program(PLAN, code=3, plan=PENDING))
    monkeypatch.chdir(tmp_path)
    runner.run(program(PLAN, code=3, plan=PENDING))
    (_, inside), (_, outside) = runner.calls
    assert inside["CFSTREAM_SOURCE_URL"] == "https://github.com/media/specs/blob/5eed"
    assert inside["CFSTREAM_SOURCE_FOLDER"] == "video"
    assert "CFSTREAM_SOURCE_URL" not in outside


def test_no_output_is_a_command_for_the_runner(runner: GithubRunner, program: Program) -> None:
    """A spec from an untrusted author can make the program print anything."""
    evil = "::add-mask::a\n::error::forged"
    runner.run(program(f"{PLAN}{evil}\n", err=evil, code=3, plan=PENDING))
    begin, token = re.search(r"::stop-commands::(\w+)\n", runner.log), ""
    assert begin is not None
    token = begin[1]
    inside = runner.log[begin.end() : runner.log.index(f"\n::{token}::\n")]
    outside = runner.log.replace(inside, "")
    assert inside.count("::add-mask::a") == 2
    assert "::add-mask" not in outside
    assert "forged" not in outside


def test_the_program_is_not_given_the_token(runner: GithubRunner, program: Program) -> None:
    """The token is neither in its arguments nor in its environment."""
    runner.run(program(PLAN, code=3, plan=PENDING), args="--allow deletes")
    assert "ghs_secret" not in json.dumps(runner.calls)
    assert runner.calls[0][0][:7] == [
        *("plan", "--check", "--out", str(runner.folder / "plan.json"), "--allow", "deletes", "--format")
    ]


@pytest.mark.parametrize("inputs", [{"command": "destroy"}, {"check": "maybe"}, {"specs": "'open"}])
def test_invalid_inputs_are_refused(runner: GithubRunner, program: Program, inputs: dict[str, str]) -> None:
    """They are refused before anything runs."""
    assert runner.run(program(), **inputs) == 2
    assert "::error::cfstream: " in runner.log
    assert not (runner.folder / "calls").exists()


def test_validate_and_apply_write_the_summary(runner: GithubRunner, host: Host, program: Program) -> None:
    """Apply uses the saved plan or the specs, and allows hazards. Neither command comments on the pull request."""
    assert runner.run(program("a\nApplied. 1 created.\n"), command="apply") == 0
    assert runner.calls[-1][0] == ["apply", "--yes", "--", str(runner.folder / "plan.json")]
    assert runner.outputs["summary"] == "Applied. 1 created."
    assert runner.run(program(err="stale\n", code=4), command="apply", plan_file="", specs="x") == 4
    assert runner.calls[-1][0] == ["apply", "--yes", "--", "x"]
    assert runner.run(program(err="1 problem\n", code=2), command="validate", specs="x") == 2
    assert runner.calls[-1][0] == ["validate", "--", "x"]
    assert runner.run(program(code=5), command="apply", allow="cuts-viewers deletes") == 5
    assert runner.calls[-1][0][:6] == ["apply", "--yes", "--allow", "cuts-viewers", "--allow", "deletes"]
    assert "::error::cfstream: to allow a hazard, run the workflow by hand" in runner.log
    assert host.bodies == []
    assert "### cfstream validate\n\n```text\n1 problem\n```" in runner.summary
