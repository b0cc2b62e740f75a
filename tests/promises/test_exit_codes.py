"""The exit codes and reports that a script sees."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Result, cfstream
from tests.world.account import SandboxAccount
from tests.world.configs import set_to
from tests.world.sandbox import Sandbox
from tests.world.specs import Json, signed

__all__ = ["cfstream"]

REPORT = {"name", "outcome", "outputs", "steps"}
STEP = {"id", "verb", "address", "outcome", "seconds", "error"}
OUTPUTS = {
    *("distribution_id", "domain_name", "status", "etag", "oai_id", "s3_canonical_user_id"),
    *("oac_id", "key_group_ids", "public_key_ids", "dns_records"),
}


class Shell:
    """A folder with specs, and an environment that leads to the sandbox.

    Calling it runs the program in this process. Only `start` takes a process of its own, which takes far longer.
    """

    def __init__(
        self, folder: Path, sandbox: Sandbox, run: Callable[..., Result], environment: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self._run = run
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        for name, value in {
            "AWS_ENDPOINT_URL": sandbox.endpoint_url,
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }.items():
            environment.setenv(name, value)
        environment.chdir(folder)

    def write(self, document: Json, name: str = "lectures.yaml") -> None:
        """Write a spec into the folder."""
        (self.folder / name).write_text(json.dumps(document))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the program in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "cfstream", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr of a run."""
        result = self._run(*arguments)
        return result.code, result.out, result.err


