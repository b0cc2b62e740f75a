"""The whole way of a change, with the program itself: a pull request is planned, merged, and that plan is applied."""

import io
import sys
from pathlib import Path

import pytest

from cfstream.ci.github import Action
from cfstream.sandbox.server import Sandbox
from tests.ci.host import Host

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


def test_planned_merged_and_applied(
    sandbox: Sandbox, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comment shows the plan, apply does that plan, and then there is nothing left to do."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    Path("json.py").write_text("raise SystemExit('a stranger was imported')")

    def step(command: str, plan_file: str = "") -> int:
        env = {
            "PYTHONPATH": sys.path[0],
            "AWS_ENDPOINT_URL": sandbox.endpoint_url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "GITHUB_API_URL": host.url,
            "GITHUB_REPOSITORY": "media/specs",
            "GITHUB_OUTPUT": f"{command}.outputs",
            "CFSTREAM_ACTION_COMMAND": command,
            "CFSTREAM_ACTION_SPECS": "lectures.yaml",
            "CFSTREAM_ACTION_COMMENT": "true",
            "CFSTREAM_ACTION_TOKEN": "any",
            "CFSTREAM_ACTION_PULL_REQUEST": "7",
            "CFSTREAM_ACTION_PLAN_FILE": plan_file,
            **({"CFSTREAM_ACTION_ARGS": "--no-verify"} if command == "apply" else {}),
        }
        return Action(env, io.StringIO()).run()

    assert step("plan") == 0
    assert "distribution:lectures" in host.bodies[0]
    assert step("apply", "cfstream.plan.json") == 0
    assert "Applied. " in Path("apply.outputs").read_text()
    assert step("plan") == 0
    assert len(host.bodies) == 1
    assert "distribution:lectures" not in host.bodies[0]
    assert "No changes." in Path("plan.outputs").read_text()
