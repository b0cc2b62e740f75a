"""Cells divide all keys exactly, and their witnesses prove it."""

from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfstream.access.automaton import Automaton
from cfstream.access.cells import GlobCell, TooManyStates, cells, includes, intersect_witness, locate
from cfstream.access.globs import Glob
from tests.unit.access.keyspace import COMPLETE, GLOBS, KEYS, broad, judge, matching, plain

LISTS = st.lists(GLOBS, max_size=4)


def _mask(mask: int) -> int:
    return mask


def _globs(*patterns: str) -> list[Glob]:
    return [Glob.of_path_pattern(pattern) for pattern in patterns]


def _first_match(groups: Sequence[Sequence[int]]) -> Callable[[int], tuple[int | None, ...]]:
    def signature(mask: int) -> tuple[int | None, ...]:
        return tuple(next((index for index in group if mask >> index & 1), None) for group in groups)

    return signature


def _witnesses(*patterns: str) -> dict[str, frozenset[str]]:
    """Return the patterns that match each witness."""
    return {
        cell.witness: frozenset(text for index, text in enumerate(patterns) if cell.matched >> index & 1)
        for cell in cells(_globs(*patterns), _mask).cells
    }


@broad
@given(LISTS)
def test_every_key_is_in_one_cell(globs: list[Glob]) -> None:
    """No two cells have the same signature, and every key's signature belongs to a cell."""
    answer = cells(globs, _mask)
    signatures = [cell.signature for cell in answer.cells]
    assert len(set(signatures)) == len(signatures)
    assert set(map(judge(globs), KEYS)) <= set(signatures)
    assert not answer.merged


@broad
@given(LISTS)
def test_every_witness_has_the_signature_of_its_cell(globs: list[Glob]) -> None:
    """A witness proves that its cell has a key."""
    for cell in cells(globs, _mask).cells:
        assert cell.witness
        assert matching(globs, cell.witness) == cell.signature == cell.matched == cell.may


@broad
@given(LISTS)
def test_a_witness_is_a_shortest_plain_key_or_else_a_shortest_key(globs: list[Glob]) -> None:
    """No shorter or plainer key has the same signature."""
    masks = judge(globs)
    by_signature: dict[int, list[str]] = {}
    for key in KEYS:
        by_signature.setdefault(masks(key), []).append(key)
    for cell in cells(globs, _mask).cells:
        known = by_signature.get(cell.matched, [])
        best = [key for key in known if plain(key)]
        assert plain(cell.witness) or not best
        shortest = min(map(len, best if plain(cell.witness) else known), default=COMPLETE + 1)
        assert len(cell.witness) == shortest or min(shortest, len(cell.witness)) > COMPLETE


