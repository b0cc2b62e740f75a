"""Laws of import in an account: the plan of an imported spec is empty."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.adoption import Imported, import_all, import_one, read_account
from cfstream.adoption.planned import read
from cfstream.planning import StackPlan
from cfstream.spec.load import Stack
from cfstream.workflow import make_plan
from tests.laws.account import EVERY_HAZARD, begin
from tests.laws.belongings import own_distributions
from tests.laws.foreign_changes import ForeignChanges, change_inside, create_neighbours, foreign_changes
from tests.laws.language import NAME, Spec, specs
from tests.thorough import examples
from tests.world.account import SandboxAccount


def imports(account: SandboxAccount) -> dict[str, Imported]:
    """Return the import of every distribution, by its id."""
    reads = account.world.reads()
    remembering = replace(account.world, reads=lambda: reads)

    def judge(stack: Stack) -> StackPlan:
        return make_plan([stack], remembering).stacks[0]

    facts = read_account(reads, account.world.account)
    found = {each.row.id: each for each in import_all(reads, facts, judge)}
    for each in found.values():
        if each.text:
            assert import_one(reads, facts, each.row, judge, each.name).text == each.text
    return found


@settings(max_examples=examples(6, thorough=48))
@given(spec=st.one_of(specs("http"), specs("rtmp")), others=foreign_changes(), lost=st.booleans())
def test_the_plans_of_an_imported_account_are_empty(
    account: SandboxAccount, spec: Spec, others: ForeignChanges, lost: bool
) -> None:
    """For a stack whose spec was lost, and for one that also lost its tag, among resources of others."""
    begin(account)
    create_neighbours(account, others)
    account.apply(spec, allow=EVERY_HAZARD)
    [(kind, record)] = own_distributions(account)
    change_inside(account, others, (kind, record.id))
    if lost:
        arn = f"arn:aws:cloudfront::123456789012:{kind}/{record.id}"
        account.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["cfstream:name"]})
    found = imports(account)
    assert found[record.id].text
    for each in found.values():
        if each.text:
            assert each.pending == ()
            assert make_plan([read(each.text)], account.world).in_sync
    names = [each.name for each in found.values() if each.text]
    assert len(set(names)) == len(names)
    assert (found[record.id].name == NAME) is not lost
