"""Requirements of a release: workflows that use existing targets and minimal permissions, and the changelog."""

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
def test_workflows_use_existing_targets(file: Path) -> None:
    """Each `make` of a workflow names a target of the Makefile, and each script exists."""
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    text = "\n".join(commands(read(file)))
    assert set(re.findall(r"\bmake ([a-z-]+)", text)) <= targets
    assert [path for path in re.findall(r"\.ci/[\w-]+", text) if not (ROOT / path).exists()] == []


def test_the_makefile_runs_what_is_installed() -> None:
    """Each tool that a target runs is a dependency of the project or of one of its groups."""
    tools = set(re.findall(r"\$\(BIN\)/([\w-]+)", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert {name for name in tools if not Path(sys.executable).with_name(name).exists()} == set()


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_have_minimal_permissions(file: Path) -> None:
    """A workflow has read permissions by default, and no command contains text of an event, which could be code."""
    workflow = read(file)
    assert workflow["permissions"] in ({"contents": "read"}, {})
    assert [run for run in commands(workflow) if "${{" in run] == []
    uses = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert [name for name in uses if not re.search(r"@(v\d|release/v\d|[0-9a-f]{40})", name)] == []


def test_only_one_job_can_publish() -> None:
    """Only this job has an identity token.

    It runs no code of the project, and runs after the tests and a trial build.
    """
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    publishing = [name for name, job in jobs.items() if job.get("permissions", {}).get("id-token")]
    assert publishing == ["publish"]
    assert {*jobs["publish"]["needs"]} == {"test", "try"}
    assert [step for step in jobs["publish"]["steps"] if "run" in step] == []


def test_each_change_has_a_changelog_line() -> None:
    """Every file in changelog.d is a list, so that a release can collect them."""
    files = [file for file in (ROOT / "changelog.d").glob("*.md") if file.name != "README.md"]
    assert {file.name for file in files if not file.read_text(encoding="utf-8").startswith("- ")} == set()


def test_the_image_is_built_from_the_wheel_only() -> None:
    """The image's user is not root, and the build context contains only the wheel."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^COPY (?!--from)(\S+)", dockerfile) == ["dist/*.whl"]
    assert re.findall(r"(?m)^USER (\S+)", dockerfile) == ["65532:65532"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if not line.startswith("#")] == ["*", "!dist/*.whl"]
