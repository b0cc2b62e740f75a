"""Hazards are exactly the paths that open and the signers that lose paths, as the evaluator sees them."""

from hypothesis import given

from cfstream.access.evaluate import evaluate
from cfstream.access.evaluation import Evaluation
from cfstream.planning.hazards import cutting_hazards, opening_hazards
from tests.agreement.modelled import model
from tests.evaluator import build
from tests.evaluator.build import MEDIA, OUR_ARN, config, statement
from tests.evaluator.callers import ANYONE, CLOUDFRONT
from tests.evaluator.evaluator import Evaluator
from tests.evaluator.matching import normalised
from tests.evaluator.state import Distribution, Json, State, Version
from tests.evaluator.worlds import GROUPS, behavior_pairs, keys_of, many

Readers = dict[str, frozenset[str]]
"""Who reads each key through the distribution."""


def state(listed: list[Json]) -> State:
    """One distribution with these behaviors and a root object, whose default behavior is signed.

    It can read all of the bucket.
    """
    ours = statement({"Service": CLOUDFRONT}, {"StringEquals": {"aws:SourceArn": OUR_ARN}})
    place = Distribution(build.OURS, (Version(config(*listed, root="a/b"), GROUPS),))
    return build.state(build.bucket(ours), place)


def readers(found: State, keys: tuple[str, ...]) -> Readers:
    """Return who reads each key, and check that nobody bypasses CloudFront."""
    readings = Evaluator(found).readings(keys, certain=True)
    return {
        key: frozenset(each.who for each in readings if each.key == key and each.bucket == MEDIA)
        for key in keys
    }


def opened(before: Readers, after: Readers) -> set[str]:
    """The keys that anyone can read afterwards only."""
    return {key for key, now in after.items() if ANYONE in now and ANYONE not in before[key]}


def cut(before: Readers, after: Readers) -> set[str]:
    """Return the keys that someone could sign for before, and nobody can afterwards."""
    return {key for key, now in after.items() if ANYONE not in now and before[key] - now - {ANYONE}}


def is_normal(key: str) -> bool:
    """Whether the path of a key is its own normal form: other keys have no cells of their own."""
    return normalised(f"/{key}") == f"/{key}"


def witnesses(*found: Evaluation) -> tuple[str, ...]:
    """The planner's own keys."""
    return tuple(cell.witness for each in found for cell in each.cells)


@many
@given(behavior_pairs())
def test_hazards(pair: tuple[list[Json], list[Json]]) -> None:
    """A key of either that opens or is lost is a hazard, and a hazard has a key of the planner's that shows it."""
    old, new = map(state, pair)
    before, after = evaluate(model(old), model(new))
    own = witnesses(before)
    keys = tuple(dict.fromkeys((*own, *filter(is_normal, keys_of(old, new)))))
    was, now = readers(old, keys), readers(new, keys)
    opens, cuts = opened(was, now), cut(was, now)
    assert bool(opening_hazards(before, after)) == bool(opens)
    assert bool(cutting_hazards(before, after)) == bool(cuts)
    assert bool(opens) == bool(opens & set(own))
    assert bool(cuts) == bool(cuts & set(own))
