"""Laws of identity: whatever happened before, there is one of each kind in the end, and nothing left over."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cfstream.applying import Event, Report, StepBegan
from cfstream.steps.hazards import HazardName
from cfstream.workflow import apply_plan
from tests.laws.account import LawsAccount
from tests.laws.belongings import names_in_use, ours
from tests.laws.language import Spec, pairs
from tests.laws.told import told
from tests.thorough import examples


class StopsAfter:
    """Interrupts a run once so many steps have begun."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def tell(self, event: Event) -> None:
        self._left -= isinstance(event, StepBegan)

    def interrupted(self) -> bool:
        return self._left <= 0


@settings(max_examples=examples(12, thorough=72))
@given(pair=pairs(), stops=st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_interrupted_runs_leave_one_of_each(
    account: LawsAccount, pair: tuple[Spec, Spec], stops: tuple[int, int]
) -> None:
    """Runs that stopped anywhere, of one spec and of the next, come to what the next alone asks for."""
    account.begin()
    before, after = pair
    account.make_adopted(before)
    for spec, stop in zip((before, after), stops, strict=True):
        apply_until(account, spec, stop)
        assert all(len(found) == len(set(found)) for found in ours(account).values())
    _, report = account.apply(after)
    assert report.exit_code == 0, told(report)
    assert account.plan(after).in_sync, told(account.plan(after))
    found = ours(account)
    assert len(found["distributions"]) == 1
    assert len(found["identities"]) == int("oai" in after and "id" not in after["oai"])
    assert len(found["controls"]) == int(makes_control(after))
    kept = names_in_use(account)
    assert sorted(found["groups"]) == sorted({group["name"] for group in made_groups(after)} | kept.groups)
    assert sorted(found["keys"]) == sorted(
        {key for group in made_groups(after) for key in keys_of(group)} | kept.keys
    )


def apply_until(account: LawsAccount, spec: Spec, steps: int) -> Report:
    """The report of a run that is interrupted after so many steps."""
    stop = StopsAfter(steps)
    plan = account.plan(spec)
    return apply_plan(
        plan, account.world, tell=stop.tell, allow=frozenset(HazardName), interrupted=stop.interrupted
    )


def made_groups(spec: Spec) -> list[Spec]:
    """The key groups that a spec makes, as often as it writes them."""
    lists = [spec.get("key_groups", ()), *(one.get("key_groups", ()) for one in _behaviors(spec))]
    return [group for groups in lists for group in groups if "name" in group]


def keys_of(group: Spec) -> list[str]:
    """The names of a group's keys."""
    return [key["name"] for key in group["public_keys"]]


def makes_control(spec: Spec) -> bool:
    """Whether the stack has an origin access control of its own: the default of delivery http."""
    if spec.get("delivery") == "rtmp" or "oai" in spec or "origin_access" in spec:
        return False
    return "id" not in spec.get("oac", {})


def _behaviors(spec: Spec) -> list[Spec]:
    return list(spec.get("http", {}).get("behaviors", ()))
