"""A YAML file of another tool is one problem; a spec with mistakes is still read field by field."""

import shlex
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
        (
            'resource "aws_cloudfront_distribution" "x" {\n  enabled = true\n}\n',
            "this looks like a configuration of Terraform, not a spec",
        ),
        (
            '# main.tf\nlocals {\n  a = "b: c"\n}\n',
            "this looks like a configuration of Terraform, not a spec",
        ),
        (
            'terraform {\n  backend "s3" {}\n}\n',
            "this looks like a configuration of Terraform, not a spec",
        ),
        (
            '{"resource": {"aws_cloudfront_distribution": {}}}\n',
            'this looks like a configuration of Terraform in JSON, not a spec: it has "resource"',
        ),
        (
            '{\n  "version": 4,\n  "terraform_version": "1.9.0",\n  "resources": []\n}\n',
            "this is a file of Terraform, not a spec",
        ),
        (
            '{"format_version":"1.0","terraform_version":"1.9.0","values":{}}',
            "this is a file of Terraform, not a spec",
        ),
        ("#!/bin/sh\nset -e\ncfstream plan .\n", "this looks like a script, not a spec"),
        (
            "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
            "this looks like a public key, not a spec",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----\n",
            "this looks like a private key, not a spec",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "this looks like a PEM file, not a spec",
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


@pytest.mark.parametrize("name", ["other.yaml", "state of lectures.yaml"])
def test_a_file_of_terraform_has_the_command_that_imports_it(tmp_path: Path, name: str) -> None:
    """A state is named in the command; the state of a configuration has to be written first."""
    file = tmp_path / name
    file.write_text('{"version": 4, "terraform_version": "1.9.0", "resources": []}')
    assert _fix(file) == f"write a spec from it: `cfstream import --from-terraform {shlex.quote(str(file))}`"
    file.write_text('resource "aws_cloudfront_distribution" "x" {\n}\n')
    assert _fix(file).endswith("`cfstream import --from-terraform state.json`")
    file.write_text(f'{GOOD}resource "aws_cloudfront_distribution" "x" {{\n}}\n')
    assert _fix(file).endswith("`cfstream import --from-terraform state.json`")


def test_a_private_key_is_never_repeated(tmp_path: Path) -> None:
    """Its problem names the file and what to do, and has no line of it."""
    file = tmp_path / "other.yaml"
    file.write_text("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n")
    with pytest.raises(SpecProblems) as raised:
        load([str(file)])
    (problem,) = raised.value.problems
    assert problem.source_line == ""
    assert "cfstream sign URL --spec SPEC --key FILE --expires 1h" in problem.do


def _fix(file: Path) -> str:
    with pytest.raises(SpecProblems) as raised:
        load([str(file)])
    (problem,) = raised.value.problems
    return problem.do


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
