"""The canonical form of a spec: its order and indentation, what moves along, and what stays."""

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.errors import Problem, SpecProblems
from cfstream.spec.compose import documents
from cfstream.spec.format import formatted
from cfstream.spec.source import Source, plain
from tests.thorough import examples


def form(text: str) -> str:
    """Return the text in its canonical form, and check that it is stable and complete."""
    found = formatted(Source("a.yaml", text))
    assert found.left == ""
    assert formatted(Source("a.yaml", found.text)).text == found.text
    return found.text


def parsed(text: str) -> Any:
    """Return the documents of a text as plain values."""
    problems: list[Problem] = []
    found = [plain(document.root) for document in documents(Source("a.yaml", text), problems)]
    assert problems == []
    return found


CASES = {
    "comments go with what they stand above, behind and under": (
        """\
# yaml-language-server: $schema=x

# about the name
name: lectures   # its name
# the version
version: 1
http:
    behaviors:
    -   public: true
        # of the path
        path: "/posters/*"
        # the end of it
    - {public: true, path: "/x/*"}   # flow
    # more of http
    minimum_tls: TLSv1.2_2021

key_groups:
  - public_keys:
    - {file: a, name: b}
    - file: 'x'
      name: "y"
      # one more some day
    name: s
  -
    use: q

bucket: {create: true,  name: x}
# cnames: []
""",
        """\
# yaml-language-server: $schema=x

# the version
version: 1
# about the name
name: lectures   # its name

bucket: {name: x,  create: true}

key_groups:
  - name: s
    public_keys:
      - {name: b, file: a}
      - name: "y"
        file: 'x'
        # one more some day
  -
    use: q
http:
  # more of http
  minimum_tls: TLSv1.2_2021
  behaviors:
    # of the path
    - path: "/posters/*"
      public: true
      # the end of it
    - {path: "/x/*", public: true}   # flow
# cnames: []
""",
    ),
    "a file without an end of line": ("name: a\nversion: 1", "version: 1\nname: a"),
    "what is unknown comes last, in its order": (
        "x: 1\nname: a\nb: 2\nversion: 1\n",
        "version: 1\nname: a\nx: 1\nb: 2\n",
    ),
    "keys of one's own have no order": (
        "tags: {team: a, cost: b}\nname: a\n",
        "name: a\ntags: {team: a, cost: b}\n",
    ),
    "several documents, each by itself": (
        "# first\n---\nname: a\nversion: 1\n...\n# second\n---\n# c\nbucket: b\nname: b\n# end\n",
        "# first\n---\nversion: 1\nname: a\n...\n# second\n---\n# c\nname: b\nbucket: b\n# end\n",
    ),
    "text of several lines moves as a whole": (
        'http:\n    default_root_object: |\n        a\n          b\n\n        c\n    ipv6: true\ncomment: "a\n  b"\n',
        'comment: "a\n  b"\nhttp:\n  default_root_object: |\n      a\n        b\n\n      c\n  ipv6: true\n',
    ),
    "brackets over several lines keep their order": (
        "http:\n    cors: {\n      credentials: true,   # c\n      origins: ['*'],\n    }\n",
        "http:\n  cors: {\n    credentials: true,   # c\n    origins: ['*'],\n  }\n",
    ),
    "lists in lists, and items without a value": (
        "x:\n- -   a\n  - b\n-\n- {}\n",
        "x:\n  - - a\n    - b\n  -\n  - {}\n",
    ),
    "an anchor that stays before its alias": (
        "key_groups: &g\n- use: a\nhttp:\n  behaviors:\n  - key_groups: *g\n    path: /a\nname: a\n",
        "name: a\nkey_groups: &g\n  - use: a\nhttp:\n  behaviors:\n    - path: /a\n      key_groups: *g\n",
    ),
    "blank lines stay between": (
        "name: a\n\n# the version\nversion: 1\nhttp:\n  ipv6: true\n\n  certificate: auto\n",
        "# the version\nversion: 1\n\nname: a\nhttp:\n  certificate: auto\n\n  ipv6: true\n",
    ),
    "numbers of every sort": (
        "comment: 0x1F\nname: .5\ntags: {a: 1e3}\n",
        "name: .5\ncomment: 0x1F\ntags: {a: 1e3}\n",
    ),
    "a merge comes first": (
        "a: &a {name: x}\nb:\n  name: y\n  <<: *a\n",
        "a: &a {name: x}\nb:\n  <<: *a\n  name: y\n",
    ),
    "a comment at the margin stays there": (
        "http:\n# out\n    # in\n    ipv6: true\n",
        "http:\n# out\n  # in\n  ipv6: true\n",
    ),
    "extensions come first, since others refer to them": (
        "name: a\nversion: 1\nx-signers: &s [self]\ntrusted_signers: *s\nx-a: 1\n",
        "x-signers: &s [self]\nx-a: 1\nversion: 1\nname: a\ntrusted_signers: *s\n",
    ),
    "an extension before a merge": (
        "name: a\n<<: *d\n".replace("name", "x-d: &d {enabled: true}\nname"),
        "x-d: &d {enabled: true}\n<<: *d\nname: a\n",
    ),
    "a comment at the end of a list": (
        "cnames:\n- a.b\n# deeper is not\nname: a\n",
        "# deeper is not\nname: a\ncnames:\n  - a.b\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_canonical_form(before: str, after: str, newline: str) -> None:
    """Only order and indentation change. Line ends stay."""
    assert form(before.replace("\n", newline)) == after.replace("\n", newline)


def test_formatted_text_is_not_changed() -> None:
    """Unusual spaces, quotes, blank lines and trailing blanks stay."""
    text = "version:   1 \n\n\nname: 'a'\nbucket: { name: \"b\" ,create: true }  # c\ncnames: [ ]   \n\n"
    assert form(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "http:\n    behaviors: &b [{path: /a}]\nname: a\nkey_groups: *b\n",
            "keys are left in their order: an alias would come before its anchor",
        ),
        ("? name\n: a\n? version\n: 1\n", "it is not changed"),
        ("http:\n  &a\n  ipv6: true\n", "it is not changed"),
    ],
)
def test_an_edit_that_cannot_be_checked_is_not_made(text: str, left: str) -> None:
    """An order that would break an alias, and unknown forms, stay, and the reason is reported."""
    found = formatted(Source("a.yaml", text))
    assert found.left.startswith(left)
    assert parsed(found.text) == parsed(text)


