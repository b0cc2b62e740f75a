"""Laws of destroying: nothing of the stack is left, and nothing of others is deleted."""

from hypothesis import given, settings

from cfstream.applying import RunOptions
from cfstream.workflow import apply_plan, make_plan
from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import foreign_state, ours, own_distributions
from tests.laws.foreign_changes import ForeignChanges, create_neighbours, foreign_changes
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.thorough import examples
from tests.world.account import SandboxAccount

YES = frozenset({"deletes", "cuts-viewers"})


@settings(max_examples=examples(6, thorough=32))
@given(pair=pairs(), others=foreign_changes())
def test_nothing_of_the_stack_is_left(
    account: SandboxAccount, pair: tuple[Spec, Spec], others: ForeignChanges
) -> None:
    """A stack that was changed from any spec to any other is deleted completely, in one run."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    create_neighbours(account, others)
    outside = {**foreign_state(account), "inside": {}}
    for spec in (before, after):
        report = account.apply(spec, allow=EVERY_HAZARD)
        assert report.exit_code == 0, message_of(report)
    stacks = account.load({**after, "protect": False})
    report = apply_plan(make_plan(stacks, account.world, destroying=True), account.world, RunOptions(YES))
    assert report.exit_code == 0, message_of(report)
    assert {kind for kind, left in ours(account).items() if left} == set()
    assert own_distributions(account) == []
    has = foreign_state(account)
    if "dns" not in after:  # such records are not managed, and a warning names them
        has["records"] = outside["records"]
    assert has == outside
    left = make_plan(stacks, account.world, destroying=True)
    assert left.in_sync, message_of(left)
