"""Two models compared: who can read more, and who can read less."""

from typing import Any

import pytest

from cfstream.access.compare import Relation, compare, losses, opened_to_anyone, opens
from cfstream.access.evaluate import evaluate
from cfstream.access.model import AccessModel
from tests.unit.access.models import OAI, allow, behavior, distribution, model, to_oac, to_oai

G1, G2 = "key-group lectures-signers", "key-group newsroom-signers"
YES, MAYBE, OTHERWISE = (True, ()), (False, ("x",)), (False, ("y",))


def own(*behaviors: Any, **more: Any) -> AccessModel:
    """Return a model in which the stack's distribution has these behaviors and may read the bucket."""
    return model(distribution("E1", *behaviors, oac="E3OAC", **more), policy=[to_oac()])


def relations(before: AccessModel, after: AccessModel) -> dict[str, Relation]:
    """Return how each reader's access differs."""
    return {str(each.reader): each.relation for each in compare(*evaluate(before, after))}


def opened(before: AccessModel, after: AccessModel) -> set[str]:
    """Return the witnesses of what opens to anyone."""
    return {cell.witness for cell, _ in opened_to_anyone(*evaluate(before, after))}


def lost(before: AccessModel, after: AccessModel) -> dict[tuple[str, str], set[str]]:
    """Return the witnesses that each reader loses, by reader and distribution."""
    return {
        (str(each.access.reader), str(each.access.distribution_id)): {cell.witness for cell in each.cells}
        for each in losses(*evaluate(before, after))
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, YES, True),
        (None, MAYBE, True),
        (MAYBE, YES, True),
        (MAYBE, OTHERWISE, True),
        (MAYBE, MAYBE, False),
        (YES, YES, False),
        (YES, MAYBE, False),
        (YES, None, False),
        (None, None, False),
    ],
)
def test_when_a_path_opens(before: Any, after: Any, expected: bool) -> None:
    """It opens from no or maybe to yes or maybe, unless the same undecided clauses decide both."""
    assert opens(before, after) is expected


def test_equal_more_less_and_incomparable() -> None:
    """Each reader is compared over all cells."""
    one = own(behavior("a/*", "G2"), behavior("", "G1"))
    assert relations(one, one) == {G1: Relation.EQUAL, G2: Relation.EQUAL}
    assert relations(one, own(behavior("", "G1"))) == {G1: Relation.MORE, G2: Relation.LESS}
    moved = own(behavior("b/*", "G2"), behavior("", "G1"))
    assert relations(one, moved) == {G1: Relation.INCOMPARABLE, G2: Relation.INCOMPARABLE}


def test_behaviors_that_are_swapped() -> None:
    """Keys that both match become public, though each behavior keeps its signers."""
    before = own(behavior("/clips/*", "G2"), behavior("*.mp4"), behavior("", "G1"))
    after = own(behavior("*.mp4"), behavior("/clips/*", "G2"), behavior("", "G1"))
    (witness,) = opened(before, after)
    assert witness.startswith("clips/")
    assert witness.endswith(".mp4")
    assert opened(after, before) == set()


def test_a_behavior_that_is_deleted() -> None:
    """Its paths fall to the next behavior that matches."""
    before = own(behavior("/clips/*", "G2"), behavior(""))
    (witness,) = opened(before, own(behavior("")))
    assert witness.startswith("clips/")


def test_the_leading_slash_makes_no_difference() -> None:
    """Both spellings are one pattern, so a second behavior with it is never used."""
    before = own(behavior("posters/*", "G1"), behavior("", "G1"))
    after = own(behavior("posters/*", "G1"), behavior("/posters/*"), behavior("", "G1"))
    assert (opened(before, after), lost(before, after)) == (set(), {})


def test_another_distribution_is_not_a_substitute() -> None:
    """Viewers use one address: those of the distribution that loses its grant are cut off."""
    mine = distribution("E1", behavior("", "G1"), oac="E3OAC")
    theirs = distribution("E9", behavior("", "G1"), oai=OAI)
    before = model(mine, theirs, policy=[to_oac(), to_oai(sid="theirs")])
    after = model(mine, theirs, policy=[to_oac()])
    assert lost(before, after) == {(G1, "E9"): {"a"}}


def test_another_grant_by_the_same_address_is_a_substitute() -> None:
    """With OAC instead of OAI, nobody loses access."""
    before = model(distribution("E1", behavior("", "G1"), oai=OAI), policy=[to_oai()])
    assert lost(before, own(behavior("", "G1"))) == {}


def test_signers_do_not_lose_what_becomes_public() -> None:
    """A signed URL still works if no signature is needed."""
    assert lost(own(behavior("", "G1")), own(behavior(""))) == {}
    assert lost(own(behavior("", "G1")), own(behavior("", "G2"))) == {(G1, "E1"): {"a"}}


def test_readers_past_cloudfront_lose_their_grant() -> None:
    """Another account that no statement names now is cut off. Closing public access is not a loss."""
    theirs = allow("Theirs", {"AWS": "111122223333"})
    assert lost(model(policy=[theirs]), model()) == {("account 111122223333", ""): {"a"}}
    public = model(policy=[allow("Open", "*")])
    assert ("anyone", "") not in lost(public, model())
