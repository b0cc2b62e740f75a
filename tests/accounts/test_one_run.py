"""One run plans and applies stacks of two accounts, and each step is done in the right one."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cfstream.applying import RunOptions, StackOutcome
from cfstream.connection import Connection
from cfstream.errors import CannotAssume, NotAuthorized, SpecProblems, Unreachable
from cfstream.exit_codes import ExitCode, of_plan
from cfstream.planning.saved import Mismatch, check_saved
from cfstream.ports import IDENTITY, Call, World
from cfstream.render.access import access_document, access_text
from cfstream.render.declared import declared_document, declared_text
from cfstream.render.json import plan_document, saved_document
from cfstream.render.text import plan_text
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.stack.placement import StackInAccount, placed
from cfstream.use_cases.listing import list_accounts
from cfstream.use_cases.spec_file import free_file
from cfstream.values import Json
from cfstream.workflow import access_of, apply_plan, make_plan
from tests.accounts.two import (
    HERE,
    OTHER,
    ROLE,
    THERE,
    Answering,
    Slow,
    TwoAccounts,
    client,
    role,
    through,
    trust,
    without_role,
)
from tests.world.faults import FaultyPort, Killed, Write, killed
from tests.world.plans import report_lines
from tests.world.specs import signed


def test_two_stacks_with_one_name(accounts: TwoAccounts) -> None:
    """Each account gets its own distribution and grant, and the next plan is empty."""
    plan = accounts.plan(HERE, THERE)
    assert plan.account is None
    assert [(stack.account, stack.role, bool(stack.steps)) for stack in plan.stacks] == [
        (ACCOUNT, "", True),
        (OTHER, ROLE, True),
    ]
    report = apply_plan(plan, accounts.world())
    assert report.exit_code == 0, report_lines(report)
    assert [(stack.account, stack.outcome) for stack in report.stacks] == [
        (ACCOUNT, StackOutcome.APPLIED),
        (OTHER, StackOutcome.APPLIED),
    ]
    assert accounts.distributions(ACCOUNT) == [f"lectures {ACCOUNT}"]
    assert accounts.distributions(OTHER) == [f"lectures {OTHER}"]
    assert accounts.statements("media-here", ACCOUNT) == ["cfstream-lectures-oac"]
    assert accounts.statements("media-there", OTHER) == ["cfstream-lectures-oac"]
    assert accounts.plan(HERE, THERE).in_sync


def test_the_session(accounts: TwoAccounts) -> None:
    """CloudTrail shows cfstream and the stack in the name of the session."""
    world = accounts.world().assume(role())
    assert world.account == OTHER
    identity = world.aws.read(IDENTITY)
    assert identity["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/video-deploy/cfstream-lectures"


def test_the_plan_as_json(accounts: TwoAccounts) -> None:
    """The account of the plan is null, each stack has its own, and the fingerprint covers it."""
    plan = accounts.plan(HERE, THERE)
    document = plan_document(plan)
    assert document["account"] is None
    assert [stack["account"] for stack in document["stacks"]] == [ACCOUNT, OTHER]
    assert plan_document(accounts.plan(THERE))["account"] == OTHER
    swapped = [{**HERE, "role": ROLE, "bucket": "media-there"}, {**THERE, "bucket": "media-here"}]
    del swapped[1]["role"]
    assert accounts.plan(*swapped).fingerprint == plan.fingerprint
    other_name = accounts.plan(HERE, {**THERE, "name": "others"})
    assert other_name.fingerprint != plan.fingerprint


def test_the_plan_as_text(accounts: TwoAccounts) -> None:
    """The stacks are below the titles of their accounts."""
    text = plan_text(accounts.plan(HERE, THERE), color=False, width=80)
    titles = [line for line in text.splitlines() if line.startswith("account ")]
    assert titles == [f"account {ACCOUNT}", f"account {OTHER}"]
    assert "2 accounts" in text


def test_another_account_than_that_of_the_credentials(accounts: TwoAccounts) -> None:
    """Without a role, `account` must be that of the credentials. The other stack is planned."""
    plan = accounts.plan(HERE, signed(name="elsewhere", bucket="media-there", account=OTHER))
    here, there = plan.stacks
    assert here.steps
    assert not here.problems
    assert not there.steps
    assert [problem.what for problem in there.problems] == [
        f"account is {OTHER}, and the credentials are of account {ACCOUNT}"
    ]
    report = apply_plan(plan, accounts.world())
    assert [stack.outcome for stack in report.stacks] == [StackOutcome.APPLIED, StackOutcome.BLOCKED]
    assert report.exit_code == 2
    assert accounts.distributions(OTHER) == []


def test_two_stacks_of_the_account_of_the_credentials(accounts: TwoAccounts) -> None:
    """A stack without an account clashes with one that names the account of the credentials."""
    with pytest.raises(SpecProblems, match='the name "lectures" is taken'):
        accounts.plan(HERE, {**HERE, "account": ACCOUNT})


@pytest.mark.parametrize(
    ("statement", "external_id", "allowed"),
    [
        ({}, None, True),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "open sesame"}}}, None, False),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "sesame"}}}, "sesame", True),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "sesame"}}}, "other", False),
        ({"Principal": {"AWS": "arn:aws:iam::999988887777:root"}}, None, False),
        ({"Principal": {"AWS": ACCOUNT}}, None, True),
        ({"Action": "sts:TagSession"}, None, False),
        ({"Effect": "Deny"}, None, False),
    ],
)
def test_the_trust_policy(
    accounts: TwoAccounts, statement: dict[str, Any], external_id: str | None, allowed: bool
) -> None:
    """The role is assumed only if its trust policy allows it; the error shows what the policy needs."""
    trust(accounts.sandbox, **statement)
    world = accounts.world(external_id)
    if allowed:
        assert world.assume(role()).account == OTHER
        return
    with pytest.raises(CannotAssume) as refused:
        world.assume(role())
    assert f"the role {ROLE} of account {OTHER} cannot be assumed" in refused.value.what
    assert "AccessDenied" in refused.value.what
    assert f"arn:aws:sts::{ACCOUNT}:user/moto" in refused.value.do
    assert "sts:ExternalId" in refused.value.do
    assert str(external_id) not in refused.value.do


def test_a_role_that_cannot_be_assumed(accounts: TwoAccounts) -> None:
    """Its stacks are left out with a problem, and those of the other account are applied."""
    with without_role(accounts.sandbox):
        plan = accounts.plan(HERE, THERE)
        there = plan.stacks[1]
        assert not there.steps
        (problem,) = there.problems
        assert ROLE in problem.what
        assert OTHER in problem.what
        assert "trust policy" in problem.do
        assert problem.where.file.endswith("1.yaml")
        report = apply_plan(plan, accounts.world())
    assert [stack.outcome for stack in report.stacks] == [StackOutcome.APPLIED, StackOutcome.BLOCKED]
    assert report.exit_code == 2
    assert accounts.distributions(ACCOUNT) == [f"lectures {ACCOUNT}"]
    assert accounts.distributions(OTHER) == []


def test_a_role_that_is_revoked_after_the_plan(accounts: TwoAccounts) -> None:
    """Nothing is done in its account; the other account's stack is applied."""
    plan = accounts.plan(HERE, THERE)
    with without_role(accounts.sandbox):
        report = apply_plan(plan, accounts.world())
    here, there = report.stacks
    assert here.outcome is StackOutcome.APPLIED
    assert there.outcome is StackOutcome.FAILED
    assert "cannot be assumed" in there.why
    assert report.exit_code == 1
    assert accounts.distributions(OTHER) == []
    assert accounts.statements("media-there", OTHER) == []


