"""The GitLab jobs: the plan as a note that is kept up to date, as a file, and without a token."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.ci.gitlab import MARKDOWN, Pipeline
from cfstream.ci.job import Runner as Given
from cfstream.render.markdown import MARK
from tests.ci.host import Failure, Host

Program = Callable[..., tuple[str, ...]]

PLAN = f"{MARK}\n### Plan: 1 to create\n"
PENDING = json.dumps({"in_sync": False, "summary": {"create": 1}})


class GitlabRunner:
    """The environment that a runner gives a job of a merge request."""

    def __init__(self, host: Host) -> None:
        self.env = {
            "CI_API_V4_URL": f"{host.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_MERGE_REQUEST_IID": "7",
            "CFSTREAM_GITLAB_TOKEN": "glpat-secret",
            "CFSTREAM_SPECS": "specs",
        }
        self.log = ""

    def run(self, command: str, program: tuple[str, ...]) -> int:
        """Runs the job."""
        log = io.StringIO()
        code = Pipeline(Given(self.env, log, program, lambda _: None)).run(command)
        self.log = log.getvalue()
        return code


@pytest.fixture
def runner(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitlabRunner:
    """A runner in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return GitlabRunner(host)


def test_a_plan_becomes_a_note_and_a_file(runner: GitlabRunner, host: Host, program: Program) -> None:
    """The next run updates this note and no other. The program does not get the token."""
    host.add_comment(f"{MARK}\nforged", author="attacker")
    for plan in (PLAN, PLAN.replace("1", "2")):
        assert runner.run("plan", program(plan, code=3, plan=PENDING)) == 0
    assert host.bodies == [f"{MARK}\nforged", PLAN.replace("1", "2")]
    assert [asked for asked in host.asked if asked[0] != "GET"] == [
        ("POST", "/api/v4/projects/42/merge_requests/7/notes"),
        ("PUT", "/api/v4/projects/42/merge_requests/7/notes/2"),
    ]
    assert host.tokens == {"glpat-secret"}
    assert Path(MARKDOWN).read_text() == PLAN.replace("1", "2")
    assert Path("cfstream.plan.json").read_text() == PENDING
    assert "glpat-secret" not in Path("calls").read_text()


def test_without_a_token_the_plan_is_an_artifact(runner: GitlabRunner, host: Host, program: Program) -> None:
    """The job reports it and succeeds, also if the token has no write permission."""
    host.failures.append(Failure(403, message="insufficient_scope", method="POST"))
    assert runner.run("plan", program(PLAN, code=3, plan=PENDING)) == 0
    assert "the scope api and the role Developer" in runner.log
    del runner.env["CFSTREAM_GITLAB_TOKEN"]
    assert runner.run("plan", program(PLAN, code=3, plan=PENDING)) == 0
    assert "CFSTREAM_GITLAB_TOKEN is not set" in runner.log
    assert host.bodies == []
    assert Path(MARKDOWN).read_text() == PLAN


def test_apply_uses_the_reviewed_plan(runner: GitlabRunner, program: Program) -> None:
    """The job has the exit code of the program."""
    runner.env["CFSTREAM_PLAN_FILE"] = "cfstream.plan.json"
    assert runner.run("apply", program(err="stale\n", code=4)) == 4
    assert json.loads(Path("calls").read_text())[0] == ["apply", "--yes", "--", "cfstream.plan.json"]
    assert runner.run("destroy", program()) == 2


def test_a_hazard_is_allowed_for_one_job(runner: GitlabRunner, program: Program) -> None:
    """The plan marks it as allowed. An apply that is refused names the variable."""
    assert runner.run("apply", program(code=5)) == 5
    assert "set CFSTREAM_ALLOW for this job only: https://" in runner.log
    runner.env["CFSTREAM_ALLOW"] = "cuts-viewers"
    assert runner.run("plan", program(PLAN, code=3, plan=PENDING)) == 0
    assert runner.run("apply", program()) == 0
    _, plan, apply = [json.loads(line)[0] for line in Path("calls").read_text().splitlines()]
    assert plan[:6] == ["plan", "--check", "--out", "cfstream.plan.json", "--allow", "cuts-viewers"]
    assert apply == ["apply", "--yes", "--allow", "cuts-viewers", "--", "specs"]
