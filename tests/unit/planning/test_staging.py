"""When a grant is made depends on what it would open at that time."""

from typing import Any

import pytest

from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import GrantRead
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Stage
from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import by_oac, by_oai, policy_of, signed
from tests.unit.planning.planned import (
    BY_OAI,
    OAC,
    ON_OBJECTS,
    PUBLIC,
    account,
    grants_of,
    hazards_of,
    on_objects,
    planned,
)

UNDER = "grant: {prefix: hls/}\n"
OPEN_PATH = 'http: {behaviors: [{path: "/open/*", public: true}]}\n'
POLICY = "grant bucket-policy:lectures"


@pytest.mark.parametrize(
    ("text", "own", "stage"),
    [
        (OAC, None, Stage.GRANT),
        (OAC, signed(oac="E3OAC"), Stage.GRANT),
        (OAC, distribution("E1DIST", oac="E3OAC"), Stage.LATE_GRANT),
        (OAC, distribution("E1DIST", oai="E2OAI"), Stage.GRANT),
        (OAC, distribution("E1DIST", oac="E3OAC", bucket="old-media"), Stage.GRANT),
        (OAC, distribution("E1DIST", oac="E3OAC", enabled=False), Stage.GRANT),
        (OAC, signed(oac="E3OAC", behaviors={"/open/*": ()}), Stage.LATE_GRANT),
        (OAC + OPEN_PATH, signed(oac="E3OAC", behaviors={"/open/*": ()}), Stage.GRANT),
        (PUBLIC, distribution("E1DIST", oac="E3OAC"), Stage.GRANT),
        (BY_OAI, distribution("E1DIST", oai="E2OAI"), Stage.LATE_GRANT),
        (BY_OAI, distribution("E1DIST", oai="E9OLD"), Stage.GRANT),
    ],
)
def test_a_grant_waits_until_signers_guard_it(text: str, own: Any, stage: Stage) -> None:
    """A grant that a live distribution would serve to anyone waits until the signers of the spec are deployed."""
    (grant,) = grants_of(planned(text, account(own)))
    assert grant.stage is stage


def test_a_statement_that_the_switch_would_open_is_removed_first() -> None:
    """Signers read clips/ with it. The spec opens only posters/ to anyone, so nobody reads clips/ at the end."""
    own = distribution("E1DIST", oai="E2OAI", groups=("G1",))
    live = account(own, policy=policy_of(by_oai(prefix="clips/")))
    plan = planned(PUBLIC + "oai: {}\ngrant: {prefix: posters/}\n", live)
    assert plan.problems == ()
    of_policy = [each for each in plan.steps if isinstance(each, GrantRead | Revoke)]
    assert [(type(each), each.stage) for each in of_policy][:2] == [
        (Revoke, Stage.NARROW),
        (GrantRead, Stage.LATE_GRANT),
    ]


@pytest.mark.parametrize("own", [signed(oac="E3OAC"), distribution("E1DIST", oac="E3OAC", groups=("G1",))])
def test_a_grant_that_opens_something_is_guarded(own: Any) -> None:
    """Just before the write, the distribution must have the signers that the plan saw or wrote."""
    (grant,) = grants_of(planned(OAC, account(own)))
    assert grant.opens
    (guarding,) = grant.guard.expected.after.distributions
    assert guarding.default.signers.accounts == ("self",)
    assert grant.guard.written == (grant.stage is Stage.LATE_GRANT)


LIVE_STATEMENTS = {
    "a condition": {**by_oac(), "Condition": {"StringEquals": {"AWS:SourceArn": "arn:else"}}},
    "another action": {**by_oac(), "Action": "s3:PutObject"},
    "a denial": {**by_oac(), "Effect": "Deny"},
    "a smaller resource": by_oac(prefix="hls/"),
    "one more condition": {
        **by_oac(),
        "Condition": {**by_oac()["Condition"], "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    },
    "another principal": {**by_oac(), "Principal": {"AWS": "111122223333"}},
}


@pytest.mark.parametrize("statement", LIVE_STATEMENTS.values(), ids=LIVE_STATEMENTS.keys())
def test_a_statement_that_was_narrowed_by_hand_is_an_opening_grant(statement: Any) -> None:
    """Its repair waits for the signers, is guarded, and is a hazard."""
    own = distribution("E1DIST", oac="E3OAC")
    plan = planned(OAC, account(own, policy=policy_of(statement)))
    (grant,) = grants_of(plan)
    assert (grant.stage, grant.guard.written) == (Stage.LATE_GRANT, True)
    assert ("widens-grant", POLICY) in hazards_of(plan)


@pytest.mark.parametrize("statement", LIVE_STATEMENTS.values(), ids=LIVE_STATEMENTS.keys())
def test_with_signers_in_force_it_need_not_wait(statement: Any) -> None:
    """It is still a hazard, because CloudFront may read more."""
    plan = planned(OAC, account(signed(oac="E3OAC"), policy=policy_of(statement)))
    (grant,) = grants_of(plan)
    assert (grant.stage, grant.opens) == (Stage.GRANT, True)
    assert hazards_of(plan) == [("widens-grant", POLICY)]


@pytest.mark.parametrize(
    "statement", [by_oac(), by_oac(prefix="h"), {**by_oac(), "Action": "s3:*"}], ids=["all", "h", "actions"]
)
def test_narrowing_comes_first(statement: Any) -> None:
    """Narrowing what an unsigned distribution may read is done at once, and is not a hazard."""
    own = distribution("E1DIST", oac="E3OAC")
    plan = planned(OAC + UNDER, account(own, policy=policy_of(statement)))
    (grant,) = grants_of(plan)
    assert grant.stage is Stage.NARROW
    assert hazards_of(plan) == []


def test_successor_of_an_unsigned_identity() -> None:
    """A new OAI gets the former one's grant at once, and the rest after the signers are deployed.

    The statement names both until nothing uses the former one.
    """
    own = distribution("E1DIST", oai="E9OLD")
    seen = policy_of(by_oai("cfstream-lectures-oai", "hls/", "E9OLD"))
    plan = planned(BY_OAI, account(own, policy=seen))
    first, second = grants_of(plan)
    assert (first.stage, second.stage) == (Stage.GRANT, Stage.LATE_GRANT)
    assert isinstance(first.edit, PolicyEdit)
    assert isinstance(second.edit, PolicyEdit)
    assert first.edit.put == (by_oai("cfstream-lectures-oai", "hls/", "E9OLD", "E2OAI"),)
    assert second.edit.put == (by_oai("cfstream-lectures-oai", "", "E9OLD", "E2OAI"),)
    (revoke,) = (step for step in plan.steps if isinstance(step, Revoke))
    assert isinstance(revoke.edit, PolicyEdit)
    assert (revoke.stage, revoke.edit.put) == (Stage.REVOKE, (by_oai(),))
    assert hazards_of(plan) == [("widens-grant", str(second.id))]


def test_objects_of_an_unsigned_distribution() -> None:
    """Objects that an unsigned distribution would serve to anyone are granted after its signers are deployed."""
    own = distribution("E1DIST", oai="E2OAI")
    (grant,) = grants_of(planned(ON_OBJECTS, account(own, mark="E2OAI", **on_objects())))
    assert grant.stage is Stage.LATE_GRANT
    (grant,) = grants_of(planned(ON_OBJECTS, account(signed(oai="E2OAI"), mark="E2OAI", **on_objects())))
    assert grant.stage is Stage.GRANT
