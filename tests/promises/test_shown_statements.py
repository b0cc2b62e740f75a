"""A plan shows the statement that apply writes to a bucket's policy."""

from typing import Any

from cfstream.planning import Plan
from cfstream.values import plain
from cfstream.workflow import make_plan
from tests.world.account import SandboxAccount
from tests.world.specs import signed

SID = "cfstream-lectures-oac"


def shown(plan: Plan, verb: str) -> Any:
    """What the step of the policy shows as its statement, before and after."""
    (step,) = (each for each in plan.stacks[0].steps if each.id == f"{verb} bucket-policy:lectures")
    (change,) = (each for each in step.changes if each.field == "statement")
    return plain(change.before), plain(change.after)


def test_a_new_statement_is_shown_whole(account: SandboxAccount) -> None:
    """Every member is written as it was shown; the ARN of a new distribution is known only then."""
    account.bucket("media", "a/one.mp4")
    before, after = shown(account.plan(signed()), "grant")
    assert before is None
    account.converge(signed())
    written = account.statements()[SID]
    arn = written["Condition"]["StringEquals"].pop("AWS:SourceArn")
    assert after["Condition"]["StringEquals"].pop("AWS:SourceArn") == {
        "known_after": "create distribution:lectures"
    }
    assert arn.startswith("arn:aws:cloudfront::")
    assert after == written


def test_a_change_shows_what_differs(account: SandboxAccount) -> None:
    """Only the resource, if only the prefix is another one."""
    account.bucket("media", "a/one.mp4")
    account.converge(signed(grant={"prefix": "a/"}))
    plan = account.plan(signed(grant={"prefix": "b/"}))
    steps = plan.stacks[0].steps
    (grant,) = (each for each in steps if each.id.startswith("grant bucket-policy"))
    (change,) = (each for each in grant.changes if each.field == "statement")
    assert set(plain(change.before)) == set(plain(change.after)) == {"Resource"}


def test_a_removed_statement_is_shown_whole(account: SandboxAccount) -> None:
    """As it is in the policy."""
    account.bucket("media", "a/one.mp4")
    account.converge(signed())
    written = account.statements()[SID]
    assert shown(make_plan(account.load(signed()), account.world, destroying=True), "revoke") == (
        written,
        None,
    )


def test_a_secret_condition_is_not_shown(account: SandboxAccount) -> None:
    """Somebody has narrowed our statement by a secret referer: plans are printed in pull requests."""
    account.bucket("media", "a/one.mp4")
    account.converge(signed())
    ours = account.statements()[SID]
    ours["Condition"]["StringLike"] = {"aws:Referer": "s3cret-word"}
    account.put_policy(ours)
    before, _ = shown(account.plan(signed()), "grant")
    assert "aws:Referer" in str(before)
    assert "s3cret-word" not in str(before)
