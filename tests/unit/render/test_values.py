"""How one field is shown before and after."""

from typing import Any

import pytest

from cfstream.planning.sent_digest import change_document
from cfstream.render.changes import change_lines as lines_of_changes
from cfstream.render.flow import Page
from cfstream.render.values import field_lines, value_text
from cfstream.steps.step import Change
from cfstream.values import Joined, Ref, StepId

MADE = StepId("create key-group:lectures/signers")


def change_lines(before: Any, after: Any) -> list[str]:
    """Return the lines of a change of the field `f`, without colours."""
    return [
        " ".join([sign.text, field, *(word.text for word in value)])
        for sign, field, value in field_lines(Change("f", before, after))
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Private", '"Private"'),
        ('say "hi"\x1b', '"say \\"hi\\"\\u001b"'),
        ("", '""'),
        (True, "true"),
        (30, "30"),
        (None, "none"),
        ([], "[]"),
        (["a", True], '["a", true]'),
        ({"path": "/x", "public": True}, '{path: "/x", public: true}'),
        ({"known_after": MADE}, f"(known after {MADE})"),
    ],
)
def test_values_read_as_a_person_writes_them(value: object, text: str) -> None:
    """Strings have quotes, other values are as in a spec, and a future id names the step that returns it."""
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("old", "new", ['~ f "old" -> "new"']),
        (None, "new", ['+ f "new"']),
        ("old", None, ['- f "old"']),
        (False, True, ["~ f false -> true"]),
        ("old", "", ['~ f "old" -> ""']),
        (None, ["a", "b"], ['+ f "a", "b"']),
        (["a"], [], ['~ f ["a"] -> []']),
        (["a", "b", "c"], ["c", "d", "b"], ['~ f + "d" - "a" (2 kept)']),
        (["a", "b"], ["b"], ['~ f - "a" (1 kept)']),
        (["a"], ["b"], ['~ f + "b" - "a"']),
        (["a", "b"], ["b", "a"], ['~ f ["a", "b"] -> ["b", "a"]']),
        (None, Ref(MADE), [f"+ f (known after {MADE})"]),
        ("E1", Joined(("x/", Ref(MADE))), [f'~ f "E1" -> (known after {MADE})']),
        ({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}, ['~ f.b "2" -> "3"', '+ f.c "4"']),
        ({"bucket": "logs"}, False, ['~ f {bucket: "logs"} -> false']),
        ({"bucket": "logs"}, None, ['- f.bucket "logs"']),
    ],
)
def test_a_change_shows_what_differs_and_nothing_else(before: Any, after: Any, lines: list[str]) -> None:
    """Lists show what was added and removed, mappings their changed keys."""
    assert change_lines(before, after) == lines


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        (["a", "b"], ["b"], {"added": [], "removed": ["a"], "kept": 1}),
        (["a"], ["b"], {"added": ["b"], "removed": ["a"], "kept": 0}),
        (["a", "b"], ["b", "a"], {}),
        ("a", "b", {}),
    ],
)
def test_programs_get_what_a_list_gained_and_lost(before: Any, after: Any, more: dict[str, Any]) -> None:
    """The whole lists are there too."""
    document = change_document(Change("f", before, after))
    assert document == {"field": "f", "before": before, "after": after, **more}


def test_each_mapping_of_a_list_has_its_own_line() -> None:
    """New and removed entries are not run together; the lines after the first have no name."""
    old, new = {"code": 404, "cache": "10s"}, {"code": 403, "cache": "30s"}
    lines = list(lines_of_changes([Change("http.error_pages", [old], [new])], Page(80)))
    assert lines == [
        '      ~ http.error_pages  + {code: 403, cache: "30s"}',
        '                          - {code: 404, cache: "10s"}',
    ]
    assert len(list(field_lines(Change("cnames", ["a", "b"], ["a", "c"])))) == 1


def test_the_values_of_a_step_are_in_one_column() -> None:
    """A very long name has its value below it, and does not push other values to the right."""
    long = "http.behaviors[/posters/*].response_headers_policy"
    lines = list(
        lines_of_changes(
            [Change("comment", None, "a"), Change(long, None, "b"), Change("bucket", None, "c")], Page(80)
        )
    )
    assert lines == ['      + comment  "a"', f"      + {long}", '          "b"', '      + bucket   "c"']
