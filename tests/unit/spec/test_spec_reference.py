"""The reference of the spec language: all fields, in order, each with a valid example."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from cfstream.errors import WrongUsage
from cfstream.render.reference import example_text, field_document, field_text, tree_text
from cfstream.spec.model import Spec
from cfstream.spec.reference import in_context, named, reference
from cfstream.spec.schema import json_schema

ROOT = reference()
NAMES = list(ROOT.by_name)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
NEEDED = {"version": 1, "name": "films", "bucket": "films"}
REST = {"version", "name", "bucket"}


def test_every_field_of_the_model_is_there_in_its_order() -> None:
    """The reference is derived from the model."""
    assert [field.path[-1] for field in ROOT.fields] == list(Spec.model_fields)
    assert {"bucket.create", "key_groups.public_keys.replaces", "http.behaviors.path", "dns.route53"} < {
        *NAMES
    }
    assert {field.name for field in ROOT.fields if field.required} == REST


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_an_example_that_holds(name: str) -> None:
    """Examples can be copied: they are YAML, and valid."""
    field = ROOT.by_name[name]
    example = in_context(ROOT, field)
    assert YAML(typ="safe").load(example_text(ROOT, field)) == example
    assert list(VALIDATOR.iter_errors(NEEDED | example)) == []
    assert field.description
    Spec.model_validate(NEEDED | example)


def test_a_field_in_full(golden: Callable[[Path, str], None]) -> None:
    """It has the values, the meaning, an example in its place, and its parts."""
    text = field_text(ROOT, ROOT.by_name["http.behaviors"], color=False, width=80)
    golden(Path(__file__).with_name("http.behaviors.txt"), text)


def test_values_and_the_default_are_reported() -> None:
    """A field with few values lists each. Durations have the form of specs."""
    text = field_text(ROOT, ROOT.by_name["http.viewer_protocol"], color=False, width=80)
    assert "  values: redirect-to-https https-only allow-all\n\n  default: redirect-to-https\n" in text
    assert ROOT.by_name["sign.max_validity"].default == "24h"
    assert ROOT.by_name["bucket.create"].default is False
    assert ROOT.by_name["cnames"].default is None


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_tree_fits(width: int) -> None:
    """Every field has its own line, and no line is wider than the terminal or the limit."""
    text = tree_text(ROOT, color=False, width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    starts = [line.split()[0].rstrip("*") for line in text.splitlines() if line.strip()]
    assert [name.rpartition(".")[2] for name in NAMES if name.rpartition(".")[2] not in starts] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("http.behaviors", "http.behaviors"),
        ("http.behaviors[/posters/*].public", "http.behaviors.public"),
        ("key_groups[0].public_keys[1].file", "key_groups.public_keys.file"),
        ("minimum_tls", "http.minimum_tls"),
        ("behaviors.path", "http.behaviors.path"),
        ("name", "name"),
    ],
)
def test_a_field_is_named_as_people_and_plans_spell_it(text: str, name: str) -> None:
    """The name is its whole path, with or without an index, or a unique end of it."""
    assert named(ROOT, text).name == name


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        ("http.behavior", 'the field "http.behavior" does not exist', "run: cfstream docs http.behaviors"),
        ("bukcet", 'the field "bukcet" does not exist', "run: cfstream docs bucket"),
        ("zzz", 'the field "zzz" does not exist', "see all of them: cfstream docs"),
        ("file", 'there are 2 fields named "file"', "name one of key_groups.public_keys.file"),
    ],
)
def test_an_unknown_name_gets_the_nearest_one(text: str, what: str, do: str) -> None:
    """The error suggests the most similar name."""
    with pytest.raises(WrongUsage) as slip:
        named(ROOT, text)
    assert slip.value.what == what
    assert slip.value.do.startswith(do)


def test_programs_get_the_whole_tree() -> None:
    """The document has each field once, in plain JSON."""
    document = json.loads(json.dumps(field_document(ROOT, ROOT)))
    assert [field["field"] for field in document["fields"]] == [field.name for field in ROOT.fields]
    assert document["fields"][0] == {
        "field": "version",
        "takes": "1",
        "description": "Version of the spec language.",
        "required": True,
        "default": None,
        "values": [],
        "example": {"version": 1},
        "fields": [],
    }
