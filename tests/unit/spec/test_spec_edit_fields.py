"""Fields of a mapping in a spec's text: set, renamed, added and removed, without other changes."""

from collections.abc import Callable

import pytest

from cfstream.spec.edit import CannotEdit, EditableDocument, Value, drop, insert, rename, replace
from tests.unit.spec.reading import parsed

Edit = Callable[[EditableDocument], EditableDocument]

GROUP: Value = [{"name": "g", "public_keys": [{"name": "k", "file": "keys/k.pub.pem"}]}]


def to_oac(editable: EditableDocument) -> EditableDocument:
    """Set a field, and then rename it."""
    return rename(replace(editable, ("oai",), {}), ("oai",), "oac")


def to_groups(editable: EditableDocument) -> EditableDocument:
    """Replace a list on one line with one of several lines."""
    return rename(replace(editable, ("signers",), GROUP), ("signers",), "groups")


TABLE: dict[str, tuple[Edit, str, str]] = {
    "a value that already exists": (to_oac, "oai: {}  # how\nb: 1\n", "oac: {}  # how\nb: 1\n"),
    "a comment keeps its column": (
        lambda each: replace(each, ("a",), "longer"),
        "a: b        # why\nb: 1   # too\n",
        "a: longer   # why\nb: 1   # too\n",
    ),
    "a comment behind braces keeps its column": (
        lambda each: replace(replace(each, ("g", "via"), "policy"), ("g", "p"), "R"),
        "g: {via: acl, p: RW}      # why\n'q': \"# no\"  # c\n",
        "g: {via: policy, p: R}    # why\n'q': \"# no\"  # c\n",
    ),
    "what looks like a comment in quotes stays": (
        lambda each: replace(each, ("a",), "longer"),
        "{a: b, c: 'x  # y'}\n",
        "{a: longer, c: 'x  # y'}\n",
    ),
    "a comment gives way": (
        lambda each: replace(each, ("a",), "longer than before"),
        "a: b   # why\n",
        "a: longer than before  # why\n",
    ),
    "a block becomes a line": (
        to_oac,
        "a: 1\n\noai:   # ours\n  # once\n  comment: x   # inside\n  id: E1\n\n# below\nb: 1\n",
        "a: 1\n\noac: {}   # ours\n  # once\n\n# below\nb: 1\n",
    ),
    "a block at the end of a file without a line end": (
        to_oac,
        "a: 1\noai:\n  comment: x",
        "a: 1\noac: {}",
    ),
    "a value in brackets over several lines": (
        to_oac,
        "oai: {\n    comment: x,  # gone with it\n  }  # kept\nb: 1\n",
        "oac: {}  # kept\nb: 1\n",
    ),
    "a value below its key": (
        to_oac,
        "oai:\n  {comment: x}  # kept\nb: 1\n",
        "oac:\n  {}            # kept\nb: 1\n",
    ),
    "an alias in its place": (
        to_oac,
        "x: &id {comment: c}\noai: *id\n",
        "x: &id {comment: c}\noac: {}\n",
    ),
    "a document in braces": (
        to_oac,
        "{a: 1, oai: {comment: x}, b: 2}  # all\n",
        "{a: 1, oac: {}, b: 2}            # all\n",
    ),
    "a document in JSON": (to_oac, '{"a":1,"oai":{"comment":"x"}}', '{"a":1,"oac":{}}'),
    "quotes stay": (
        lambda each: replace(replace(each, ("via",), "bucket-policy"), ("p",), "READ"),
        "via: \"object-acl\"\np: 'FULL_CONTROL' # c\n",
        "via: \"bucket-policy\"\np: 'READ' # c\n",
    ),
    "a list on a line becomes lines": (
        to_groups,
        "signers: [self]   # who\nb: 1\n",
        "groups:           # who\n  - name: g\n    public_keys:\n      - {name: k, file: keys/k.pub.pem}\nb: 1\n",
    ),
    "a list of lines becomes another": (
        to_groups,
        'signers:\n- self   # we\n- "111122223333"\n\nb: 1\n',
        "groups:\n  - name: g\n    public_keys:\n      - {name: k, file: keys/k.pub.pem}\n\nb: 1\n",
    ),
    "a list in braces stays in braces": (
        to_groups,
        "{signers: [self], b: 1}",
        "{groups: [{name: g, public_keys: [{name: k, file: keys/k.pub.pem}]}], b: 1}",
    ),
    "text over several lines": (
        lambda each: replace(each, ("a",), "b"),
        "a: |\n  one\n  two\nb: 1\n",
        "a: b\nb: 1\n",
    ),
    "a field joins behind another": (
        lambda each: insert(each, (), "cnames", ["a.example.com"], after="bucket"),
        "bucket:\n  name: b   # c\n\n# next\noac: {}\n",
        "bucket:\n  name: b   # c\ncnames: [a.example.com]\n\n# next\noac: {}\n",
    ),
    "a field joins at the end": (
        lambda each: insert(each, ("http",), "ipv6", value=False),
        "http:\n    cors: false",
        "http:\n    cors: false\n    ipv6: false",
    ),
    "a field of several lines joins an entry of a list": (
        lambda each: insert(each, ("b", 0), "groups", GROUP),
        "b:\n- path: /a\n- path: /b\n",
        """\
b:
- path: /a
  groups:
    - name: g
      public_keys:
        - {name: k, file: keys/k.pub.pem}
- path: /b
""",
    ),
    "a field joins in braces": (
        lambda each: insert(each, ("dns",), "new", "1", after="a"),
        "dns: {a: x, b: y}\n",
        'dns: {a: x, new: "1", b: y}\n',
    ),
    "a field joins in braces over several lines": (
        lambda each: insert(each, ("dns",), "new", "x"),
        "dns: {\n  a: x   # c\n}\n",
        "dns: {\n  a: x,   # c\n  new: x\n}\n",
    ),
    "a field leaves": (
        lambda each: drop(each, ("b",)),
        "a: 1\n# of b\nb:   # c\n  - x\n\n# of c\nc: 1\n",
        "a: 1\n# of b\n\n# of c\nc: 1\n",
    ),
    "the last field leaves a file without a line end": (
        lambda each: drop(each, ("b",)),
        "a: 1\nb: 2",
        "a: 1",
    ),
    "a field leaves braces": (lambda each: drop(each, ("b",)), "{a: 1, b: {c: 2}, d: 3}", "{a: 1, d: 3}"),
    "the last field leaves braces": (lambda each: drop(each, ("x", "b")), "x: {a: 1, b: 2}", "x: {a: 1}"),
    "another document is left alone": (
        lambda each: replace(EditableDocument(each.text, 1), ("name",), "c"),
        "name: a\n---\n\n---\nname: b\n...\n",
        "name: a\n---\n\n---\nname: c\n...\n",
    ),
    "text beyond ASCII": (
        lambda each: replace(each, ("a",), "grün"),
        "ä: 'ö'\na: \"ü\"  # ß\n",
        "ä: 'ö'\na: \"grün\"  # ß\n",
    ),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("edit", "before", "after"), TABLE.values(), ids=TABLE)
