"""Laws of edits: the text before and after a field stays, and all other fields keep their values."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.spec.edit import CannotEdit, EditableDocument, drop, insert, rename, replace
from tests.thorough import examples
from tests.unit.spec.reading import parsed

NOISE = st.sampled_from(
    ["", "\n", "# a comment\n", "\n# one\n# two: three\n\n", "#\n", " # further in\n", "# ü → [{: \n"]
)
VALUES = (
    " {}",
    " { }   # c",
    " {comment: x}  # {c}",
    " {comment: 'it''s', id: \"E1\"}",
    " {\n    comment: x,  # in it\n\n  }   # behind",
    "\n  comment: x",
    "   # c: d\n    comment: x   # in it\n\n    id: E1",
    "\n  {comment: x}",
    " &a {comment: x}",
    " plain # text",
    " |-\n  one\n\n  two",
    "\n- x\n- - y\n  - z  # c",
    "\n  - {a: 1}\n  # between\n  - b",
)
NEIGHBOURS = (
    "a: 1",
    "b:\n  - x  # c\n  - y",
    "c: {d: [1, 2]}  # c",
    "'e': >-\n  folded\n  text",
    "f:   # c\n  g: h",
)
ENDS = st.sampled_from(["\n", "\n\n", "", "\n# the end", "\n# the end\n", "\n...\n", "\n---\nother: 1\n"])


@st.composite
def fields(draw: st.DrawFn) -> tuple[str, str, str]:
    """Yield what is before a field, the field, and what is after it."""
    around = draw(st.lists(st.sampled_from(NEIGHBOURS), unique=True, min_size=1, max_size=4))
    place = draw(st.integers(0, len(around)))
    lines = [draw(NOISE) + each for each in around]
    before = draw(NOISE) + "".join(f"{line}\n" for line in lines[:place])
    behind = "".join(f"\n{line}" for line in lines[place:]) + draw(ENDS)
    texts = before, "oai:" + draw(st.sampled_from(VALUES)), behind
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    first, second, third = (text.replace("\n", newline) for text in texts)
    return draw(st.sampled_from(["", "\ufeff"])) + first, second, third


def rest(text: str) -> list[dict[str, object]]:
    """Return the content of the documents without the field."""
    return [
        {key: value for key, value in each.items() if key not in {"oai", "oac", "new"}}
        for each in parsed(text)
    ]


@settings(max_examples=examples(30), deadline=None)
@given(fields(), st.sampled_from([{}, "none", [{"name": "g", "public_keys": [{"name": "k", "file": "f"}]}]]))
def test_a_field_alone_changes(parts: tuple[str, str, str], value: dict[str, str] | str) -> None:
    """Another value or name changes no line of another field, and no comment beside one."""
    before, field, behind = parts
    text = before + field + behind
    try:
        after = rename(replace(EditableDocument(text), ("oai",), value), ("oai",), "oac").text
    except CannotEdit:
        assert "\n  {comment" in field.replace(
            "\r", ""
        )  # the one form that is left to people, for some values
        return
    assert (after.startswith(before), after.endswith(behind)) == (True, True)
    assert (parsed(after)[0]["oac"], rest(after)) == (value, rest(text))
    assert ("\r\n" in after, "\r" in after.replace("\r\n", "")) == ("\r\n" in text, False)


@settings(max_examples=examples(30), deadline=None)
@given(fields())
def test_a_field_is_removed_and_added(parts: tuple[str, str, str]) -> None:
    """Removing it removes only its own lines. Adding it after another adds a line, and removes none."""
    before, field, behind = parts
    text = before + field + behind
    gone = drop(EditableDocument(text), ("oai",)).text
    end = behind.removeprefix("\r\n").removeprefix("\n")
    assert gone.startswith(before.removesuffix("\n").removesuffix("\r"))
    assert gone.endswith(end)
    assert "oai" not in parsed(gone)[0]
    assert rest(gone) == rest(text)

    joined = insert(EditableDocument(text), (), "new", ["x"], after="oai").text
    assert (joined.startswith(before + field), joined.endswith(behind)) == (True, True)
    assert parsed(joined)[0]["new"] == ["x"]
    assert rest(joined) == rest(text)