def test_a_saved_plan_and_a_revoked_role(accounts: TwoAccounts) -> None:
    """The saved plan is stale, and the reason is the role."""
    saved = json.loads(json.dumps(saved_document(accounts.plan(HERE, THERE), ["specs"], ".")))
    check_saved(saved, accounts.plan(HERE, THERE), "plan again")
    with without_role(accounts.sandbox), pytest.raises(Mismatch, match="cannot be assumed"):
        check_saved(saved, accounts.plan(HERE, THERE), "plan again")


def test_credentials_of_the_wrong_account(accounts: TwoAccounts) -> None:
    """AWS is asked who the caller is before the first write: a session of another account writes nothing."""
    plan = accounts.plan(HERE, THERE)
    wrong = {"Account": "999988887777", "Arn": "arn:aws:iam::999988887777:user/ada"}
    world = through(
        accounts.world(),
        lambda aws: Answering(aws, "get_caller_identity", lambda _: wrong),
        account=OTHER,
    )
    report = apply_plan(plan, world)
    here, there = report.stacks
    assert here.outcome is StackOutcome.APPLIED
    assert there.outcome is StackOutcome.FAILED
    assert there.why == f"the plan is for account {OTHER}, and the credentials are of account 999988887777"
    assert accounts.distributions(OTHER) == []


