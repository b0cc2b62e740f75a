"""A YAML file of another tool is one problem; a spec with mistakes is still read field by field."""

from pathlib import Path

import pytest

from cfstream.errors import SpecProblems
from cfstream.spec.load import load

GOOD = "version: 1\nname: lectures\nbucket: lectures-media\npublic: true\n"


def _problems(folder: Path, text: str) -> list[str]:
    (folder / "lectures.yaml").write_text(GOOD)
    (folder / "other.yaml").write_text(text)
    with pytest.raises(SpecProblems) as raised:
        load([str(folder)])
    assert {problem.where.file for problem in raised.value.problems} == {str(folder / "other.yaml")}
    return [problem.what for problem in raised.value.problems]


SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n"
KUBERNETES = 'this looks like a Kubernetes manifest, not a spec: it has "apiVersion" and "kind"'
HELM = 'this looks like a values file of a Helm chart, not a spec: it has "replicaCount"'
LIST = "this is a list, and a spec is a mapping of fields"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            'version: "3"\nname: web\nservices: {web: {image: nginx, tty: ~}}\n',
            'this looks like a Docker Compose file, not a spec: it has "services"',
        ),
        (SERVICE, KUBERNETES),
        (f"{SERVICE}---\n{SERVICE}---\n- a\n---\ntext\n", KUBERNETES),
        (f"{SERVICE}kind: Twice\nmetadata:\n", KUBERNETES),
        (f"{SERVICE}metadata:\n  : &a *b\n", KUBERNETES.partition(":")[0]),
        (
            "name: ci\non: push\njobs: {}\n",
            'this looks like a workflow of GitHub Actions, not a spec: it has "on" and "jobs"',
        ),
        (
            "Resources: {Bucket: !Ref a}\nDescription: !Sub b\n",
            'this looks like a CloudFormation template, not a spec: it has "Resources"',
        ),
        ("enabled: true\nbucket: media\nreplicaCount: 1\nimage: {}\n", HELM),
        (
            'kind: Service\napiVersion: v1\nmetadata:\n  name: {{ include "a" . }}\n  {{- if b }}\n',
            "this looks like a template, not a spec",
        ),
        ("kind: Service\napiVersion: v1\nmetadata: {\n", "this looks like a Kubernetes manifest, not a spec"),
        (
            "openapi: 3.0.0\ninfo: {}\npaths: {}\n",
            'this looks like a description of an API (OpenAPI), not a spec: it has "openapi"',
        ),
        (
            '{"name": "web", "scripts": {}, "private": true}',
            'this is not a spec: it has "scripts", "private", and no bucket, key_groups or http',
        ),
        ('[{"a": 1}, {"b": 2}]', LIST),
        ("- a\n---\n- b\n---\ntext\n", LIST),
        ("- hosts: all\n  tasks: []\n", "this looks like a playbook of Ansible, not a spec"),
        ("text\n", "this is a single value, and a spec is a mapping of fields"),
        (f"{GOOD.replace('lectures', 'campus')}---\n{SERVICE}---\n{SERVICE}", KUBERNETES),
    ],
)
def test_a_file_of_another_tool_is_one_problem(tmp_path: Path, text: str, what: str) -> None:
    """Any fault of its YAML is the same problem. It names the tool if its keys show it, and the fix leaves it out."""
    (problem,) = _problems(tmp_path, text)
    assert problem == what


def test_the_fix_leaves_the_file_out(tmp_path: Path) -> None:
    """Either the file moves, or the command names the specs."""
    (tmp_path / "web.yaml").write_text(SERVICE)
    with pytest.raises(SpecProblems) as raised:
        load([str(tmp_path)])
    (problem,) = raised.value.problems
    assert problem.do == "name only the specs, or move it out of their directory"


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nname: web\nbuket: web-media\n",
        "name: web\nbuckets: web-media\n",
        "name: web\naliases: [media.example.com]\n",
        "version: 1\nname: web\nservices: {}\n",
    ],
)
def test_a_spec_with_mistakes_is_a_spec(tmp_path: Path, text: str) -> None:
    """It has version 1, or a field that only a spec has, under its own name, a misspelt one or AWS's."""
    assert not any("not a spec" in what for what in _problems(tmp_path, text))
