"""The JSON Schema matches the model, accepts what loads, and describes every field."""

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cfstream.spec.compose import documents
from cfstream.spec.load import load
from cfstream.spec.schema import json_schema
from cfstream.spec.source import Source, plain
from tests.unit.spec.reading import TABLES, reported, table, whole

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").rglob("*.yaml"))


def accepts(text: str) -> bool:
    """Return whether an editor would find no problem in the text."""
    (document,) = documents(Source("-", text), [])
    return bool(validator().is_valid(plain(document.root)))


@cache
def validator() -> jsonschema.Draft202012Validator:
    """Return the validator of the schema."""
    return jsonschema.Draft202012Validator(json_schema())


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of every section, with its path."""
    match schema:
        case dict():
            for name, inner in schema.get("properties", {}).items():
                yield f"{path}.{name}", inner
            for key, inner in schema.items():
                yield from properties(inner, f"{path}.{key}")
        case list():
            for inner in schema:
                yield from properties(inner, path)


def test_the_checked_in_schema_is_that_of_the_model() -> None:
    """It is generated from the model."""
    checked_in = json.loads((ROOT / "schemas/cfstream.v1.json").read_text())
    assert checked_in == json_schema(), "to generate it again: make schema"


def test_it_is_a_schema() -> None:
    """It is valid in its draft, has a title, and refuses unknown fields."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "cfstream spec"
    assert schema["additionalProperties"] is False


def test_every_field_is_described() -> None:
    """An editor has a sentence for each field, and never suggests null."""
    found = list(properties(json_schema()))
    assert len(found) > 50
    assert [path for path, field in found if "description" not in field and "$ref" not in field] == []
    assert "null" not in json.dumps(json_schema())


def test_it_accepts_what_loads() -> None:
    """Rows of the tables that have no problem are valid in an editor too. A new row may not have its result yet."""
    rows = [reported(row) for path in TABLES.glob("*.txt") for row in table(path.stem)]
    valid = [row.lines for row in rows if not row.problems]
    assert len(valid) > 50
    assert [lines for lines in valid if not accepts(whole(lines))] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_accepts_the_examples(path: Path) -> None:
    """The examples load, an editor shows no problem, and they have the path of the schema."""
    load([str(path)])
    assert accepts(path.read_text())
    schema = path.read_text().split("$schema=")[1].split("\n")[0]
    assert (path.parent / schema).resolve() == ROOT / "schemas/cfstream.v1.json"


@pytest.mark.parametrize(
    "lines",
    [
        "coment: x",
        "version: 2",
        "name: Lectures",
        "trusted_signers: [111122223333]",
        "enabled: 'yes'",
        "sign: {max_validity: 24}",
        "sign: {max_validity: ''}",
        "sign: {max_validity: 24 hours}",
        "logging: true",
        "http: {behaviors: [{public: true}]}",
        "key_groups: [{use: a, name: b}]",
        "key_groups: [{name: a, public_keys: []}]",
        "bucket: {create: true}",
        "bucket: A",
        "comment: ~",
        "tags: {aws:x: y}",
        "also_read_by: ['*']",
        "also_read_by: [999988887777]",
        "also_read_by: [newsroom]",
        "also_managed_by: [cloudfront.amazonaws.com]",
        "http: {x-note: a}",
        "http: {certificate: arn:aws:acm:eu-west-1:111122223333:certificate/1-2}",
    ],
)
def test_it_refuses_what_an_editor_can_see(lines: str) -> None:
    """Problems of one field show while it is typed."""
    assert not accepts(whole(lines))


def test_fields_that_are_not_built_are_in_the_schema() -> None:
    """A field that this version refuses is still part of the language."""
    assert accepts(whole("dns: {route53: example.com}\nhttp: {cors: {origins: ['*']}}"))
    assert io.StringIO(json.dumps(json_schema())).read().isascii()
