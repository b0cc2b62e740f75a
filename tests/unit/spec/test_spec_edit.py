"""Edits of a spec's text: what they change, and what they keep."""

import difflib
from collections.abc import Sequence

import pytest

from cfstream.spec.edit import CannotEdit, EditableDocument
from cfstream.spec.edit import append as append_to
from cfstream.spec.edit import remove as remove_from
from cfstream.spec.edit.editable import Path
from cfstream.spec.edit.writing import Entry
from cfstream.spec.source import Spot
from tests.unit.spec.reading import parsed

PATH = ("key_groups", 0, "public_keys")
NEW = {"name": "b", "file": "keys/b.pub.pem", "replaces": ["a"]}
FLOW = "{name: b, file: keys/b.pub.pem, replaces: [a]}"

STYLES = {
    "flow entries in a block list": (
        """\
key_groups:
  - name: signers   # who signs
    public_keys:
      - {name: a, file: keys/a.pub.pem}   # the first
      # more to come
sign: {max_validity: 24h}
""",
        [f"      - {FLOW}"],
    ),
    "block entries": (
        """\
key_groups:
- name: signers
  public_keys:
  -   name: "a"     # quoted
      file: 'keys/a.pub.pem'

# what follows
public: false
""",
        ["  -   name: b", "      file: keys/b.pub.pem", "      replaces: [a]"],
    ),
    "spaced braces": (
        "key_groups:\n  - name: s\n    public_keys:\n      - { name: a, file: keys/a.pub.pem }\n",
        ["      - { name: b, file: keys/b.pub.pem, replaces: [a] }"],
    ),
    "the end of the file without a line end": (
        "key_groups:\n  - name: s\n    public_keys:\n      - name: a\n        file: keys/a.pub.pem",
        ["      - name: b", "        file: keys/b.pub.pem", "        replaces: [a]"],
    ),
    "a flow list over several lines": (
        "key_groups:\n  - name: s\n    public_keys: [\n      {name: a, file: x},   # c\n    ]\nname: n\n",
        [f"      {FLOW},"],
    ),
}


def append(text: str, root: Spot, paths: Sequence[Path], entry: Entry) -> str:
    """Return the whole file with another entry."""
    return append_to(EditableDocument.at(text, root), paths, entry).text


def remove(text: str, root: Spot, paths: Sequence[Path], number: int) -> str:
    """Return the whole file without an entry."""
    return remove_from(EditableDocument.at(text, root), paths, number).text


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the removed and the added lines."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [x[2:] for x in lines if x[0] == "-"], [x[2:] for x in lines if x[0] == "+"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("text", "lines"), STYLES.values(), ids=STYLES)
def test_an_added_entry_has_the_style_of_the_others(
    text: str, lines: list[str], mark: str, newline: str
) -> None:
    """Only its own lines are added.

    Everything else stays, including line ends and byte order mark. Removing it restores the file.
    """
    before = mark + text.replace("\n", newline)
    after = append(before, (1, 1), [PATH], NEW)
    assert changed_lines(before, after) == ([], lines)
    assert after.count("\r") == (after.count("\n") if newline == "\r\n" else 0)
    assert after.endswith(newline) == before.endswith(newline)
    assert parsed(after)[0]["key_groups"][0]["public_keys"][-1] == NEW
    assert remove(after, (1, 1), [PATH], 1) == before


@pytest.mark.parametrize(("text", "_lines"), STYLES.values(), ids=STYLES)
def test_the_older_entry_is_removed(text: str, _lines: list[str]) -> None:
    """Only its own lines are removed, with the comment after it. The lines above and below stay."""
    both = append(text, (1, 1), [PATH], NEW)
    after = remove(both, (1, 1), [PATH], 0)
    gone, came = changed_lines(both, after)
    assert came == []
    assert gone
    assert parsed(after)[0]["key_groups"][0]["public_keys"] == [NEW]
    assert after.endswith("\n") == text.endswith("\n")


