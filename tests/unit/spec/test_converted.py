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


@pytest.mark.parametrize(
    "value",
    ["viewer-request", "ViewerResponse", {"event_type": "viewer-request"}, [{"EventType": "origin-request"}]],
)
def test_an_event_is_never_the_name_of_a_function(value: Any) -> None:
    """Other tools list events and functions. The name of an event could be that of a function."""
    for section, name in FIELDS:
        hint = converted(section, name, value) or ""
        if name == "functions":
            assert hint in {"", "functions: {viewer_request: NAME}", "functions: {viewer_response: NAME}"}


@pytest.mark.parametrize(
    "value", [{"public": True, "/x/*": {}}, {"/x/*": {"public": True}}, [{"/x/*": {"public": True}}]]
)
def test_a_hint_opens_only_what_the_user_opened(value: Any) -> None:
    """`public: true` is in a hint only for the paths for which the user wrote it."""
    hint = converted(sections()["http", ""], "behaviors", value)
    assert hint in {None, 'behaviors: [{path: "/x/*", public: true}]'}
