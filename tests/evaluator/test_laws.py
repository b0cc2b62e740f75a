"""What must hold of every account: the laws by which an evaluator that is wrong would be noticed."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.evaluator.build import MEDIA, behavior, config, statement
from tests.evaluator.callers import ANYONE, CLOUDFRONT, Caller
from tests.evaluator.cloudfront import behavior_for, signers
from tests.evaluator.evaluator import Evaluator, Reading, Viewer
from tests.evaluator.matching import path_matches
from tests.evaluator.policies import statements_of
from tests.evaluator.state import CLOSED, ENFORCED, OPEN, Bucket, Json, State, Version
from tests.evaluator.worlds import (
    GROUPS,
    behavior_pairs,
    behaviors,
    keys_of,
    patterns,
    some,
    statements,
    states,
)

Readings = frozenset[Reading]


def readings(state: State, *, certain: bool = False) -> Readings:
    """Who reads what."""
    return Evaluator(state).readings(keys_of(state), certain=certain)


def with_bucket(state: State, **changes: object) -> State:
    """The state, its bucket changed."""
    changed: Bucket = replace(state.buckets[MEDIA], **changes)  # type: ignore[arg-type]
    return replace(state, buckets={MEDIA: changed})


def with_statement(state: State, added: Json) -> State:
    """The state with a further statement in the bucket's policy."""
    policy = {"Version": "2012-10-17", "Statement": [*statements_of(state.buckets[MEDIA].policy), added]}
    return with_bucket(state, policy=policy)


@some
@given(states(), statements())
def test_a_deny_opens_nothing(state: State, drawn: Json) -> None:
    """Another Deny gives nobody more access."""
    denied = with_statement(state, {**drawn, "Effect": "Deny"})
    keys = keys_of(state, denied)
    tried = _tried_alike(state, denied)
    before = {each for each in Evaluator(state).readings(keys) if each.who in tried}
    after = {each for each in Evaluator(denied).readings(keys) if each.who in tried}
    assert after <= before


@some
@given(states(), statements())
def test_an_allow_closes_nothing(state: State, drawn: Json) -> None:
    """Another Allow takes access from nobody, unless public policies are restricted."""
    state = with_bucket(state, block={**state.buckets[MEDIA].block, "RestrictPublicBuckets": False})
    allowed = with_statement(state, {**drawn, "Effect": "Allow"})
    keys = keys_of(state, allowed)
    tried = _tried_alike(state, allowed)
    before = {each for each in Evaluator(state).readings(keys, certain=True) if each.who in tried}
    assert before <= Evaluator(allowed).readings(keys, certain=True)


def _tried_alike(state: State, other: State) -> set[str]:
    """Return the readers that are tried on both states in the same contexts.

    A further statement adds callers, and leaves the organisation of an account that it names open.
    """
    one, two = (
        {each.name: _contexts(each) for each in Evaluator(of).callers(MEDIA)} for of in (state, other)
    )
    keys = {key for version in GROUPS.values() for key in version}
    alike = {name for name, contexts in one.items() if two.get(name) == contexts}
    return alike | {f"key {key}" for key in keys} | {"signer self", "signer 111122223333"}


def _contexts(caller: Caller) -> list[dict[str, Any]]:
    return [vars(each) for each in caller.contexts]


@some
@given(states())
def test_the_blocks_open_nothing(state: State) -> None:
    """With all public access blocked, nobody reads more; services and policies that are not public lose nothing."""
    closed, opened = readings(with_bucket(state, block=CLOSED)), readings(with_bucket(state, block=OPEN))
    assert closed <= opened
    assert {
        each for each in opened if CLOUDFRONT in each.who or each.who.startswith("distribution ")
    } - closed <= {each for each in opened - closed if state.buckets[MEDIA].ownership != ENFORCED}


@some
@given(states())
def test_certain_readers_are_readers(state: State) -> None:
    """What is certain is also possible; an account without a policy and without ACLs is closed to all."""
    assert readings(state, certain=True) <= readings(state)
    assert readings(with_bucket(state, policy=None, ownership=ENFORCED)) == frozenset()


