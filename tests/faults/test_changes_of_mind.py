"""After any earlier specs and any crashes, the last spec is applied, and nothing else is left."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.account import leftovers
from tests.faults.running import ScenarioRunner
from tests.faults.turns import SPECS, Turn, take_turns
from tests.thorough import examples

TOLD = {
    "back to an identity that edges may still read by unsigned": (
        Turn("open posters"),
        Turn("oac", dies_at=5),
        Turn("oai"),
    ),
    "nobody waited before objects were granted": (
        Turn("clips", dies_at=4),
        Turn("objects in archive", no_wait=True),
        Turn("oac"),
    ),
    "three in a row died": (
        Turn("objects by somebody's oai", dies_at=4),
        Turn("clips by oai", dies_at=6),
        Turn("public", dies_at=2),
        Turn("open posters"),
    ),
    "another bucket each time": (
        Turn("policy"),
        Turn("archive", dies_at=3),
        Turn("objects in archive", dies_at=4),
        Turn("oai"),
    ),
}

DRAWN = examples(6, thorough=20)
"""The number of stories that are drawn at random, always the same ones."""


def stories() -> Iterator[Any]:
    """Return the fixed sequences of specs, and some random ones."""
    for name, turns in TOLD.items():
        yield pytest.param(turns, id=name.replace(" ", "-"))
    for seed in range(DRAWN):
        lot = random.Random(seed)
        names = [lot.choice(list(SPECS)) for _ in range(lot.choice((2, 3, 4)))]
        before = [
            Turn(name, lot.choice((0, *range(1, 9))), no_wait=lot.random() < 0.3) for name in names[:-1]
        ]
        yield pytest.param((*before, Turn(names[-1])), id=f"{seed}-" + "-then-".join(names).replace(" ", "-"))


@pytest.mark.parametrize("turns", list(stories()))
def test_the_last_spec_wins(runner: ScenarioRunner, turns: tuple[Turn, ...]) -> None:
    """No run lets anyone read whom its spec does not name, and at the end the account is as the last spec says."""
    last = SPECS[turns[-1].spec]
    told = take_turns(runner, turns)
    assert told.too_much == frozenset()
    assert told.too_little == frozenset()
    assert told.left == ()
    assert told.readers == runner.readers(last)
    assert leftovers(told.account) == []
    assert list(strays(told.account, last)) == []


def strays(account: Any, spec: Any) -> Iterator[str]:
    """Return the stack's statements, grants and marks that the spec does not ask for."""
    by_objects = spec.get("grant", {}).get("via") == "object-acl"
    for name, bucket in account["buckets"].items():
        ours = [each["Sid"] for each in bucket["statements"] if each["Sid"].startswith("cfstream-")]
        yield from (f"{name}: {sid}" for sid in (ours[1:] if name == spec["bucket"] else ours))
        for key, grants in bucket["objects"].items():
            users = [grant for grant in grants if grant.startswith("<user ")]
            if users and not (by_objects and name == spec["bucket"]):
                yield f"{name}/{key}: {users}"
    allowed = {"cfstream:name", *(["cfstream:acl"] if by_objects else [])}
    for distribution in account["distributions"]:
        marks = {tag for tag in distribution["tags"] if tag.startswith("cfstream:")}
        yield from (f"tag {tag}" for tag in marks - allowed)
