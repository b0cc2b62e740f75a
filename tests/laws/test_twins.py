"""Laws of identity: at the end there is one resource of each kind, and nothing is left over."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.applying import Event, Report, RunOptions, StepBegan
from cfstream.steps.hazards import HazardName
from cfstream.workflow import apply_plan
from tests.laws.account import EVERY_HAZARD, begin, make_adopted
from tests.laws.belongings import names_in_use, ours
from tests.laws.language import Spec, pairs
from tests.laws.messages import message_of
from tests.thorough import examples
from tests.world.account import SandboxAccount


class StopsAfter:
    """Interrupts a run after this number of steps has begun."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def tell(self, event: Event) -> None:
        self._left -= isinstance(event, StepBegan)

    def interrupted(self) -> bool:
        return self._left <= 0


@settings(max_examples=examples(8, thorough=72))
@given(pair=pairs(), stops=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_interrupted_runs_leave_one_of_each(
    account: SandboxAccount, pair: tuple[Spec, Spec], stops: tuple[int, int]
) -> None:
    """Interrupted runs of one spec and of the next end like one run of the second spec alone."""
    begin(account)
    before, after = pair
    make_adopted(account, before)
    for spec, stop in zip((before, after), stops, strict=True):
        apply_until(account, spec, stop)
        assert all(len(found) == len(set(found)) for found in ours(account).values())
    report = account.apply(after, allow=EVERY_HAZARD)
    assert report.exit_code == 0, message_of(report)
    assert account.plan(after).in_sync, message_of(account.plan(after))
    found = ours(account)
    assert len(found["distributions"]) == 1
    assert len(found["identities"]) == int("oai" in after and "id" not in after["oai"])
    assert len(found["controls"]) == int(makes_control(after))
    kept = names_in_use(account)
    assert sorted(found["groups"]) == sorted({group["name"] for group in made_groups(after)} | kept.groups)
    assert sorted(found["keys"]) == sorted(
        {key for group in made_groups(after) for key in keys_of(group)} | kept.keys
    )


def apply_until(account: SandboxAccount, spec: Spec, steps: int) -> Report:
    """Return the report of a run that is interrupted after this number of steps."""
    stop = StopsAfter(steps)
    plan = account.plan(spec)
    return apply_plan(
        plan,
        account.world,
        RunOptions(frozenset(HazardName), interrupted=stop.interrupted),
        tell=stop.tell,
    )


def made_groups(spec: Spec) -> list[Spec]:
    """Return the key groups that a spec creates, as often as it lists them."""
    lists = [spec.get("key_groups", ()), *(one.get("key_groups", ()) for one in _behaviors(spec))]
    return [group for groups in lists for group in groups if "name" in group]


def keys_of(group: Spec) -> list[str]:
    """Return the names of a group's keys."""
    return [key["name"] for key in group["public_keys"]]


def makes_control(spec: Spec) -> bool:
    """Return whether the stack has its own origin access control, the default of delivery http."""
    if spec.get("delivery") == "rtmp" or "oai" in spec or "origin_access" in spec:
        return False
    return "id" not in spec.get("oac", {})


def _behaviors(spec: Spec) -> list[Spec]:
    return list(spec.get("http", {}).get("behaviors", ()))
