"""Descriptions as text: in the order of the spec language, and equal when read again."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.adoption.planned import read
from cfstream.adoption.text import comment, spec_text

SMALLEST = {"version": 1, "name": "lectures", "bucket": "media", "public": True}


def test_fields_have_the_order_of_the_language() -> None:
    """The order in which they were found does not matter. Lists of mappings have one line per entry."""
    values: dict[str, Any] = {
        "adopt": "E12345",
        "http": {"viewer_protocol": "allow-all", "behaviors": [{"path": "/a/*", "public": True}]},
        "key_groups": [{"use": "viewers"}],
        "bucket": "media",
        "name": "lectures",
        "version": 1,
    }
    remarks = {"adopt": "taken over", "http.viewer_protocol": "why\nnot", "name": "x" * 90}
    assert spec_text(values, remarks).splitlines() == [
        "version: 1",
        f"# {'x' * 90}",
        "name: lectures",
        "bucket: media",
        "key_groups:",
        "  - {use: viewers}",
        "http:",
        "  viewer_protocol: allow-all  # why not",
        "  behaviors:",
        '    - {path: "/a/*", public: true}',
        "adopt: E12345  # taken over",
    ]


@settings(deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=40))
def test_any_comment_reads_back(text: str) -> None:
    """It reads back unchanged, whatever YAML does with its characters. Control characters cannot be in a comment."""
    wanted = "".join(sign for sign in text if sign in "\n\t" or not (ord(sign) < 32 or 126 < ord(sign) < 160))
    wanted = wanted.replace("\ufffe", "").replace("\uffff", "")
    assert read(spec_text({**SMALLEST, "comment": wanted}, {})).spec.comment == wanted


@settings(deadline=None, derandomize=True, database=None)
@given(st.text(max_size=60))
def test_a_remark_never_leaves_its_line(text: str) -> None:
    """It cannot make the text invalid either."""
    remarked = spec_text(SMALLEST, {"name": text})
    assert "\n" not in comment(text)
    assert read(remarked).spec.name == "lectures"