def test_a_plan_for_another_account(accounts: TwoAccounts) -> None:
    """A plan of the caller's account is not applied with credentials of another one."""
    plan = accounts.plan(HERE)
    other = accounts.world().assume(role())
    report = apply_plan(plan, other)
    assert [stack.outcome for stack in report.stacks] == [StackOutcome.FAILED]
    assert accounts.distributions(ACCOUNT) == accounts.distributions(OTHER) == []


def test_a_crash_between_the_accounts(accounts: TwoAccounts) -> None:
    """The process dies after a write in the other account. The same command finishes both, without duplicates."""
    plan = accounts.plan(HERE, THERE)
    target = Write("create_distribution_with_tags")
    world = through(accounts.world(), lambda aws: FaultyPort(aws, target, killed), account=OTHER)
    with pytest.raises(Killed):
        apply_plan(plan, world)
    assert accounts.distributions(OTHER) == [f"lectures {OTHER}"]
    assert accounts.statements("media-there", OTHER) == []
    report = apply_plan(accounts.plan(HERE, THERE), accounts.world())
    assert report.exit_code == 0, report_lines(report)
    assert accounts.distributions(ACCOUNT) == [f"lectures {ACCOUNT}"]
    assert accounts.distributions(OTHER) == [f"lectures {OTHER}"]
    assert accounts.plan(HERE, THERE).in_sync


def test_throttling_in_one_account(accounts: TwoAccounts) -> None:
    """The writes of one account are throttled for a while. Both accounts are applied."""
    plan = accounts.plan(HERE, THERE)
    world = through(accounts.world(), lambda aws: Slow(aws, 2), account=OTHER)
    report = apply_plan(plan, world)
    assert report.exit_code == 0, report_lines(report)
    assert accounts.plan(HERE, THERE).in_sync


def test_a_missing_permission_in_one_account(accounts: TwoAccounts) -> None:
    """The stacks of that account have a problem that names the account and the role; the others are planned."""

    def denied(call: Call) -> Json:
        raise NotAuthorized(call.operation, "AccessDenied", "no", status=403, do="allow it")

    plan = make_plan(accounts.load(HERE, THERE), _blind(accounts, denied))
    here, there = plan.stacks
    assert here.steps
    (problem,) = there.problems
    assert problem.what.startswith(f"account {OTHER} with the role {ROLE} cannot be read: ")
    assert problem.do == "allow it"
    assert of_plan(plan, check=False) is ExitCode.USAGE


def test_an_account_that_does_not_answer(accounts: TwoAccounts) -> None:
    """A failure that no spec can fix is not a problem of the spec; the other account is applied."""

    def silent(_call: Call) -> Json:
        raise Unreachable("CloudFront could not be reached", "check the network")

    world = _blind(accounts, silent)
    plan = make_plan(accounts.load(HERE, THERE), world)
    assert of_plan(plan, check=False) is ExitCode.FAILED
    report = apply_plan(plan, world)
    assert [stack.outcome for stack in report.stacks] == [StackOutcome.APPLIED, StackOutcome.BLOCKED]
    assert report.exit_code == ExitCode.FAILED


def _blind(accounts: TwoAccounts, answer: Callable[[Call], Json]) -> World:
    """Return a world whose other account gives this answer to ListDistributions."""
    world = accounts.world()
    there = world.assume(role())
    blind = replace(there, reads=lambda: Answering(there.aws, "list_distributions", answer))
    return replace(world, assume=lambda _: blind)