ONE_LINE = {
    "key_groups: [{name: s, public_keys: [{name: a, file: x}]}]\n": (
        f"key_groups: [{{name: s, public_keys: [{{name: a, file: x}}, {FLOW}]}}]\n",
        f"key_groups: [{{name: s, public_keys: [{FLOW}]}}]\n",
    ),
    "key_groups:\n  - name: s\n    public_keys: [ {name: a, file: x}, ]  # c\n": (
        f"key_groups:\n  - name: s\n    public_keys: [ {{name: a, file: x}}, {FLOW}, ]  # c\n",
        f"key_groups:\n  - name: s\n    public_keys: [ {FLOW}, ]  # c\n",
    ),
    "key_groups:\n  - name: s\n    public_keys: [\n      {name: a, file: x}]\n": (
        f"key_groups:\n  - name: s\n    public_keys: [\n      {{name: a, file: x}},\n      {FLOW}]\n",
        f"key_groups:\n  - name: s\n    public_keys: [\n      {FLOW}]\n",
    ),
    "key_groups:\n  - name: s\n    public_keys: [\n      {name: a, file: x}  # c\n    ]\n": (
        f"key_groups:\n  - name: s\n    public_keys: [\n      {{name: a, file: x}},  # c\n      {FLOW}\n    ]\n",
        f"key_groups:\n  - name: s\n    public_keys: [\n      {FLOW}\n    ]\n",
    ),
    "key_groups: [{name: s, public_keys: [{name: ä, file: x}]}]": (
        f"key_groups: [{{name: s, public_keys: [{{name: ä, file: x}}, {FLOW}]}}]",
        f"key_groups: [{{name: s, public_keys: [{FLOW}]}}]",
    ),
}


@pytest.mark.parametrize(("text", "both", "alone"), [(k, *v) for k, v in ONE_LINE.items()])
def test_lists_in_brackets(text: str, both: str, alone: str) -> None:
    """Commas are added if needed, and removed with their entry."""
    assert append(text, (1, 1), [PATH], NEW) == both
    assert remove(both, (1, 1), [PATH], 0) == alone


def test_the_right_document_is_edited() -> None:
    """If a file has several, it is the one that starts at the given place."""
    text = "name: one\n---\n# second\nname: two\nkey_groups:\n  - public_keys:\n      - {name: a}\n---\nname: three\n"
    after = append(text, (4, 1), [PATH], NEW)
    assert changed_lines(text, after) == ([], [f"      - {FLOW}"])


def test_a_list_behind_an_alias_is_edited_once() -> None:
    """If two places are one list by an alias, one edit changes both."""
    text = (
        "key_groups: &groups\n  - public_keys:\n      - {name: a}\n"
        "http:\n  behaviors:\n    - {path: /a, key_groups: *groups}\n"
    )
    paths = [PATH, ("http", "behaviors", 0, "key_groups", 0, "public_keys")]
    after = append(text, (1, 1), paths, NEW)
    assert changed_lines(text, after) == ([], [f"      - {FLOW}"])


def test_a_group_that_is_written_twice_is_edited_twice() -> None:
    """Both places change, or the spec would contradict itself."""
    text = "key_groups:\n  - public_keys: [{name: a}]\nother:\n  - public_keys:\n      - name: a\n"
    after = append(text, (1, 1), [PATH, ("other", 0, "public_keys")], NEW)
    assert [group[0]["public_keys"] for group in parsed(after)[0].values()] == [[{"name": "a"}, NEW]] * 2


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("key_groups: &g\n  - public_keys:\n      - {name: a}\nother: *g\n", [PATH]),
        ("key_groups:\n  - public_keys: []\n", [PATH]),
        ("key_groups:\n  - name: s\n", [PATH]),
        ("key_groups:\n  - public_keys:\n      -\n        name: a\n", [PATH]),
    ],
)
def test_an_edit_that_would_change_more_is_not_made(text: str, paths: list[tuple[str | int, ...]]) -> None:
    """An alias elsewhere, an empty list, no list, and a dash on its own line are left to the user."""
    with pytest.raises(CannotEdit) as refusal:
        append(text, (1, 1), paths, NEW)
    assert "by hand" in refusal.value.do


def test_the_only_entry_stays() -> None:
    """A group needs a key."""
    with pytest.raises(CannotEdit, match="only entry"):
        remove("key_groups:\n  - public_keys:\n      - {name: a}\n", (1, 1), [PATH], 0)


@pytest.mark.parametrize(
    "name", ["true", "null", "0123", "1e5", "a: b", "a #b", "-x", "*a", "é", "", "a\tb", "x "]
)
def test_text_that_yaml_would_misread_is_quoted(name: str) -> None:
    """Every text reads back unchanged."""
    text = "key_groups:\n  - public_keys:\n      - {name: a}\n"
    after = append(text, (1, 1), [PATH], {"name": name, "replaces": [name]})
    assert parsed(after)[0]["key_groups"][0]["public_keys"][-1] == {"name": name, "replaces": [name]}