@pytest.fixture
def shell(
    tmp_path: Path, account: SandboxAccount, cfstream: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """Return a shell in an empty folder. The account has the bucket ``media``."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Shell(folder, account.sandbox, cfstream, monkeypatch)


def report_of(out: str) -> Any:
    """Return the only stack of a JSON report. Its keys are those of the contract."""
    document = json.loads(out)
    assert document["format_version"] == 1
    (stack,) = document["stacks"]
    assert {*stack} >= REPORT
    assert {*stack["outputs"]} == OUTPUTS
    for step in stack["steps"]:
        assert {*step} >= STEP
    return stack


def test_0_when_all_is_done_and_when_there_is_nothing_to_do(shell: Shell) -> None:
    """The report has every output. The process of its own shows that the code reaches the shell."""
    shell.write(signed())
    process = shell.start("apply", "lectures.yaml", "--yes", "--format", "json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    stack = report_of(out)
    assert stack["outcome"] == "applied"
    assert {step["outcome"] for step in stack["steps"]} == {"done"}
    assert stack["outputs"]["status"] == "Deployed"
    assert stack["outputs"]["etag"]
    assert stack["outputs"]["oai_id"] is None
    code, out, _ = shell("apply", "lectures.yaml", "--format", "json")
    assert (code, report_of(out)["outcome"]) == (0, "unchanged")
    assert shell("plan", "lectures.yaml") == (0, "No changes. lectures is as its spec says.\n", "")


def test_1_when_aws_cannot_be_reached(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens at the address. There is no traceback."""
    shell.write(signed())
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, out, err = shell("plan", "lectures.yaml")
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert "Traceback" not in err


def test_2_for_wrong_usage_for_a_spec_problem_and_for_a_preflight_problem(shell: Shell) -> None:
    """Each of them exits with 2, without a traceback."""
    shell.write({**signed(), "comennt": "x"})
    for arguments in (["plan", "nowhere.yaml"], ["plan", "--nonsense"], ["validate", "lectures.yaml"]):
        code, _, err = shell(*arguments)
        assert code == 2, arguments
        assert "Traceback" not in err
    shell.write(signed(bucket="nowhere"))
    assert shell("plan", "lectures.yaml")[0] == 2
    assert shell("apply", "lectures.yaml", "--yes")[0] == 2


def test_3_when_check_finds_steps_pending(shell: Shell) -> None:
    """Without --check the same plan exits with 0."""
    shell.write(signed())
    assert shell("plan", "lectures.yaml", "--check")[0] == 3
    assert shell("plan", "lectures.yaml")[0] == 0


def test_4_when_a_saved_plan_is_stale(shell: Shell, account: SandboxAccount) -> None:
    """Nothing is written, and the error shows what changed, from what, to what."""
    account.converge(signed(comment="before"))
    shell.write(signed(comment="after"))
    assert shell("plan", "lectures.yaml", "--out", "tonight.plan")[0] == 0
    account.edit(set_to(Comment="by hand"))
    code, out, err = shell("apply", "tonight.plan", "--yes", "--format", "json")
    assert (code, report_of(out)["outcome"]) == (4, "stale")
    assert 'comment: "before" -> "by hand"' in err
    assert account.config()["Comment"] == "by hand"


def test_5_when_a_hazard_is_not_allowed(shell: Shell, account: SandboxAccount) -> None:
    """The stack is blocked, and the error names the hazard."""
    account.converge(signed())
    shell.write(signed(enabled=False))
    code, out, err = shell("apply", "lectures.yaml", "--yes", "--format", "json")
    assert (code, report_of(out)["outcome"]) == (5, "blocked")
    assert "cuts-viewers" in err
    assert account.config()["Enabled"] is True


def test_6_when_deployed_does_not_come(shell: Shell, account: SandboxAccount) -> None:
    """At the timeout, and with --no-wait if later steps need Deployed."""
    account.converge(signed(oai={}))
    account.sandbox.cloudfront.settings.deploy_after_reads = 1000
    shell.write(signed(wait={"timeout": "1s"}))
    code, out, _ = shell("apply", "lectures.yaml", "--yes", "--no-wait", "--format", "json")
    assert (code, report_of(out)["outcome"]) == (6, "timed-out")
    code, out, _ = shell("apply", "lectures.yaml", "--yes", "--format", "json")
    assert (code, report_of(out)["outcome"]) == (6, "timed-out")
    outcomes = {step["verb"]: step["outcome"] for step in report_of(out)["steps"]}
    assert (outcomes["wait"], outcomes["revoke"]) == ("timed-out", "not-tried")


def test_130_when_interrupted(shell: Shell, account: SandboxAccount) -> None:
    """SIGTERM does what Ctrl-C does: the write in progress finishes, and the report is printed."""
    account.sandbox.cloudfront.settings.deploy_after_reads = 1000
    shell.write(signed())
    process = shell.start("apply", "lectures.yaml", "--yes", "--format", "json")
    assert process.stderr is not None
    for line in process.stderr:
        if "bucket-policy:lectures" in line and "done" in line:
            break
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, report_of(out)["outcome"]) == (130, "interrupted")
    assert "Traceback" not in err
    assert account.id()


def test_of_several_the_first_in_the_table_decides(shell: Shell, account: SandboxAccount) -> None:
    """The order is 130, 7, 1, 4, 5, 2, 6: a hazard comes before a problem. The other stacks are applied."""
    account.converge(signed())
    shell.write(signed(enabled=False))
    shell.write(signed(name="clips", bucket="nowhere"), "clips.yaml")
    shell.write(signed(name="talks"), "talks.yaml")
    code, out, _ = shell("apply", ".", "--yes", "--format", "json")
    outcomes = {stack["name"]: stack["outcome"] for stack in json.loads(out)["stacks"]}
    assert (code, outcomes) == (5, {"clips": "blocked", "lectures": "blocked", "talks": "applied"})


def test_a_problem_at_load_stops_everything(shell: Shell, account: SandboxAccount) -> None:
    """No stack of the run is changed."""
    shell.write(signed())
    shell.write({**signed(name="clips"), "comennt": "x"}, "clips.yaml")
    code, out, err = shell("apply", ".", "--yes")
    assert (code, out) == (2, "")
    assert "clips.yaml:1:" in err
    assert account.distributions() == []
