"""Quotas of an account that the stacks of a run exceed together."""

from cfstream.planning import StackPlan
from cfstream.planning.quotas import QUOTAS, with_quotas
from cfstream.ports import Call
from cfstream.steps.create import Create, Twin
from cfstream.steps.step import Stage
from cfstream.values import Address

CALL = Call("cloudfront", "create_it")


def plan(name: str, *kinds: str) -> StackPlan:
    """Return a plan that creates one resource of each kind."""
    steps = tuple(
        Create(
            because="",
            address=Address(kind, name, str(n)),
            stage=Stage.KEYS,
            call=CALL,
            outputs={},
            twin=Twin(CALL, "Id", "get_it", {}, content=""),
        )
        for n, kind in enumerate(kinds)
    )
    return StackPlan(name, f"{name}.yaml", "", steps=steps)


def test_all_stacks_of_a_run_count_together() -> None:
    """One warning names the stacks, the number that exists, and the quota."""
    stacks = [plan(f"fleet-{n}", "public-key", "distribution") for n in range(1, 6)]
    judged = with_quotas(stacks, {"public-key": 6, "distribution": 6}.__getitem__)
    (warning,) = judged[0].notices
    assert warning.text == (
        "5 stacks of this run (fleet-1, fleet-2, fleet-3 and 2 more) create 5 public keys, and the account has 6. AWS "
        "allows 10 unless it has raised the quota of this account, and refuses the others while apply runs"
    )
    assert "Service Quotas" in warning.do
    assert (warning.warning, warning.always, warning.of_run) == (True, True, True)
    assert all(not each.notices for each in judged[1:])


def test_no_warning_up_to_the_quota() -> None:
    """The last resource that AWS allows has no warning. Only resources that the run creates are counted."""
    for kind, quota in QUOTAS.items():
        stacks = [plan("lectures", kind)]
        assert with_quotas(stacks, {kind: quota.most - 1}.__getitem__) == stacks
        (warning,) = with_quotas(stacks, {kind: quota.most}.__getitem__)[0].notices
        assert not warning.of_run
    assert with_quotas([plan("lectures", "bucket-policy")], lambda _: 1000)[0].notices == ()
