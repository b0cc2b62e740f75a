"""Laws about resources of others: they survive every change from any spec to any other."""

from hypothesis import given, settings

from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import foreign_state, own_distributions
from tests.laws.foreign_changes import ForeignChanges, change_inside, create_neighbours, foreign_changes
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.thorough import examples
from tests.world.account import SandboxAccount


@settings(max_examples=examples(8, thorough=80))
@given(pair=pairs(), others=foreign_changes())
def test_what_others_own_survives(
    account: SandboxAccount, pair: tuple[Spec, Spec], others: ForeignChanges
) -> None:
    """Distributions, statements, grants, tags and fields of others do not change."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    create_neighbours(account, others)
    outside = foreign_state(account)
    account.apply(before, allow=EVERY_HAZARD)
    assert {**foreign_state(account), "inside": {}} == {**outside, "inside": {}}
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    had = foreign_state(account, after)
    paths = set(had["inside"][record.id]["config"].get("named", ()))
    report = account.apply(after, allow=EVERY_HAZARD)
    assert report.exit_code == 0, message_of(report)
    has = foreign_state(account, after)
    named = has["inside"][record.id]["config"].get("named", {})
    for path in set(named) - paths:
        del named[path]
    assert has == had
    assert account.plan(after).in_sync, message_of(account.plan(after))