def test_destroying(accounts: TwoAccounts) -> None:
    """Destroy deletes what the stacks own in each account."""
    report = apply_plan(accounts.plan(HERE, THERE), accounts.world())
    assert report.exit_code == 0, report_lines(report)
    stacks = accounts.load(HERE, THERE)
    world = accounts.world()
    allow = frozenset({"deletes", "cuts-viewers"})
    report = apply_plan(make_plan(stacks, world, destroying=True), world, RunOptions(allow))
    assert report.exit_code == 0, report_lines(report)
    assert accounts.distributions(ACCOUNT) == accounts.distributions(OTHER) == []
    assert accounts.statements("media-there", OTHER) == []


def test_limits_of_an_account(accounts: TwoAccounts) -> None:
    """Sessions of one account share its limits, and those of different accounts do not."""
    iam = client(accounts.sandbox, "iam", OTHER)
    found = iam.get_role(RoleName="video-deploy")["Role"]
    document = json.dumps(found["AssumeRolePolicyDocument"])
    second = iam.create_role(RoleName="second", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    world = accounts.world()
    one, two = world.assume(role()), world.assume(type(role())(second, "cfstream-lectures"))
    limits = [each.aws._clients.limits for each in (one, two, world)]  # type: ignore[attr-defined]
    assert limits[0] is limits[1]
    assert limits[0] is not limits[2]


def test_readers_without_one_account(accounts: TwoAccounts) -> None:
    """A stack whose role cannot be assumed has the error, in text and JSON. The other one is shown."""
    stacks = accounts.load(HERE, THERE)
    with without_role(accounts.sandbox):
        here, there = access_of(stacks, accounts.world())
        with pytest.raises(CannotAssume):
            access_of(accounts.load(THERE), accounts.world())
    assert here.error is None
    assert isinstance(there.error, CannotAssume)
    assert (there.name, there.account, there.rows) == ("lectures", OTHER, ())
    text = " ".join(access_text((here, there), color=False, width=80).split())
    assert f"This stack cannot be read: the role {ROLE}" in text
    document = access_document((here, there))
    assert [each["error"] and each["error"]["what"] for each in document["stacks"]] == [
        None,
        there.error.what,
    ]


def test_readers_when_one_account_does_not_answer(accounts: TwoAccounts) -> None:
    """Its stacks have the error. The other account is shown."""

    def silent(_call: Call) -> Json:
        raise Unreachable("CloudFront could not be reached", "check the network")

    here, there = access_of(accounts.load(HERE, THERE), _blind(accounts, silent))
    assert here.error is None
    assert isinstance(there.error, Unreachable)


def test_listing_the_accounts_of_specs(accounts: TwoAccounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each account is listed with its role. One that cannot be read has the error, and the exit code is 1."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    stacks = accounts.load(HERE, THERE)
    connection = Connection(endpoint_url=accounts.sandbox.endpoint_url, region="us-east-1")
    report = apply_plan(accounts.plan(HERE), accounts.world())
    assert report.exit_code == 0, report_lines(report)
    here, there = list_accounts(stacks, connection)
    assert ([*here.missing], here.undeclared, len(here.declared)) == ([], (), 1)
    assert ([each.spec.name for each in there.missing], there.entries) == (["lectures"], ())
    with without_role(accounts.sandbox):
        here, there = list_accounts(stacks, connection)
        with pytest.raises(CannotAssume):
            list_accounts(accounts.load(THERE), connection)
    assert here.error is None
    assert isinstance(there.error, CannotAssume)
    text = declared_text((here, there), flags="", free_file=free_file, color=False, width=80)
    assert f"account {OTHER}\nThis account cannot be read.\n" in text
    document = declared_document((here, there))
    assert [each["account"] for each in document["errors"]] == [OTHER]


def test_stacks_of_one_session_share_its_lists(accounts: TwoAccounts) -> None:
    """Each account's lists are read and parsed once in a run, whatever the run does with them."""
    more = [{**HERE, "name": name} for name in ("one", "two")]
    *here, there = placed(accounts.load(*more, THERE), accounts.world())
    assert all(isinstance(each, StackInAccount) for each in (*here, there))
    lists = [each.lists for each in (*here, there) if isinstance(each, StackInAccount)]
    assert lists[0] is lists[1]
    assert lists[2] is not lists[0]
    assert [each.stacks for each in lists] == [2, 2, 1]
