"""A value in another tool's shape, converted to the shape of a field: whatever the value, the hint is valid."""

from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from cfstream.spec.converted import converted, is_valid
from cfstream.spec.section import Section
from cfstream.spec.unknown_keys import forms_of, names_of, sections
from tests.thorough import one_of_each

LEAVES = [
    None,
    True,
    3600,
    1.5,
    "",
    "*",
    "x",
    "a, b",
    "media.s3.eu-west-1.amazonaws.com",
    "arn:aws:s3:::media",
    "arn:aws:cloudfront::123456789012:function/rewrite",
    "origin-access-identity/cloudfront/E2QWRUHAPOMQZL",
    "https://media.example.com/",
    "E2QWRUHAPOMQZL",
    "123456789012",
    123456789012,
    "self",
    "TLSv1.2_2021",
    "/posters/*",
    "whitelist",
    "US",
    "viewer-request",
]
"""What documents of CloudFormation, Terraform and boto3 contain."""

FIELDS = sorted(
    {(section, name) for section in sections().values() for name in section.model_fields},
    key=lambda each: (each[0].__name__, each[1]),
)


def shapes(section: type[Section], name: str) -> Iterator[Any]:
    """Yield each value alone, in lists, and in mappings under a word for the field and for each field in it."""
    inner = [item for form in forms_of(name) for item in names_of(form).items()]
    words = [*inner, *((word, field) for word, field in names_of(section).items() if field == name)]
    chosen = {word for word, _ in one_of_each(sorted(words), lambda each: each[1])}
    for leaf in LEAVES:
        yield from (leaf, [leaf], [leaf, leaf], {"a": {"b": leaf}})
        for word in sorted({"items", *chosen}):
            yield from ({word: leaf}, [{word: leaf}], {word: [leaf]}, {word: {"items": [leaf]}})


@pytest.mark.parametrize(
    ("section", "name"), [pytest.param(*each, id=f"{each[0].__name__}.{each[1]}") for each in FIELDS]
)
def test_a_hint_is_valid(section: type[Section], name: str) -> None:
    """It is nothing, the name of the field, or lines that the field accepts."""
    for value in shapes(section, name):
        hint = converted(section, name, value)
        for line in (hint or name).split(" or "):
            if line != name:
                assert is_valid(section, name, YAML(typ="safe").load(line)[name]), (value, hint)
