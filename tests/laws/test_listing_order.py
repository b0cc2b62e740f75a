"""Laws of order: the same input gives the same bytes, for any order of AWS's lists."""

from hypothesis import given, settings

from cfstream.planning import Plan
from cfstream.render.document import as_text
from cfstream.render.json import plan_document
from cfstream.render.text import plan_text
from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import own_distributions
from tests.laws.foreign_changes import ForeignChanges, change_inside, create_neighbours, foreign_changes
from tests.laws.language import Spec, pairs
from tests.thorough import examples
from tests.world.account import SandboxAccount

ORDERS = (0, 1, 2, None)
"""Seeds of the order in which the sandbox lists; None is the order in which things were sent."""


@settings(max_examples=examples(6, thorough=60))
@given(pair=pairs(), others=foreign_changes())
def test_order_of_lists_does_not_matter(
    account: SandboxAccount, pair: tuple[Spec, Spec], others: ForeignChanges
) -> None:
    """Text and JSON of a plan have the same bytes for any order of AWS's lists."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    create_neighbours(account, others)
    account.apply(before, allow=EVERY_HAZARD)
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    seen = {bytes_of(plan_in_order(account, after, order)) for order in ORDERS}
    assert len(seen) == 1


def plan_in_order(account: SandboxAccount, spec: Spec, order: int | None) -> Plan:
    """Return the plan if AWS lists in the order of this seed."""
    account.sandbox.cloudfront.settings.shuffle_seed = order
    return account.plan(spec)


def bytes_of(plan: Plan) -> bytes:
    """Return everything that is shown or saved of a plan."""
    return (plan_text(plan, color=True, width=80) + as_text(plan_document(plan))).encode()
