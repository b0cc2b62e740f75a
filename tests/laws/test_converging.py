"""Laws of convergence: an applied stack is in sync, from nothing and from any earlier state."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.account import LawsAccount
from tests.laws.language import Spec, pairs, specs
from tests.laws.messages import message_of
from tests.thorough import examples


@settings(max_examples=examples(8, thorough=80))
@given(spec=st.one_of(specs("http"), specs("rtmp")))
def test_plan_after_apply_is_empty(account: LawsAccount, spec: Spec) -> None:
    """A stack that was created from any spec is in sync."""
    account.begin()
    _, report = account.apply(spec)
    assert report.exit_code == 0, message_of(report)
    assert account.plan(spec).in_sync, message_of(account.plan(spec))


@settings(max_examples=examples(8, thorough=80))
@given(pair=pairs())
def test_any_spec_may_follow_any_other(account: LawsAccount, pair: tuple[Spec, Spec]) -> None:
    """A stack that was changed from any spec to any other is in sync with the second."""
    account.begin()
    before, after = pair
    account.make_adopted(before)
    for spec in (before, after):
        _, report = account.apply(spec)
        assert report.exit_code == 0, message_of(report)
    assert account.plan(after).in_sync, message_of(account.plan(after))
