"""action.yml, ci/gitlab.yml and .pre-commit-hooks.yaml: they can be parsed, and everything that they name exists."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
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
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    workflows = [
        YAML(typ="safe").load(part.text)
        for part in parts(page)
        if isinstance(part, Block) and "\njobs:" in f"\n{part.text}"
    ]
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
