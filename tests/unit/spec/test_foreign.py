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


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('version: "3"\nname: web\nservices: {web: {image: nginx}}\nvolumes: {}\n', '"services", "volumes"'),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n",
            '"apiVersion", "kind", "metadata" and 1 more',
        ),
        ("name: ci\non: push\njobs: {}\n", '"on", "jobs"'),
        ("Resources: {}\nDescription: a stack\n", '"Resources", "Description"'),
    ],
)
def test_a_file_of_another_tool_is_one_problem(tmp_path: Path, text: str, keys: str) -> None:
    """Files of Docker Compose, Kubernetes, GitHub and CloudFormation."""
    assert _problems(tmp_path, text) == [
        f"this is not a spec: it has {keys}, and no bucket, key_groups or http"
    ]


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
