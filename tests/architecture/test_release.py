"""What a release stands on: workflows that name what there is and may do no more than they need, and the changelog."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(file: Path) -> Any:
    """The document in a YAML file."""
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))


def commands(workflow: Any) -> list[str]:
    """Every command line of every job."""
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_make_what_can_be_made(file: Path) -> None:
    """Each `make` of a workflow names a target of the Makefile, and each script is there."""
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    said = "\n".join(commands(read(file)))
    assert set(re.findall(r"\bmake ([a-z-]+)", said)) <= targets
    assert [path for path in re.findall(r"\.ci/[\w-]+", said) if not (ROOT / path).exists()] == []


def test_the_makefile_runs_what_is_installed() -> None:
    """Each tool that a target runs comes with the project or with one of its groups, which is all that is installed."""
    tools = set(re.findall(r"\$\(BIN\)/([\w-]+)", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert {name for name in tools if not Path(sys.executable).with_name(name).exists()} == set()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_may_do_no_more_than_they_need(file: Path) -> None:
    """A workflow may read by itself, and no command has text of an event put into it, which could be a command too."""
    workflow = read(file)
    assert workflow["permissions"] in ({"contents": "read"}, {})
    assert [run for run in commands(workflow) if "${{" in run] == []
    uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert [name for name in uses if not re.search(r"@(v\d|release/v\d|[0-9a-f]{40})", name)] == []


def test_only_one_job_can_publish() -> None:
    """What publishes runs nothing of ours, comes after tests and a try of that build, and alone has an identity."""
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    publishing = [name for name, job in jobs.items() if job.get("permissions", {}).get("id-token")]
    assert publishing == ["publish"]
    assert {*jobs["publish"]["needs"]} == {"test", "try"}
    assert [step for step in jobs["publish"]["steps"] if "run" in step] == []


def test_each_change_is_told_in_a_line() -> None:
    """What lies in changelog.d is a list, so that the changelog is one when a release has collected it."""
    files = [file for file in (ROOT / "changelog.d").glob("*.md") if file.name != "README.md"]
    assert {file.name for file in files if not file.read_text(encoding="utf-8").startswith("- ")} == set()


def test_the_image_is_made_from_the_wheel_alone() -> None:
    """The image's user is not root, and of this folder nothing but the wheel gets near it."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^COPY (?!--from)(\S+)", dockerfile) == ["dist/*.whl"]
    assert re.findall(r"(?m)^USER (\S+)", dockerfile) == ["65532:65532"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if not line.startswith("#")] == ["*", "!dist/*.whl"]
