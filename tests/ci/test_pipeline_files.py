"""action.yml, ci/gitlab.yml and .pre-commit-hooks.yaml: they can be parsed, and everything that they name exists."""

import json
import re
import shlex
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from cfstream.ci.github import PREFIX
from cfstream.ci.gitlab import VARIABLES
from cfstream.cli import main
from cfstream.cli.table import ENTRIES
from tests.docs.page import Block, parts

ROOT = Path(__file__).parents[2]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def read(name: str) -> Any:
    """A YAML file of the repository."""
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


def blocks(key: str) -> list[Any]:
    """Return the YAML of the manual's page about CI that has this key, in its order."""
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    texts = [part.text for part in parts(page) if isinstance(part, Block)]
    return [YAML(typ="safe").load(text) for text in texts if re.search(rf"^\s*{key}:", text, re.MULTILINE)]


def faults(schema: str, documents: Iterable[Any]) -> list[str]:
    """Return what a schema of check-jsonschema finds wrong with documents. Uses no network."""
    file = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{schema}.json"
    validator = Draft7Validator(json.loads(file.read_text(encoding="utf-8")))
    return [error.message for document in documents for error in validator.iter_errors(document)]


def test_the_code_hosts_accept_the_files() -> None:
    """The schemas of GitHub and GitLab allow every file, and every workflow and pipeline of the manual."""
    own = [read(f".github/workflows/{name}.yml") for name in ("ci", "release")]
    # The second excerpt of a workflow shows only the jobs to add to the first one.
    of_manual = [{"on": "push", **each} for each in blocks("jobs")]
    assert len(of_manual) == 3
    assert faults("github-workflows", [*own, *of_manual]) == []
    assert faults("github-actions", [read("action.yml")]) == []
    pipelines = [*blocks("include"), *blocks("script")]
    assert len(pipelines) >= 2
    assert faults("gitlab-ci", [read("ci/gitlab.yml"), *pipelines]) == []


def test_a_condition_about_another_repository_is_only_for_pull_requests() -> None:
    """Without a pull request, its repository is null, and null differs from every name."""
    jobs = [job for workflow in blocks("jobs") for job in workflow["jobs"].values()]
    differing = [job["if"] for job in jobs if "pull_request.head.repo.full_name !=" in job.get("if", "")]
    assert len(differing) == 1
    assert all("github.event_name == 'pull_request' &&" in each for each in differing)


def test_every_input_reaches_the_program_by_its_environment() -> None:
    """Each input has the variable that the program reads. No script contains an expression, which a shell would run."""
    action = read("action.yml")
    steps = action["runs"]["steps"]
    last = steps[-1]
    handed = {name: value for name, value in last["env"].items() if name.startswith(PREFIX)}
    elsewhere = {"working-directory", "python-version"}
    assert handed == {
        PREFIX + name.upper().replace("-", "_"): f"${{{{ inputs.{name} }}}}"
        for name in action["inputs"]
        if name not in elsewhere
    }
    assert [step["run"] for step in steps if "run" in step and EXPRESSION.search(step["run"])] == []
    assert all(step["shell"] == "bash" for step in steps if "run" in step)


def test_the_workflows_of_the_manual_are_for_this_action() -> None:
    """They use existing inputs, need only the permissions that they list, and no expression reaches a shell."""
    workflows = blocks("jobs")
    jobs = [job for workflow in workflows for job in workflow["jobs"].values()]
    uses = [step for job in jobs for step in job["steps"] if step.get("uses", "").startswith("cfstream/")]
    assert len(uses) == 4
    assert {name for step in uses for name in step["with"]} <= {*read("action.yml")["inputs"]}
    may_write = [
        name
        for workflow in workflows
        for name, job in workflow["jobs"].items()
        if job["permissions"]["contents"] != "read"
    ]
    assert may_write == ["snapshot"]
    assert not any(EXPRESSION.search(step.get("run", "")) for job in jobs for step in job["steps"])


def test_every_expression_of_the_action_names_something() -> None:
    """Each expression names an input, an output of an existing step, or a value that GitHub has."""
    action = read("action.yml")
    ids = {step["id"] for step in action["runs"]["steps"] if "id" in step}
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for expression in EXPRESSION.findall(text):
        for name in re.findall(r"inputs\.([\w-]+)", expression):
            assert name in action["inputs"]
        for step in re.findall(r"steps\.(\w+)\.outputs", expression):
            assert step in ids
    assert all("description" in each for each in (*action["inputs"].values(), *action["outputs"].values()))


def test_no_pipeline_imports_from_the_working_directory() -> None:
    """A pull request may contain a json.py. -I or -P keeps Python from importing it."""
    texts = [step["run"] for step in read("action.yml")["runs"]["steps"] if "run" in step]
    for job in read("ci/gitlab.yml").values():
        texts += [*job.get("before_script", ()), *job.get("script", ())]
    called = re.findall(r'(?:python|PYTHON)"?\s+(\S+)', "\n".join(texts))
    assert len(called) == 7
    assert set(called) <= {"-I", "-P"}


def test_the_gitlab_jobs_name_existing_things() -> None:
    """Each job, variable and module that they name exists."""
    template = read("ci/gitlab.yml")
    jobs = {name: job for name, job in template.items() if name not in ("variables", ".cfstream")}
    assert all(job["extends"] == ".cfstream" for job in jobs.values())
    assert {need for job in jobs.values() for need in job.get("needs", ())} <= {*jobs}
    assert {job["script"][0].split(" -m ")[1] for job in jobs.values()} == {
        f"cfstream.ci.gitlab {command}" for command in ("validate", "plan", "apply")
    }
    named = {*template["variables"], *jobs["cfstream apply"]["variables"]} - {"CFSTREAM_PACKAGE"}
    assert named <= {f"CFSTREAM_{name.upper()}" for name in VARIABLES}
    assert {"cfstream.plan.json", "cfstream.plan.md"} == {*jobs["cfstream plan"]["artifacts"]["paths"]}


@pytest.mark.parametrize("hook", read(".pre-commit-hooks.yaml"), ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_only_on_specs(
    hook: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook accepts a valid spec, refuses an invalid one, and does not get other YAML files."""
    program, command, *arguments = shlex.split(hook["entry"])
    assert program == "cfstream"
    assert command in ENTRIES
    assert hook["language"] == "python"
    pattern = re.compile(hook["files"])
    assert all(pattern.search(file) for file in ("specs/a.yaml", "media/specs/b/c.yml", "cfstream/a.yaml"))
    assert not any(
        pattern.search(file) for file in (".github/workflows/ci.yml", "openapi.yaml", "respecs/a.yaml")
    )
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text("version: 1\nname: a\nbucket: a-media\ntrusted_signers: [self]\n")
    Path("bad.yaml").write_text("version: 1\nname: [\n")
    assert main.run([command, *arguments, "good.yaml"]) == 0
    assert main.run([command, *arguments, "good.yaml", "bad.yaml"]) == 2
