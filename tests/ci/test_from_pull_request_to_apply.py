"""A change from pull request to apply with the real program: plan, merge, and apply of the saved plan."""

import io
import sys
from pathlib import Path

import pytest

from cfstream.ci.github import ActionRun
from cfstream.ci.job import Runner
from cfstream.cli import main
from tests.ci.host import Host
from tests.world.sandbox import Sandbox

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a spec, and a Python module from an untrusted author."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    Path("json.py").write_text("raise SystemExit('a stranger was imported')")
    return tmp_path


def step(host: Host, command: str, aws: Sandbox | None, **inputs: str) -> int:
    """One step of a job, with or without credentials for this AWS."""
    to_aws = (
        {"AWS_ENDPOINT_URL": aws.endpoint_url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        if aws
        else {}
    )
    env = {
        **to_aws,
        "PYTHONPATH": sys.path[0],
        "GITHUB_API_URL": host.url,
        "GITHUB_REPOSITORY": "media/specs",
        "GITHUB_OUTPUT": f"{command}.outputs",
        "CFSTREAM_ACTION_COMMAND": command,
        "CFSTREAM_ACTION_SPECS": "lectures.yaml",
        "CFSTREAM_ACTION_COMMENT": "true",
        "CFSTREAM_ACTION_TOKEN": "any",
        "CFSTREAM_ACTION_PULL_REQUEST": "7",
        **{f"CFSTREAM_ACTION_{name.upper()}": value for name, value in inputs.items()},
    }
    return ActionRun(Runner(env, io.StringIO())).run()


def test_planned_merged_and_applied(sandbox: Sandbox, host: Host, folder: Path) -> None:
    """The comment shows the plan, apply runs that plan, and the next plan is empty."""
    assert step(host, "plan", sandbox) == 0
    assert "distribution:lectures" in host.bodies[0]
    assert step(host, "apply", sandbox, plan_file="cfstream.plan.json", args="--no-verify") == 0
    assert "Applied. " in (folder / "apply.outputs").read_text()
    assert step(host, "plan", sandbox) == 0
    assert len(host.bodies) == 1
    assert "distribution:lectures" not in host.bodies[0]
    assert "No changes." in (folder / "plan.outputs").read_text()


def test_a_hazard_is_allowed_for_one_run(sandbox: Sandbox, host: Host, folder: Path) -> None:
    """Apply refuses a hazard that the comment names, until its input names it too."""
    assert step(host, "apply", sandbox, args="--no-verify") == 0
    (folder / "lectures.yaml").write_text(f"{SPEC}enabled: false\n")
    assert step(host, "plan", sandbox) == 0
    assert "<b>cuts-viewers</b>" in host.bodies[0]
    plan = {"plan_file": "cfstream.plan.json", "args": "--no-verify"}
    assert step(host, "apply", sandbox, **plan) == 5
    assert step(host, "apply", sandbox, **plan, allow="cuts-viewers") == 0


def test_a_fork_is_planned_from_a_snapshot(
    sandbox: Sandbox, host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without AWS credentials, the comment shows the plan and the age of the snapshot."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    assert main.run(["snapshot", "lectures.yaml", "--out", "live.json", "--hash-accounts", "-q"]) == 0
    assert step(host, "plan", None, live="live.json", check="true") == 3
    assert "distribution:lectures" in host.bodies[0]
    assert "\nFrom live.json, a snapshot of a sandbox, not of AWS: " in host.bodies[0]
    assert "Plan: 3 to create" in (folder / "plan.outputs").read_text()
