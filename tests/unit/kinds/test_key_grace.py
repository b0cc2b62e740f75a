"""When a key may leave its group: not before the last URL that it signed has expired."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cfstream.kinds.key_group.grace import Grace, Successor
from cfstream.stack.declared_keys import DeclaredKey
from cfstream.steps.hazards import Hazard, HazardName

CREATED = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(hours=24)


def grace(declared: Mapping[str, tuple[str, ...]], staying: list[Successor], now: datetime | None) -> Grace:
    """Return a grace period of a day, in a spec whose keys replace those in `declared`."""
    keys = tuple(DeclaredKey(name, f"{name}.pem", replaces, (), "") for name, replaces in declared.items())
    return Grace(keys, {key.name: key for key in staying}, DAY, now)


def hazard(why: str) -> Hazard:
    """Return the hazard of detaching the key named old."""
    return Hazard(
        HazardName.CUTS_VIEWERS, f"URLs signed with old stop working when it leaves the group: {why}"
    )


def test_a_key_that_nothing_replaces_cuts_viewers() -> None:
    """Nothing shows that its URLs have expired."""
    asked = grace({"new": ()}, [Successor("new", CREATED, active=True)], CREATED + 9 * DAY)

    assert asked.hazard("old") == hazard("no key in the group replaces it")
    advised = replace(asked, rotate=lambda key: f"cfstream keys rotate a.yaml viewers --replaces {key}")
    found = advised.hazard("old")
    assert found is not None
    assert found.text.endswith("put it back, and run: cfstream keys rotate a.yaml viewers --replaces old")


def test_a_replaced_key_is_removed_without_a_hazard_once_its_grace_ends() -> None:
    """The hazard ends exactly when created plus max_validity is past, and not a second earlier."""
    successor = Successor("new", CREATED, active=True)
    early = grace({"new": ("old",)}, [successor], CREATED + DAY - timedelta(seconds=1))
    late = grace({"new": ("old",)}, [successor], CREATED + DAY)

    assert early.hazard("old") == hazard(
        "new replaces it, but URLs signed with the old key may be valid until 2026-11-02 00:00 UTC"
    )
    assert late.hazard("old") is None


@pytest.mark.parametrize(
    ("successor", "why"),
    [
        (Successor("new", None, active=False), "its replacement new does not exist yet"),
        (
            Successor("new", CREATED, active=False),
            "its replacement new is not active in the group yet",
        ),
    ],
)
def test_a_successor_that_cannot_sign_yet_replaces_nothing(successor: Successor, why: str) -> None:
    """A key may be old and join the group only now. Until then, its predecessor signed."""
    assert grace({"new": ("old",)}, [successor], CREATED + 9 * DAY).hazard("old") == hazard(why)


def test_a_successor_s_successor_is_one_as_well() -> None:
    """Two rotations may be finished at once: the middle key may be in another group, or leave too."""
    declared = {"middle": ("old",), "new": ("middle",)}
    asked = grace(declared, [Successor("new", CREATED, active=True)], CREATED + 2 * DAY)

    assert asked.hazard("old") is None
    assert asked.hazard("middle") is None


def test_a_circle_of_successors_ends() -> None:
    """Keys that replace each other do not cause an endless loop."""
    declared = {"new": ("old", "newer"), "newer": ("new",)}
    asked = grace(declared, [Successor("newer", CREATED, active=True)], CREATED + 2 * DAY)

    assert asked.hazard("old") is None


def test_one_successor_past_its_grace_is_enough() -> None:
    """The oldest of several successors decides."""
    old, young = Successor("a", CREATED, active=True), Successor("b", CREATED + 5 * DAY, active=True)

    assert grace({"a": ("old",), "b": ("old",)}, [old, young], CREATED + 5 * DAY).hazard("old") is None


def test_without_a_time_no_grace_is_past() -> None:
    """If the time is unknown, the hazard stays."""
    assert grace({"new": ("old",)}, [Successor("new", CREATED, active=True)], None).hazard("old") is not None
