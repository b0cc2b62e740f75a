"""Laws of comparing documents: equal meaning is no difference, and every difference is real."""

import random
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.domain.listing import ORDERED
from cfstream.steps.content import canonical, covers, same
from cfstream.steps.differences import differences
from cfstream.values import digest
from tests.laws.spelling import respelled
from tests.thorough import examples

TEXTS = st.text("ab ", max_size=3)
FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "Comment": TEXTS,
    "Enabled": st.booleans(),
    "ConnectionAttempts": st.integers(0, 3),
}


def counted(items: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw a counted list of CloudFront; for zero with or without Items."""

    def built(values: list[Any], bare: bool, fields: dict[str, Any]) -> dict[str, Any]:
        shown = {} if bare and not values else {"Items": values}
        return {"Quantity": len(values), **shown, **fields}

    listed = st.lists(items, max_size=3, unique_by=lambda item: str(item).strip())
    return st.builds(built, listed, st.booleans(), st.fixed_dictionaries(more))


def documents(depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """Draw documents in AWS's format: fields of fixed types, and sets of texts or of structures with an Id."""
    fields = {**FIELDS, "Aliases": counted(TEXTS), "TrustedSigners": counted(TEXTS, Enabled=st.booleans())}
    if depth:
        inner = documents(depth - 1)
        named = st.builds(lambda id_, rest: {"Id": id_, **rest}, st.integers(0, 9), inner)
        by_id = st.lists(named, max_size=3, unique_by=lambda item: item["Id"])
        fields["Logging"] = inner
        fields["Origins"] = by_id.map(lambda items: {"Quantity": len(items), "Items": items})
    return st.fixed_dictionaries({}, optional=fields)


DOCUMENTS = documents()


@given(document=DOCUMENTS, seed=st.integers())
def test_spelling_is_no_difference(document: dict[str, Any], seed: int) -> None:
    """The order of keys and sets, outer spaces, and Items for zero do not matter."""
    spelled = respelled(document, random.Random(seed), spaces=True)
    assert same(document, spelled)
    assert covers(document, spelled)
    assert not differences(document, spelled)
    assert digest(canonical(document)) == digest(canonical(spelled))


@given(one=DOCUMENTS, other=DOCUMENTS)
def test_differences_are_listed_if_and_only_if_there_are_any(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """Two documents have a line of difference if and only if their meaning differs, in both directions."""
    assert same(one, other) == same(other, one) == (not differences(one, other))
    assert same(one, other) == (digest(canonical(one)) == digest(canonical(other)))


@given(document=DOCUMENTS)
def test_canonical_form_is_idempotent(document: dict[str, Any]) -> None:
    """The canonical form of a canonical form is itself."""
    assert canonical(canonical(document)) == canonical(document)


@given(document=DOCUMENTS, beyond=DOCUMENTS)
def test_live_defaults_are_no_difference(document: dict[str, Any], beyond: dict[str, Any]) -> None:
    """A live document covers what was sent, with any defaults that AWS added."""
    assert covers({**beyond, **document}, document)


@given(document=DOCUMENTS.filter(bool), data=st.data())
def test_a_changed_field_is_not_covered(document: dict[str, Any], data: st.DataObject) -> None:
    """A document does not cover one with a changed field."""
    name = data.draw(st.sampled_from(sorted(document)))
    assert not covers(document, {**document, name: {"Another": "value"}})
    assert not same(document, {**document, name: {"Another": "value"}})


@settings(max_examples=examples(30))
@given(
    field=st.sampled_from(sorted(ORDERED)),
    paths=st.lists(st.text("abc", min_size=1), unique=True, min_size=2),
)
def test_order_counts_where_the_first_match_wins(field: str, paths: list[str]) -> None:
    """If AWS evaluates a list in order, another order is another document."""
    one = {field: {"Quantity": len(paths), "Items": paths}}
    other = {field: {"Quantity": len(paths), "Items": [*paths[1:], paths[0]]}}
    assert not same(one, other)
    assert not covers(one, other)