def test_invalid_yaml_is_a_problem() -> None:
    """Nothing is guessed."""
    with pytest.raises(SpecProblems):
        formatted(Source("a.yaml", "name: [a\n"))


WORDS = st.sampled_from(
    ["a", "'b c'", '"d"', "1", "true", "x#y", "[a, b]", "{use: a}", "{file: a, name: b}", ""]
)
KEYS = ["version", "name", "bucket", "key_groups", "public_keys", "http", "behaviors", "path", "odd", "file"]


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Generate the lines of a mapping in any order and indentation, with comments anywhere."""
    lines: list[str] = []
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)):
        lines += draw(gap())
        if depth < 2 and draw(st.booleans()):
            step = draw(st.integers(1, 4))
            inner = draw(blocks(depth=depth + 1))
            listed = draw(st.booleans())
            step = draw(st.integers(0, 3)) if listed else step
            lines.append(f"{key}:{draw(tail())}")
            if listed:
                for item in (inner, *draw(st.lists(blocks(depth=depth + 1), max_size=1))):
                    first = next(
                        n for n, line in enumerate(item) if line and not line.lstrip().startswith("#")
                    )
                    dash = "-" + " " * draw(st.integers(1, 3))
                    lines += [" " * step + line for line in item[:first]]
                    lines.append(" " * step + dash + item[first])
                    lines += [line and " " * (step + len(dash)) + line for line in item[first + 1 :]]
            else:
                lines += [line and " " * step + line for line in inner]
        else:
            lines.append(f"{key}: {draw(WORDS)}{draw(tail())}")
    return lines


@st.composite
def gap(draw: st.DrawFn) -> list[str]:
    """Generate what may be between two keys."""
    return draw(st.sampled_from([[], [], [], [""], ["# c"], ["", "# d", "# e"], ["# f", ""]]))


@st.composite
def tail(draw: st.DrawFn) -> str:
    """Generate what may be after a value."""
    return draw(st.sampled_from(["", "", "  # z", " "]))


@settings(max_examples=examples(60), deadline=None)
@given(blocks(), st.randoms(use_true_random=False))
def test_the_canonical_form_keeps_the_meaning(lines: list[str], chance: random.Random) -> None:
    """The meaning and every comment stay, and the form is stable."""
    text = "\n".join(lines) + chance.choice(["", "\n", "\n# last\n"])
    after = form(text)
    assert parsed(after) == parsed(text)
    assert len(after.splitlines()) == len(text.splitlines())
    assert comments(after) == comments(text)


def comments(text: str) -> Counter[str]:
    """Return every comment, as often as it occurs."""
    return Counter(line[line.index("# ") :] for line in text.splitlines() if "# " in line)
