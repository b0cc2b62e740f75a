"""Changes that may refuse viewers without a hazard have a warning in every plan, and in diff."""

import pytest

from cfstream.comparing import compare
from cfstream.render.text import plan_text
from tests.promises.test_http_fields import CLASSIC
from tests.world.account import SandboxAccount
from tests.world.specs import Json, signed

ALL_BUT_US = "viewers in all countries but US get 403"
FOUR = ["CA", "DE", "FR", "US"]
NEW_ACL = f"the web ACL {CLASSIC} is new here, and may refuse viewers"


@pytest.mark.parametrize(
    ("before", "after", "warning"),
    [
        ({}, {"geo": {"allow": ["US"]}}, ALL_BUT_US),
        ({"geo": {}}, {"geo": {"allow": ["US"]}}, ALL_BUT_US),
        ({"geo": {"block": ["KP"]}}, {"geo": {"allow": ["US"]}}, ALL_BUT_US),
        ({"geo": {}}, {"geo": {"block": ["KP", "DE"]}}, "viewers in DE, KP get 403"),
        ({"geo": {"allow": FOUR}}, {"geo": {"allow": ["US"]}}, "viewers in CA, DE, FR get 403"),
        ({"geo": {"allow": ["US", "CA"]}}, {"geo": {"allow": ["DE"]}}, "viewers in CA, US get 403"),
        ({"geo": {"allow": ["US"]}}, {"geo": {"block": ["US"]}}, "viewers in US get 403"),
        ({"geo": {"allow": ["US"]}}, {"geo": {"allow": ["US", "CA"]}}, ""),
        ({"geo": {"allow": ["US"]}}, {"geo": {}}, ""),
        ({"geo": {"allow": ["US"]}}, {"http_version": "http2and3"}, ""),
        ({}, {"web_acl": CLASSIC}, NEW_ACL),
        ({"web_acl": CLASSIC.replace("1", "2")}, {"web_acl": CLASSIC}, NEW_ACL),
        ({"web_acl": CLASSIC}, {"web_acl": ""}, ""),
    ],
)
def test_a_plan_warns_of_every_change_that_may_refuse_viewers_and_is_no_hazard(
    account: SandboxAccount, before: Json, after: Json, warning: str
) -> None:
    """Plan, also a brief one, and diff name the countries that lose access and a new web ACL, beside any hazard."""
    account.converge(signed(http=before))
    plan = account.plan(signed(http=after))
    brief = plan_text(plan, color=False, width=400, brief=True)
    (old,), (new,) = account.load(signed(http=before)), account.load(signed(http=after))
    found = [each for stack in compare([old], [new]).stacks for each in stack.notices if each.warning]
    planned = [each for each in plan.stacks[0].notices if each.warning]
    if not warning:
        assert not [each for each in (*found, *planned) if "403" in each.text or "refuse" in each.text]
        return
    for each in (found, planned):
        assert [one.text for one in each if one.text.startswith(warning)]
    assert f"warning: {warning}" in brief


def test_a_new_distribution_refuses_no_viewer_that_it_served_before(account: SandboxAccount) -> None:
    """A country list or a web ACL of a new distribution needs no warning: nobody was served."""
    planned = account.stack(signed(http={"geo": {"allow": ["US"]}, "web_acl": CLASSIC}))
    assert not [each for each in planned.notices if each.warning]
