"""CloudFront uses the first behavior that matches: swapped and new ones change who can read."""

from dataclasses import dataclass

import pytest

from tests.promises.account import snapshot
from tests.promises.observed import Observer, keys_of, lost
from tests.world.account import SandboxAccount
from tests.world.configs import paths
from tests.world.plans import hazards, outcome, steps
from tests.world.specs import TWO, Json, group, http, key

CLIPS = {"path": "/clips/*"}
MP4 = {"path": "*.mp4"}
OPEN_MP4 = {**MP4, "public": True}
OPEN_CLIPS_MP4 = {"path": "/clips/*.mp4", "public": True}
OPEN_CAPITALS = {"path": "/Clips/*", "public": True}
SHORT = {"path": "/clips/?.mp4"}
ALL_C = {"path": "/c*"}
OPEN_CLIPS = {**CLIPS, "public": True}
CLIPS_BY_TWO = {**CLIPS, "key_groups": [group(key(TWO), name="clips")]}
MP4_BY_TWO = {**MP4, "key_groups": [group(key(TWO), name="films")]}
OTHERS = {"path": "/clips/?.mp4", "key_groups": [group(key(TWO), name="clips")]}
PATTERNS = ("/clips/*", "*.mp4", "/clips/?.mp4", "/Clips/*", "/posters/*", "clips/*.mp4", "clips/a.mp4")

OPENS, CUTS = "makes-public", "cuts-viewers"


def spec(*behaviors: Json, **fields: object) -> Json:
    """Return a spec with these behaviors, signed by the key group ``viewers``."""
    section = {"behaviors": list(behaviors)}
    return http(http=section, **fields)


@dataclass(frozen=True)
class PathChange:
    """A change of behaviors, and its hazards."""

    name: str
    before: Json
    after: Json
    hazards: tuple[str, ...] = ()


CHANGES = (
    PathChange("public before signed", spec(CLIPS, OPEN_MP4), spec(OPEN_MP4, CLIPS), (OPENS,)),
    PathChange("signed before public", spec(OPEN_MP4, CLIPS), spec(CLIPS, OPEN_MP4)),
    PathChange("two groups swapped", spec(CLIPS, MP4_BY_TWO), spec(MP4_BY_TWO, CLIPS), (CUTS,)),
    PathChange("two that never meet", spec(CLIPS, {"path": "/posters/*"}), spec({"path": "/posters/*"}, CLIPS)),
    PathChange("two that differ in case", spec(CLIPS, OPEN_CAPITALS), spec(OPEN_CAPITALS, CLIPS)),
    PathChange("new public one first", spec(CLIPS), spec(OPEN_MP4, CLIPS), (OPENS,)),
    PathChange("new public one between", spec(CLIPS, ALL_C), spec(CLIPS, OPEN_MP4, ALL_C), (OPENS,)),
    PathChange("new public one behind all that it matches", spec(CLIPS), spec(CLIPS, OPEN_CLIPS_MP4)),
    PathChange("new one with other signers first", spec(CLIPS), spec(OTHERS, CLIPS), (CUTS,)),
    PathChange("new one with other signers in a public one", spec(OPEN_CLIPS), spec(OTHERS, OPEN_CLIPS)),
    PathChange("taken from signers and opened", spec(CLIPS_BY_TWO), spec(SHORT, OPEN_MP4, CLIPS_BY_TWO), (CUTS, OPENS)),
)  # fmt: skip


@pytest.mark.parametrize("change", [pytest.param(each, id=each.name.replace(" ", "-")) for each in CHANGES])
def test_the_hazards_are_who_can_read_afterwards(account: SandboxAccount, change: PathChange) -> None:
    """Without the flag nothing is written. With it, the hazards match what opens and closes."""
    account.converge(change.before, allow=[OPENS])
    seen = Observer(account, *PATTERNS)
    readings, services = seen.readings, seen.services
    plan = account.plan(change.after)
    assert hazards(plan.stacks[0]) == sorted(change.hazards)

    live = snapshot(account)
    if change.hazards:
        report = account.run(plan)
        assert (report.exit_code, outcome(report)) == (5, "blocked")
        assert snapshot(account) == live
    account.converge(change.after, allow=change.hazards)
    seen.look()
    opened = keys_of(seen.readings) - keys_of(readings)
    cut = {each for each in lost(services, seen.services) if each.who != "anyone"}
    assert (bool(opened), bool(cut)) == (OPENS in change.hazards, CUTS in change.hazards)


def test_each_hazard_alone_does_not_allow_the_other(account: SandboxAccount) -> None:
    """A swap that opens some paths and takes others from their signers needs both."""
    change = CHANGES[-1]
    account.converge(change.before)
    live = snapshot(account)
    for one in change.hazards:
        assert outcome(account.apply(change.after, allow=[one])) == "blocked"
    assert snapshot(account) == live


def test_the_hazard_names_a_path_that_opens(account: SandboxAccount) -> None:
    """The example matches the pattern, and needed a signature before."""
    account.converge(spec(CLIPS, {"path": "/posters/*"}))
    plan = account.stack(spec(OPEN_MP4, CLIPS, {"path": "/posters/*"}))
    (hazard,) = (each for each, _ in plan.hazards if each.name == OPENS)
    example = hazard.text.rpartition(" ")[2]
    assert example.endswith(".mp4")
    assert "*.mp4" in hazard.text
    before, after = plan.exposure.before, plan.exposure.after
    assert "anyone through distribution lectures (*.mp4)" in {*after} - {*before}


def test_a_behavior_put_first_by_hand_is_closed_without_a_flag(account: SandboxAccount) -> None:
    """Someone moved a public behavior before a signed one: repairing the order only closes."""
    account.converge(spec(CLIPS, OPEN_MP4), allow=[OPENS])

    def swap(config: Json) -> None:
        config["CacheBehaviors"]["Items"].reverse()

    account.edit(swap)
    plan = account.plan(spec(CLIPS, OPEN_MP4))
    assert steps(plan) == ["modify distribution:lectures", "wait distribution:lectures"]
    assert hazards(plan.stacks[0]) == []
    account.converge(spec(CLIPS, OPEN_MP4))
    assert paths(account.config()) == ["/clips/*", "*.mp4"]