@broad
@given(st.lists(GLOBS, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_globs_does_not_change_the_witnesses(globs: list[Glob], random: Random) -> None:
    """The same globs in another order give the same witnesses."""

    def answer(listed: Sequence[Glob]) -> list[tuple[str, Hashable]]:
        found = cells(listed, lambda mask: frozenset(g for at, g in enumerate(listed) if mask >> at & 1))
        return [(cell.witness, cell.signature) for cell in found.cells]

    shuffled = list(globs)
    random.shuffle(shuffled)
    assert answer(globs) == answer(shuffled)


@broad
@given(LISTS, LISTS)
def test_naming_the_ordered_groups_does_not_change_the_cells(one: list[Glob], other: list[Glob]) -> None:
    """Groups change the effort, never the answer."""
    globs = one + other
    groups = [range(len(one)), range(len(one), len(globs))]
    signature = _first_match(groups)
    named, unnamed = cells(globs, signature, ordered=groups), cells(globs, signature)
    assert [(cell.witness, cell.signature) for cell in named.cells] == [
        (cell.witness, cell.signature) for cell in unnamed.cells
    ]


@broad
@given(LISTS, st.integers(1, 3), st.integers(0, 12), st.booleans())
def test_the_merged_cell_covers_the_keys_that_no_other_cell_covers(
    globs: list[Glob], limit: int, states: int, ordered: bool
) -> None:
    """The bounds of the merged cell hold for each key outside the exact cells."""
    groups = [range(len(globs))] if ordered else []
    signature = _first_match(groups) if ordered else _mask
    answer = cells(globs, signature, ordered=groups, limit=limit, states=states)
    exact = {cell.signature for cell in answer.cells if not cell.merged}
    merged = [cell for cell in answer.cells if cell.merged]
    assert len(exact) <= limit
    assert answer.merged == bool(merged)
    masks = judge(globs)
    for key in KEYS:
        mask = masks(key)
        if signature(mask) in exact:
            continue
        (cell,) = merged
        assert not cell.matched & ~mask
        counted = mask & -mask if ordered else mask
        assert not counted & ~cell.may


def test_only_first_matches_make_cells() -> None:
    """A later behavior gets the keys that no earlier one matches."""
    globs = _globs("clips/2026/*", "clips/*", "*.m3u8", "*")
    answer = cells(globs, _first_match([range(4)]), ordered=[range(4)])
    assert [(cell.witness, cell.signature) for cell in answer.cells] == [
        ("a", (3,)),
        (".m3u8", (2,)),
        ("clips/", (1,)),
        ("clips/2026/", (0,)),
    ]


def test_a_pattern_behind_one_that_covers_it_has_no_cell() -> None:
    """A behavior that no request can reach has none."""
    globs = _globs("*.mp4", "clips/*.mp4", "*")
    assert {cell.signature for cell in cells(globs, _first_match([range(3)])).cells} == {(0,), (2,)}


def test_without_globs_all_keys_are_one_cell() -> None:
    """There is always a key."""
    assert cells([], _mask).cells == (GlobCell("a", 0, 0, 0),)


@pytest.mark.parametrize(
    ("patterns", "witness"),
    [
        (("abcdefghijklm*", "nopq?"), "a"),
        (("a*", "b*", "c*"), "d"),
        (tuple("abcdefghijklmnopqrstuvwxyz"), "0"),
        (("*a*", "*b*"), "c"),
        (("?",), "aa"),
    ],
)
def test_the_witness_of_unmatched_keys_is_short_and_readable(patterns: tuple[str, ...], witness: str) -> None:
    """A letter or digit that no glob expects represents all other characters."""
    assert _witnesses(*patterns)[witness] == frozenset()


@pytest.mark.parametrize(
    ("patterns", "witness"),
    [
        (("/*",), "/"),
        (("a//b",), "a//b"),
        (("a/../*",), "a/../"),
        (("..",), ".."),
        (("été/*",), "été/"),
        (("a b",), "a b"),
        (("a&?",), "a&a"),
    ],
)
def test_a_witness_is_not_plain_only_where_the_globs_leave_no_choice(
    patterns: tuple[str, ...], witness: str
) -> None:
    """A cell without a plain key still has a witness."""
    assert _witnesses(*patterns)[witness] == frozenset(patterns)


@pytest.mark.parametrize(
    ("patterns", "witness"),
    [
        (("*/*",), "a/"),
        (("é*", "aaa*"), "aaa"),
        (("*/.*",), "a/.a"),
        (("*..*",), "a.."),
        (("/*", "aaaa"), "aaaa"),
    ],
)
def test_a_plain_witness_is_preferred_to_a_shorter_one(patterns: tuple[str, ...], witness: str) -> None:
    """A request for the witness must ask for exactly this key."""
    answer = cells(_globs(*patterns), bool)
    assert {cell.witness for cell in answer.cells if cell.signature} == {witness}


def test_more_than_all_plain_characters_may_be_expected() -> None:
    """If every letter is expected, dots and other characters represent the rest."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    found = {cell.matched: cell.witness for cell in cells(_globs(*(f"{c}*" for c in letters)), _mask).cells}
    assert len(found) == len(letters) + 1
    assert found[0] == ".a"
    answer = cells(_globs(*(f"*{c}*" for c in letters)), bool, ordered=[range(len(letters))])
    assert [(cell.witness, cell.signature) for cell in answer.cells] == [("a", True), ("...", False)]
    everything = [Glob.of_path_pattern("?*"), *_globs(*(f"{c}x" for c in letters))]
    group = range(len(everything))
    answer = cells(everything, _first_match([group]), ordered=[group])
    assert [(cell.witness, cell.signature) for cell in answer.cells] == [("a", (0,))]


def test_cells_come_in_the_order_of_their_witnesses() -> None:
    """Shorter witnesses come first, and two runs agree."""
    answer = cells(_globs("b*", "c/d*", "*.ts", "/x"), _mask).cells
    for before, after in pairwise(answer):
        assert len(before.witness) <= len(after.witness)
    assert answer == cells(_globs("b*", "c/d*", "*.ts", "/x"), _mask).cells


def test_first_matches_keep_the_number_of_states_small() -> None:
    """25 substrings in one ordered group do not need 2^25 states."""
    globs = _globs(*(f"*{letter}x*" for letter in "abcdefghijklmnopqrstuvwyz"))
    group = range(len(globs))
    answer = cells(globs, _first_match([group]), ordered=[group], states=1000)
    assert not answer.merged
    assert {cell.signature for cell in answer.cells} == {(index,) for index in group} | {(None,)}


def test_a_glob_of_two_groups_is_kept_until_both_are_decided() -> None:
    """A glob that one group no longer needs may still decide the other."""
    globs = _globs("a*", "*b", "*", "?c*", "*b", "*")
    groups = [(0, 1, 2), (3, 4, 5)]
    found = {
        cell.signature: cell.witness for cell in cells(globs, _first_match(groups), ordered=groups).cells
    }
    assert found == {
        (2, 5): "c",
        (0, 5): "a",
        (1, 4): "b",
        (0, 4): "ab",
        (0, 3): "ac",
        (2, 3): "bc",
        (1, 3): "bcb",
    }


def test_too_many_states_merge_into_one_cell() -> None:
    """A pattern that needs 2^21 states ends at the limit, and the merged cell is the last."""
    answer = cells(_globs("*a" + "?" * 20, "posters/*"), _mask, states=100)
    assert answer.merged
    assert answer.cells[-1].merged
    assert answer.cells[-1].may == 0b11
    assert [cell.merged for cell in answer.cells[:-1]] == [False] * (len(answer.cells) - 1)


@broad
@given(LISTS, LISTS)
def test_a_witness_of_an_intersection_matches_all_and_none(wanted: list[Glob], excluded: list[Glob]) -> None:
    """All of the first globs match it, none of the second, and no shorter key does the same."""
    witness = intersect_witness(wanted, excluded)
    full = (1 << len(wanted)) - 1
    inside, outside = judge(wanted), judge(excluded)
    fitting = [key for key in KEYS if inside(key) == full and not outside(key)]
    if witness is None:
        assert not fitting
    else:
        assert witness
        assert matching(wanted, witness) == full
        assert not matching(excluded, witness)
        best = [key for key in fitting if plain(key)]
        assert plain(witness) or not best
        shortest = min(map(len, best if plain(witness) else fitting), default=COMPLETE + 1)
        assert len(witness) == shortest or min(shortest, len(witness)) > COMPLETE


@broad
@given(LISTS, GLOBS)
def test_a_union_includes_what_has_no_key_outside_it(union: list[Glob], glob: Glob) -> None:
    """Either no key is outside the union, or the witness is."""
    inside, covered = judge([glob]), judge(union)
    outside = [key for key in KEYS if inside(key) and not covered(key)]
    if includes(union, glob):
        assert not outside
    else:
        witness = intersect_witness([glob], union)
        assert witness is not None
        assert matching([glob], witness)
        assert not matching(union, witness)


@pytest.mark.parametrize(
    ("union", "pattern", "expected"),
    [
        (("*",), "clips/*", True),
        (("clips/*",), "*", False),
        (("a*", "?b*"), "ab*", True),
        (("?", "??*"), "*", True),
        (("*a", "*b"), "*a", True),
        (("a*", "*a"), "a", True),
        (("posters/*",), "Posters/*", False),
        ((), "", True),
        ((), "a", False),
    ],
)
def test_inclusion_counts_the_whole_union(union: tuple[str, ...], pattern: str, expected: bool) -> None:
    """Several globs may cover another one together."""
    assert includes(_globs(*union), Glob.of_path_pattern(pattern)) is expected


def test_a_question_that_needs_too_many_states_is_undecided() -> None:
    """The search ends with an error and not with a guess."""
    tail = "?" * 20
    with pytest.raises(TooManyStates):
        intersect_witness(_globs(f"*a{tail}"), _globs(f"a{tail}", f"?*a{tail}"))


@broad
@given(LISTS)
def test_a_key_is_located_among_the_globs(globs: list[Glob]) -> None:
    """A concrete key gets the full mask, with or without ordered groups."""
    automaton, expected = Automaton(globs, [range(len(globs))]), judge(globs)
    for key in KEYS[:300]:
        assert automaton.locate(key) == locate(globs, key) == expected(key)
