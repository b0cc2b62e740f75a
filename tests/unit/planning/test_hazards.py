"""Hazards that follow from who can read before and after."""

from typing import Any

import pytest

from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import by_oac, by_oai, policy_of, signed
from tests.unit.planning.planned import (
    BY_OAI,
    GROUPS,
    HEAD,
    OAC,
    ON_OBJECTS,
    PUBLIC,
    TO_OAI,
    account,
    hazards_of,
    on_objects,
    planned,
    texts,
)

POLICY = "grant bucket-policy:lectures"
DISTRIBUTION = "modify distribution:lectures"
GRANTED = policy_of(by_oac())
KEYS = HEAD + "oac: {}\nkey_groups: [{use: lectures-signers}]\n"


def grouped(*groups: str, **config: Any) -> Any:
    """Return the stack's distribution with an OAC, and these key groups on its default behavior."""
    return distribution("E1DIST", oac="E3OAC", groups=groups, **config)


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("hls/", OAC, ["widens-grant"]),
        ("hls/", OAC + "grant: {prefix: mp4/}\n", ["widens-grant", "cuts-viewers"]),
        ("", OAC + "grant: {prefix: hls/}\n", ["cuts-viewers"]),
        ("h", OAC + "grant: {prefix: hls/}\n", ["cuts-viewers"]),
    ],
)
def test_prefix(before: str, text: str, expected: list[str]) -> None:
    """A wider grant is a hazard. So is a grant that takes paths from signers."""
    plan = planned(text, account(signed(oac="E3OAC"), policy=policy_of(by_oac(prefix=before))))
    assert sorted(hazards_of(plan)) == sorted((name, POLICY) for name in expected)


def test_wider_with_the_successor() -> None:
    """The grant of a successor that allows more than the former one is a hazard too."""
    plan = planned(OAC, account(signed(oai="E2OAI"), policy=policy_of(by_oai(prefix="hls/"))))
    assert hazards_of(plan) == [("widens-grant", POLICY)]


def test_a_grant_that_another_distribution_serves() -> None:
    """If another distribution serves anyone with the OAI, the grant makes the bucket public: the hazard names it."""
    others = (
        distribution("E5OPEN", oai="E2OAI"),
        distribution("E6OFF", oai="E2OAI", enabled=False),
        distribution("E7OTHER", oai="E8OAI"),
        distribution("E8ELSE", oai="E2OAI", bucket="else-media"),
        {**signed(oai="E2OAI"), "Id": "E9SIGNED", "ARN": "arn:9"},
    )
    plan = planned(BY_OAI, account(signed(oai="E2OAI"), others))
    assert hazards_of(plan) == [("makes-public", POLICY)]
    (text,) = texts(plan, "makes-public")
    assert "distribution E5OPEN (unsigned)" in text
    assert [name for name in ("E6OFF", "E7OTHER", "E8ELSE", "E9SIGNED") if name in text] == []
    assert hazards_of(planned(OAC, account(signed(oac="E3OAC"), others))) == []


def test_a_grant_on_objects_that_another_distribution_serves() -> None:
    """The same is true for grants on objects."""
    others = (distribution("E5OPEN", oai="E2OAI"),)
    plan = planned(ON_OBJECTS, account(signed(oai="E2OAI"), others, mark="E2OAI", **on_objects()))
    assert hazards_of(plan) == [("makes-public", "grant object-acl:lectures")]


def test_a_new_stack_with_a_public_path() -> None:
    """A path that nobody could read becomes readable by anyone, also if the spec asks for it."""
    text = OAC + 'http: {behaviors: [{path: "/posters/*", public: true}]}\n'
    plan = planned(text, account())
    assert hazards_of(plan) == [("makes-public", POLICY)]
    (found,) = texts(plan, "makes-public")
    assert "/posters/*" in found
    assert hazards_of(planned(OAC, account())) == []


def test_closing_what_anyone_could_read() -> None:
    """Drift to public is repaired without a flag."""
    assert hazards_of(planned(OAC, account(distribution("E1DIST", oac="E3OAC"), policy=GRANTED))) == []
    own = signed(oac="E3OAC", behaviors={"/open/*": ()})
    assert hazards_of(planned(OAC, account(own, policy=GRANTED))) == []


def test_signers_removed() -> None:
    """A spec that is public now opens what needed a signature."""
    plan = planned(PUBLIC + "oac: {}\n", account(signed(oac="E3OAC"), policy=GRANTED))
    assert hazards_of(plan) == [("makes-public", DISTRIBUTION)]


SWAPPED = KEYS + (
    'http: {behaviors: [{path: "*.mp4", public: true}, '
    '{path: "/clips/*", key_groups: [{use: newsroom-signers}]}]}\n'
)


@pytest.mark.parametrize(
    "behaviors", [{"/clips/*": ("G2",), "*.mp4": ()}, {"/clips/*": ("G2",)}], ids=["moved", "new in front"]
)
def test_a_public_behavior_in_front_of_a_signed_one(behaviors: Any) -> None:
    """The paths that both match become public, though no behavior loses its signers."""
    aws = account(grouped("G1", behaviors=behaviors), policy=GRANTED, list_key_groups=GROUPS)
    plan = planned(SWAPPED, aws)
    assert hazards_of(plan) == [("makes-public", DISTRIBUTION)]
    (text,) = texts(plan, "makes-public")
    assert "/clips/" in text or "*.mp4" in text


def test_a_path_given_to_other_signers() -> None:
    """The current signers lose it. The hazard names the path, not the behavior that served it."""
    text = KEYS + 'http: {behaviors: [{path: "/clips/*", key_groups: [{use: newsroom-signers}]}]}\n'
    plan = planned(text, account(grouped("G1"), policy=GRANTED, list_key_groups=GROUPS))
    assert hazards_of(plan) == [("cuts-viewers", DISTRIBUTION)]
    (found,) = texts(plan, "cuts-viewers")
    assert found.startswith(
        "paths that match /clips/*: URLs and cookies signed by key group lectures-signers stop working"
    )


def test_a_group_that_is_replaced_by_one_with_the_same_keys() -> None:
    """Nobody loses access, because the same keys sign."""
    alike = [
        {
            "KeyGroup": {
                **GROUPS[1]["KeyGroup"],
                "KeyGroupConfig": {"Name": "newsroom-signers", "Items": ["K1"]},
            }
        }
    ]
    text = HEAD + "oac: {}\nkey_groups: [{use: newsroom-signers}]\n"
    aws = account(grouped("G1"), policy=GRANTED, list_key_groups=[GROUPS[0], *alike])
    assert hazards_of(planned(text, aws)) == []
    aws = account(grouped("G1"), policy=GRANTED, list_key_groups=GROUPS)
    assert hazards_of(planned(text, aws)) == [("cuts-viewers", DISTRIBUTION)]


def test_disabled() -> None:
    """Disabling a distribution cuts off its signers. The hazard names it as the stack's own."""
    plan = planned(OAC + "enabled: false\n", account(signed(oac="E3OAC"), policy=GRANTED))
    assert hazards_of(plan) == [("cuts-viewers", DISTRIBUTION)]
    (text,) = texts(plan, "cuts-viewers")
    assert text.startswith("the stack's own distribution no longer answers")


def test_objects_that_the_policy_grants_from_now_on() -> None:
    """Viewers can still read: nothing opens, and nobody loses access."""
    own = signed(oai="E2OAI")
    plan = planned(BY_OAI, account(own, mark="E2OAI", **on_objects(TO_OAI)))
    assert hazards_of(plan) == []
