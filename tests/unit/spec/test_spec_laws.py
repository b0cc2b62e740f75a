"""Loading any bytes returns stacks or problems."""

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cfstream.errors import SpecProblems
from cfstream.render.problems import problems_text
from cfstream.spec.load import load
from cfstream.spec.model import Spec
from tests.thorough import examples

PIECES = [
    "version: 1\n",
    "name: lectures\n",
    "bucket: films\n",
    "public: true\n",
    "key_groups:\n",
    "  - use: x\n",
    "http: ",
    "behaviors: ",
    "path: ",
    *(
        "- ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "<<: ",
        "!tag ",
        "? ",
        "---\n",
        "...\n",
        "|\n",
        ">-\n",
        "%YAML 1.1\n",
    ),
    *(
        '"',
        "'",
        "#",
        "\t",
        "\r",
        "\n",
        "  ",
        "~",
        "012",
        "1e9",
        "\ufeff",
        "\u2028",
        "\\ud800",
        "Ω",
        "*.x",
        "<made>",
    ),
]
FRAGMENTS = st.sampled_from(PIECES)
WORDS = st.sampled_from(
    ["name", "bucket", "use", "path", "file", "public_keys", "http", "key_groups", "cnames", "id"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)
FIELDS = st.sampled_from(sorted(Spec.model_fields))

QUICK = settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def load_or_problems(content: bytes) -> None:
    """Load the bytes. Every problem can be printed, has a place in the file and a fix."""
    try:
        load(["-"], stdin=io.TextIOWrapper(io.BytesIO(content)))
    except SpecProblems as found:
        text = problems_text(found.problems, color=False)
        assert text.encode()
        assert "\x1b" not in text
        last = len(content.decode("utf-8", "replace").replace("\r", "\n").split("\n"))
        for problem in found.problems:
            assert problem.what
            assert problem.do
            assert 0 <= problem.where.line <= last


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Random bytes are problems and never a crash."""
    load_or_problems(content)


@QUICK
@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_shuffled_pieces_of_yaml(text: str) -> None:
    """Pieces of YAML in any order are problems and never a crash."""
    load_or_problems(text.encode())


@QUICK
@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_fields_with_any_values(values: dict[str, Any]) -> None:
    """Any value in any field, with any nesting, is a spec or a problem."""
    as_json = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
    lines = [f"{name}: {text.replace('Infinity', '.inf')}\n" for name, text in as_json.items()]
    load_or_problems("".join(lines).encode())


@settings(QUICK, max_examples=examples(50))
@given(
    st.permutations(
        [
            "version: 1",
            "name: lectures",
            "bucket: films",
            "oai: {}",
            "trusted_signers: [self]",
            "public: false",
        ]
    )
)
def test_the_order_of_fields_means_nothing(lines: list[str]) -> None:
    """The same fields in another order are the same spec."""
    (one,) = load(["-"], stdin=io.StringIO("\n".join(lines)))
    (other,) = load(["-"], stdin=io.StringIO("\n".join(sorted(lines))))
    assert one.spec == other.spec


@pytest.mark.parametrize(
    "text", ["a: &x [*x]", "a: &x {<<: *x}", "&a a: *a", "a: !!binary x", "? ? ?", "- - -: {[", "%"]
)
def test_texts_that_break_careless_readers(text: str) -> None:
    """Recursive references, binary tags and half a directive are only problems."""
    load_or_problems(text.encode())
