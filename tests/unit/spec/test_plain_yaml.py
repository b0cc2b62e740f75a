"""The fast scan makes the same events as ruamel.yaml, or none."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import StreamEndEvent, StreamStartEvent

from cfstream.spec.plain_yaml import events
from tests.thorough import examples
from tests.unit.spec.reading import TABLES, table, whole

ROOT = Path(__file__).parents[3]
SPECS = sorted(path for folder in ("examples", "tests") for path in (ROOT / folder).rglob("*.yaml"))
TEXTS = [path.read_text(encoding="utf-8") for path in SPECS if "node_modules" not in path.parts]
ROWS = [whole(row.lines) for name in sorted(TABLES.glob("*.txt")) for row in table(name.stem)]

PIECES = [
    *("a", "key", "x-b", "1", "24h", "https://example.com/a#b", "a: b", "Tom's", "b:c", "ä", "*.x", "/a/*"),
    *(": ", ":", "- ", "-", ", ", ",", "{", "}", "[", "]", '"', "'", "#", " #", " ", "  ", "    "),
    *("\n", "\n  ", "\n    ", "\n- ", "\n  - ", "\n# c\n", "\n\n", "\n---\n", "\n...\n", "?", "? ", "%", "@"),
    *(
        "\nk: ",
        "\nk:",
        "\n  k: ",
        "\n    k: v",
        "- k: ",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: ",
        "!t ",
        "\\",
        "~",
        "\t",
    ),
]


def described(event: Any) -> tuple[Any, ...]:
    """Return what `compose` uses of an event."""
    marks = [(mark.line, mark.column, mark.index) for mark in (event.start_mark, event.end_mark)]
    names = ("value", "implicit", "style", "flow_style", "anchor", "ctag")
    return type(event), *marks, *(getattr(event, name, None) for name in names)


def slow(text: str) -> list[tuple[Any, ...]] | None:
    """Return ruamel.yaml's events without those of the stream; None if the text is not YAML."""
    try:
        found = list(YAML(typ="safe", pure=True).parse(text))
    except (MarkedYAMLError, ValueError):
        return None
    return [described(each) for each in found if not isinstance(each, StreamStartEvent | StreamEndEvent)]


def same(text: str) -> bool:
    """Return whether the fast scan has read the text; if so, it has ruamel.yaml's events."""
    found = events(text)
    if found is None:
        return False
    assert [described(each) for each in found] == slow(text), text
    return True


@pytest.mark.parametrize(
    "texts", [TEXTS, ROWS], ids=["the specs of examples and tests", "the tables of problems"]
)
def test_a_fast_scan_makes_the_same_events(texts: list[str]) -> None:
    """At least a third of the texts are scanned."""
    assert sum(map(same, texts)) > len(texts) / 3


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_has_the_same_events_or_is_left_to_ruamel(text: str) -> None:
    """Pieces of YAML in any combination."""
    same(f"{text}\n")
    same(f"k: {text}\n")


@settings(max_examples=examples(60), deadline=None)
@given(st.sampled_from(ROWS + TEXTS), st.data())
def test_a_changed_spec_has_the_same_events_or_is_left_to_ruamel(text: str, data: st.DataObject) -> None:
    """A piece is inserted, or characters are removed."""
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 4))
    same(text[:at] + data.draw(st.sampled_from(PIECES)) + text[at + gone :])