def test_only_the_edited_field_changes(edit: Edit, before: str, after: str, mark: str, newline: str) -> None:
    """The rest stays byte for byte, with every line end, and with or without a byte order mark."""
    text = mark + before.replace("\n", newline)
    assert edit(EditableDocument(text)).text == mark + after.replace("\n", newline)


REFUSED: dict[str, tuple[Edit, str]] = {
    "an anchor that is used elsewhere": (to_oac, "oai: &x {comment: c}\ny: *x\n"),
    "a mapping that is used elsewhere": (
        lambda each: replace(each, ("a", "b"), "2"),
        "a: &x {b: '1'}\nc: *x\n",
    ),
    "a field that a merge brings": (to_oac, "x: &x {oai: {comment: c}}\n<<: *x\n"),
    "a key whose colon is on the next line": (to_groups, "? signers\n: [self]\nb: 1\n"),
    "a comment behind a value that begins below its key": (to_groups, "signers:\n  [self]  # we\nb: 1\n"),
    "no such field": (to_oac, "a: 1\n"),
    "a name that is taken": (lambda each: rename(each, ("a",), "b"), "a: 1\nb: 2\n"),
    "a field that is there": (lambda each: insert(each, (), "b", "2"), "a: 1\nb: 2\n"),
    "no field to stand behind": (lambda each: insert(each, ("a",), "b", "2"), "a: {}\n"),
    "the only field": (lambda each: drop(each, ("a", "b")), "a: {b: 1}\n"),
    "a field behind a dash": (lambda each: drop(each, ("a", 0, "b")), "a:\n  - b: 1\n    c: 2\n"),
    "no such document": (lambda each: replace(EditableDocument(each.text, 7), ("a",), "2"), "a: 1\n"),
}


@pytest.mark.parametrize(("edit", "text"), REFUSED.values(), ids=REFUSED)
def test_an_edit_that_would_change_more_is_left_to_people(edit: Edit, text: str) -> None:
    """The error has a fix, and no edit is partly wrong."""
    with pytest.raises(CannotEdit) as refusal:
        edit(EditableDocument(text))
    assert "by hand" in refusal.value.do


def test_the_document_is_found_by_its_place() -> None:
    """A place at which no document starts is an error."""
    text = "\ufeffa: 1\n---\n# b\nb: 2\n"
    assert EditableDocument.at(text, (4, 1)).number == 1
    with pytest.raises(CannotEdit, match="was not found"):
        EditableDocument.at(text, (3, 1))


def test_written_values_read_back() -> None:
    """Values of every type, in braces and in lines, read back unchanged."""
    values: dict[str, Value] = {
        "t": True,
        "n": "12",
        "q": 'a "b"',
        "l": ["x", "y: z"],
        "m": {"k": "v"},
        "d": GROUP,
        "e": [],
    }
    for before in ("a: 1\n", "{a: 1}\n"):
        editable = EditableDocument(before)
        for key, value in values.items():
            editable = insert(editable, (), key, value)
        assert parsed(editable.text) == [{"a": 1, **values}]
