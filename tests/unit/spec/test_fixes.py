"""Every fix that says what to write, applied: its problem is gone, and what was written has none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cfstream.spec.reference import reference
from tests.unit.spec.applied import applied
from tests.unit.spec.reading import TABLES, problems, table, whole

NAMES = sorted(path.stem for path in TABLES.glob("*.txt"))

SEVERAL = "exclude each other"
"""Two fields that exclude each other are the user's choice."""


@pytest.mark.parametrize("name", NAMES)
def test_a_fix_is_right(name: str) -> None:
    """For each row of the tables, it removes its problem and adds none, except that a file does not exist."""
    wrong = []
    for row in table(name):
        text = whole(row.lines)
        before = [what for _, what, _ in row.problems]
        for place, what, do in row.problems:
            after = applied(text, place, what, do)
            if after is None or do.startswith("begin it with"):  # test_indentation has these
                continue
            left = [found for _, found, _ in problems(after)]
            new = [
                found
                for found in left
                if found not in before and SEVERAL not in found and "does not exist" not in found
            ]
            if new or left.count(what) >= before.count(what):
                wrong.append((row.lines, do, after, left))
    assert not wrong


def test_most_fixes_are_applied() -> None:
    """A fix that nothing can apply says in words what to do, so only few are."""
    rows = [row for name in NAMES for row in table(name)]
    tried = [applied(whole(row.lines), *problem) for row in rows for problem in row.problems]
    assert len(tried) - tried.count(None) > 200


VALUES: list[Any] = [7, True, "x", "a, b", ["x"], [["x"]], {"x": "y"}, [{"x": "y"}], {"/x/*": {"x": "y"}}]
"""Values of every shape, which are wrong for most fields."""

ENTRIES: dict[str, dict[str, Any]] = {
    "behaviors": {"path": "/x/*"},
    "key_groups": {"name": "g", "public_keys": [{"name": "k", "file": "keys/lectures-2026-11.pub.pem"}]},
    "public_keys": {"name": "k", "file": "keys/lectures-2026-11.pub.pem"},
    "error_pages": {"code": 404, "page": "/errors/404.html"},
    "grant": {"via": "object-acl"},
    "batch": {"role": "arn:aws:iam::123456789012:role/batch", "report_bucket": "lectures-reports"},
    "bucket": {"name": "lectures-media"},
    "logging": {"bucket": "lectures-logs"},
    "cors": {"origins": ["https://www.example.com"]},
    "dns": {"route53": "example.com"},
}
"""The other fields that a section needs."""

LISTS = {"behaviors", "key_groups", "public_keys", "error_pages"}


def _spec(path: str, value: Any) -> str:
    """Return a spec in which only one field may be wrong."""
    *above, key = path.split(".")
    if "key_groups.use" in path:
        return whole(f"key_groups: [{{use: {json.dumps(value)}}}]\n")
    inner: Any = {key: value}
    for name in reversed(above):
        section = ENTRIES.get(name, {}) | inner
        inner = {name: [section] if name in LISTS else section}
    identity = "oai: {}\n" if above[:1] == ["grant"] else ""
    return whole(identity + "".join(f"{name}: {json.dumps(each)}\n" for name, each in inner.items()))


def _wrong_fixes(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each fix that leaves its problem, or adds one, with the text after it and what is wrong then."""
    found = problems(text)
    before = [what for _, what, _ in found]
    for place, what, do in found:
        after = applied(text, place, what, do)
        left = [again for _, again, _ in problems(after)] if after else []
        new = [
            each
            for each in left
            if each not in before and SEVERAL not in each and "does not exist" not in each
        ]
        if after and (new or left.count(what) >= before.count(what)):
            yield do, after, new


@pytest.mark.parametrize("path", sorted(reference().by_name))
def test_the_fix_for_a_value_of_any_shape_is_right(path: str) -> None:
    """For each field with values of every shape, a fix removes its problem and adds none."""
    wrong = [(value, found) for value in VALUES for found in _wrong_fixes(_spec(path, value))]
    assert not wrong
