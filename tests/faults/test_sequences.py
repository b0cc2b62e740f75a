"""After any earlier specs and any crashes, the last spec is applied, and nothing else is left."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.account import leftovers
from tests.faults.running import ScenarioRunner
from tests.faults.sequence import SPECS, SpecRun, run_sequence
from tests.thorough import examples

FORMER_FAILURES = {
    "back to an identity that edges may still read by unsigned": (
        SpecRun("open posters"),
        SpecRun("oac", crash_at=5),
        SpecRun("oai"),
    ),
    "nobody waited before objects were granted": (
        SpecRun("clips", crash_at=4),
        SpecRun("objects in archive", no_wait=True),
        SpecRun("oac"),
    ),
    "three in a row died": (
        SpecRun("objects by somebody's oai", crash_at=4),
        SpecRun("clips by oai", crash_at=6),
        SpecRun("public", crash_at=2),
        SpecRun("open posters"),
    ),
    "another bucket each time": (
        SpecRun("policy"),
        SpecRun("archive", crash_at=3),
        SpecRun("objects in archive", crash_at=4),
        SpecRun("oai"),
    ),
}

DRAWN = examples(6, thorough=20)
"""The number of stories that are drawn at random, always the same ones."""


def sequences() -> Iterator[Any]:
    """Return the fixed sequences of specs, and some random ones."""
    for name, sequence in FORMER_FAILURES.items():
        yield pytest.param(sequence, id=name.replace(" ", "-"))
    for seed in range(DRAWN):
        lot = random.Random(seed)
        names = [lot.choice(list(SPECS)) for _ in range(lot.choice((2, 3, 4)))]
        before = [
            SpecRun(name, lot.choice((0, *range(1, 9))), no_wait=lot.random() < 0.3) for name in names[:-1]
        ]
        yield pytest.param(
            (*before, SpecRun(names[-1])), id=f"{seed}-" + "-then-".join(names).replace(" ", "-")
        )


@pytest.mark.parametrize("sequence", list(sequences()))
def test_the_last_spec_wins(runner: ScenarioRunner, sequence: tuple[SpecRun, ...]) -> None:
    """In no run can anyone read without being named in its spec. At the end the account is as the last spec says."""
    last = SPECS[sequence[-1].spec]
    result = run_sequence(runner, sequence)
    assert result.too_much == frozenset()
    assert result.too_little == frozenset()
    assert result.left == ()
    assert result.readers == runner.readers(last)
    assert leftovers(result.account) == []
    assert list(unexpected_access(result.account, last)) == []


def unexpected_access(account: Any, spec: Any) -> Iterator[str]:
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
