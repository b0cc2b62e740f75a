"""Laws about resources of others: they survive every change from any spec to any other."""

from hypothesis import given, settings

from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import own_distributions, theirs
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.laws.surroundings import Surroundings, change_inside, create_neighbours, surroundings
from tests.thorough import examples
from tests.world.account import SandboxAccount


@settings(max_examples=examples(8, thorough=80))
@given(pair=pairs(), others=surroundings())
def test_what_others_own_survives(
    account: SandboxAccount, pair: tuple[Spec, Spec], others: Surroundings
) -> None:
    """Distributions, statements, grants, tags and fields of others do not change."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    create_neighbours(account, others)
    outside = theirs(account)
    account.apply(before, allow=EVERY_HAZARD)
    assert {**theirs(account), "inside": {}} == {**outside, "inside": {}}
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    had = theirs(account, after)
    paths = set(had["inside"][record.id]["config"].get("named", ()))
    report = account.apply(after, allow=EVERY_HAZARD)
    assert report.exit_code == 0, message_of(report)
    has = theirs(account, after)
    named = has["inside"][record.id]["config"].get("named", {})
    for path in set(named) - paths:
        del named[path]
    assert has == had
    assert account.plan(after).in_sync, message_of(account.plan(after))