@some
@given(states())
def test_a_disabled_distribution_serves_nobody(state: State) -> None:
    """Nobody reads through a disabled distribution, and nothing else changes."""
    off = tuple(
        replace(each, versions=(Version({**each.versions[-1].config, "Enabled": False}),))
        for each in state.distributions
    )
    alone, without = replace(state, distributions=off), replace(state, distributions=())
    keys = keys_of(state)
    assert Evaluator(alone).readings(keys) == Evaluator(without).readings(keys)
    assert not any(each.place != MEDIA for each in Evaluator(alone).services([f"/{key}" for key in keys]))


@some
@given(states())
def test_who_is_served_everywhere_can_read(state: State) -> None:
    """A viewer who gets an object at every edge can read it at one of them."""
    judge = Evaluator(state)
    one_bucket = {place.id for place in state.distributions if "elsewhere" not in str(place.versions)}
    for service in judge.services([f"/{key}" for key in keys_of(state)]):
        if service.place in one_bucket:
            viewer = Viewer(service.who, service.place)
            folders = ("", "a", "b")
            keys = [f"{folder}{service.path}".removeprefix("/") for folder in folders]
            assert any(judge.can_read(viewer, MEDIA, key) for key in keys)


@some
@given(behaviors(), st.text(alphabet="ab/.", max_size=6))
def test_the_first_match_decides(listed: list[Json], key: str) -> None:
    """Behaviors behind the first one that matches can be anything."""
    path = f"/{key}"
    chosen = behavior_for(config(*listed), path)
    place = next((n for n, each in enumerate(listed) if path_matches(path, each["PathPattern"])), len(listed))
    assert behavior_for(config(*listed[: place + 1]), path) == chosen
    assert all(not path_matches(path, each["PathPattern"]) for each in listed[:place])


@some
@given(behavior_pairs(), st.text(alphabet="ab/.", min_size=1, max_size=6))
def test_patterns_without_their_slash(pair: tuple[list[Json], list[Json]], key: str) -> None:
    """The leading slash of a pattern changes nothing."""
    for listed in pair:
        stripped = [{**each, "PathPattern": each["PathPattern"].removeprefix("/")} for each in listed]
        one, other = behavior_for(config(*listed), f"/{key}"), behavior_for(config(*stripped), f"/{key}")
        version = Version(config(*listed), GROUPS)
        assert signers(version, one) == signers(version, other)


@some
@given(patterns(), patterns(), st.text(alphabet="ab/.", min_size=1, max_size=6))
def test_an_open_behavior_in_front(first: str, second: str, key: str) -> None:
    """What matches an open pattern in front is read by anyone; everything else is as before."""
    guarded = [behavior(second, groups=["press"])]
    before, after = config(*guarded), config(behavior(first), *guarded)
    found = signers(Version(after, GROUPS), behavior_for(after, f"/{key}"))
    same = signers(Version(before, GROUPS), behavior_for(before, f"/{key}"))
    assert found == (frozenset({ANYONE}) if path_matches(f"/{key}", first) else same)


@some
@given(states())
def test_public_statements_reach_services(state: State) -> None:
    """A statement for everyone without a condition lets any distribution read, whatever is blocked, unless denied."""
    allow_only = [each for each in statements_of(state.buckets[MEDIA].policy) if each["Effect"] == "Allow"]
    policy = {"Version": "2012-10-17", "Statement": [*allow_only, statement()]}
    closed = with_bucket(state, policy=policy, block=CLOSED, ownership=ENFORCED)
    who = {each.who for each in readings(closed, certain=True) if each.key == "a" and each.may == "read"}
    assert any(name.startswith("distribution arn:aws:cloudfront::999988887777:") for name in who)
    direct = Evaluator(replace(closed, distributions=())).readings(["a"])
    assert ANYONE not in {each.who for each in direct if each.may == "read"}
