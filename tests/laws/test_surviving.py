"""Laws about resources of others: they survive every change from any spec to any other."""

from hypothesis import given, settings

from tests.laws.account import LawsAccount
from tests.laws.belongings import own_distributions, theirs
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.laws.surroundings import Surroundings, change_inside, settle_around, surroundings
from tests.thorough import examples


@settings(max_examples=examples(8, thorough=80))
@given(pair=pairs(), others=surroundings())
def test_what_others_own_survives(
    account: LawsAccount, pair: tuple[Spec, Spec], others: Surroundings
) -> None:
    """Distributions, statements, grants, tags and fields of others do not change."""
    account.begin()
    before, after = pair
    account.make_adopted(before)
    settle_around(account, others)
    outside = theirs(account)
    account.apply(before)
    assert {**theirs(account), "inside": {}} == {**outside, "inside": {}}
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    had = theirs(account, after)
    paths = set(had["inside"][record.id]["config"].get("named", ()))
    _, report = account.apply(after)
    assert report.exit_code == 0, message_of(report)
    has = theirs(account, after)
    named = has["inside"][record.id]["config"].get("named", {})
    for path in set(named) - paths:
        del named[path]
    assert has == had
    assert account.plan(after).in_sync, message_of(account.plan(after))
