"""Laws of convergence: an applied stack is in sync, from nothing and from any earlier state."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.language import Spec, pairs, specs
from tests.laws.messages import message_of
from tests.thorough import examples
from tests.world.account import SandboxAccount


@settings(max_examples=examples(8, thorough=80))
@given(spec=st.one_of(specs("http"), specs("rtmp")))
def test_plan_after_apply_is_empty(account: SandboxAccount, spec: Spec) -> None:
    """A stack that was created from any spec is in sync."""
    begin(account)
    report = account.apply(spec, allow=EVERY_HAZARD)
    assert report.exit_code == 0, message_of(report)
    assert account.plan(spec).in_sync, message_of(account.plan(spec))


@settings(max_examples=examples(8, thorough=80))
@given(pair=pairs())
def test_any_spec_may_follow_any_other(account: SandboxAccount, pair: tuple[Spec, Spec]) -> None:
    """A stack that was changed from any spec to any other is in sync with the second."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    for spec in (before, after):
        report = account.apply(spec, allow=EVERY_HAZARD)
        assert report.exit_code == 0, message_of(report)
    assert account.plan(after).in_sync, message_of(account.plan(after))
