"""Runs every code block of the README and the manual as a reader would."""

import ast
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cfstream.errors import SpecProblems
from cfstream.spec.load import load
from tests.cli.conftest import Result
from tests.docs.page import ROOT, Block, Prerequisite, pages, parts, session
from tests.docs.prerequisites import create
from tests.docs.reader import Reader, missing
from tests.docs.recipe import outdated
from tests.world.sandbox import Sandbox
from tests.world.signing import public_pem, rsa_key

Run = Callable[..., Result]

NOT_RUN = frozenset({"", "css", "hcl", "html", "javascript", "mermaid", "ruby", "svg", "text", "typescript"})
"""Languages of blocks that are not run: input of other programs, and pictures."""

REST_OF_A_SPEC = {"version": 1, "name": "fragment", "bucket": "fragment-media"}
A_SIGNER = {"trusted_signers": ["self"]}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_code_blocks_work(
    page: Path, cfstream: Run, edge: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands print what the page shows, specs load, and programs and documents can be parsed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        result = cfstream(*arguments)
        return result.code, result.out, result.err

    reader = Reader(run, tmp_path)
    for part in parts(page.read_text(encoding="utf-8")):
        if isinstance(part, Prerequisite):
            create(part.name, edge.endpoint_url, tmp_path)
        else:
            _check(part, reader, tmp_path, f"{page.name}:{part.line}")


def _check(block: Block, reader: Reader, folder: Path, place: str) -> None:
    if block.title:
        (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
        (folder / block.title).write_text(block.text, encoding="utf-8")
    if block.language == "console":
        _check_session(block, reader, place)
    elif block.language in ("yaml", "yml"):
        _read_yaml(block, folder, place)
    elif block.language == "python":
        _read_python(block, place)
    elif block.language == "json":
        json.loads(block.text)
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "diff":
        assert outdated(block.text, ROOT) == [], place
    else:
        assert block.language in NOT_RUN, f"{place}: no check for {block.language}"


def _check_session(block: Block, reader: Reader, place: str) -> None:
    commands = session(block.text)
    assert commands, f"{place}: no line of this block starts with $"
    for command in commands:
        outcome = reader.run(command)
        if outcome is not None:
            assert outcome.code == command.exit_code, f"{place}: {command.line}\n{outcome.output}"
            absent = missing(command.shown, outcome.output)
            assert not absent, f"{place}: {command.line}\nmissing: {absent}\noutput: {outcome.output}"


def _read_yaml(block: Block, folder: Path, place: str) -> None:
    """Check that a spec loads. A fragment is completed first."""
    document: Any = YAML(typ="safe", pure=True).load(block.text)
    if _is_not_a_spec(document):
        return
    whole = document if "version" in document else REST_OF_A_SPEC | document
    if not {"key_groups", "trusted_signers", "public"} & whole.keys():
        whole = whole | A_SIGNER
    for group in _groups(whole):
        for key in group.get("public_keys", ()):
            file = folder / key["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_bytes(public_pem(rsa_key(file.name)))
    path = folder / "a-block-of-the-page.yaml"
    with path.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(whole, stream)
    try:
        load([str(path)])
    except SpecProblems as error:
        pytest.fail(f"{place}: {[problem.what for problem in error.problems]}")
    finally:
        path.unlink()


def _is_not_a_spec(document: Any) -> bool:
    """Return whether it is a workflow or a configuration of another program."""
    return not isinstance(document, dict) or bool({"jobs", "stages", "repos", "include"} & document.keys())


def _groups(document: Any) -> list[Any]:
    behaviors = document.get("http", {}).get("behaviors", ())
    groups = [*document.get("key_groups", ()), *(g for b in behaviors for g in b.get("key_groups", ()))]
    return [group for group in groups if isinstance(group, dict)]


def _read_python(block: Block, place: str) -> None:
    """Check that a program can be parsed."""
    ast.parse(block.text, filename=place)


@pytest.mark.parametrize(
    ("page", "language", "row"),
    [
        ("index", "yaml", "| cfstream |"),
        ("terraform", "hcl", "| [Terraform]"),
        ("cdk", "typescript", "| [AWS CDK]"),
    ],
)
def test_the_comparison_counts_lines(page: str, language: str, row: str) -> None:
    """The table has the number of lines of each example, without blank ones."""
    folder = ROOT / "docs" / "coming-from"
    blocks = [
        part for part in parts((folder / f"{page}.md").read_text(encoding="utf-8")) if isinstance(part, Block)
    ]
    (text,) = [block.text for block in blocks if block.language == language]
    count = sum(bool(line.strip()) for line in text.splitlines())
    (line,) = [
        line
        for line in (folder / "index.md").read_text(encoding="utf-8").splitlines()
        if line.startswith(row)
    ]
    assert line.split("|")[2].strip() == str(count)


def test_the_places_in_contributing_exist() -> None:
    """Each file and directory that the tables of CONTRIBUTING name is in the repository or in the package."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    places = [place for row in rows for place in re.findall(r"`([\w./-]+(?:/|\.py|\.yml))`", row)]
    assert len(places) > 30
    tops = (ROOT, ROOT / "cfstream")
    assert [place for place in places if not any((top / place).exists() for top in tops)] == []


def test_the_page_on_architecture_lists_the_layers() -> None:
    """It lists every package in the order of the import rule, from the top layer down."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert named == [name for layer in layers for name in layer.split(" | ")]
