"""Which distributions use a key group after the plan."""

import pytest

from cfstream.stack.account_lists import AccountLists
from cfstream.stack.live_state import LiveState
from cfstream.stack.neighbors import default_access, group_users_after
from cfstream.stack.owned import owner_of
from tests.unit.kinds.live import behavior, context, distribution, live, ours

PRIVATE = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
PUBLIC = "version: 1\nname: lectures\nbucket: lectures-media\npublic: true\n"


def users(spec: str, **config: object) -> tuple[str, ...]:
    """Return the users of the group G after the plan of `spec`, for this live distribution."""
    planned = context(spec)
    aws = live(**ours(distribution("D1", **config)))
    return group_users_after(LiveState(AccountLists(aws), planned).neighbors, "G", planned.stack.spec)


def behaviors(*entries: str) -> str:
    """Return a section of the spec with these behaviors."""
    return "http:\n  behaviors:\n" + "".join(f"    - {entry}\n" for entry in entries)


@pytest.mark.parametrize("spec", [PRIVATE, PUBLIC])
def test_the_default_behavior_loses_signers_that_the_spec_does_not_name(spec: str) -> None:
    """Its signers are those of the spec, or none if the spec is public."""
    assert users(spec, groups=["G"]) == ()


def test_a_behavior_that_the_spec_does_not_name_gets_the_default_s_signers() -> None:
    """The spec owns the signers of every behavior whose origin is the stack's bucket."""
    assert users(PRIVATE, behaviors={"/clips/*": ["G"]}) == ()


def test_where_the_default_is_public_signers_of_other_behaviors_stay() -> None:
    """Signers are never removed from a behavior unless the spec makes it public, or names others."""
    clips = {"behaviors": {"/clips/*": ["G"]}}

    assert users(PUBLIC, **clips) == ("D1",)
    assert users(PUBLIC + behaviors("{path: /clips/*}"), **clips) == ("D1",)
    assert users(PUBLIC + behaviors("{path: /clips/*, public: true}"), **clips) == ()
    assert users(PUBLIC + behaviors("{path: /clips/*, trusted_signers: [self]}"), **clips) == ()


def test_a_behavior_of_another_origin_keeps_its_signers() -> None:
    """The spec does not own behaviors with another origin."""
    elsewhere = {"Id": "elsewhere", "DomainName": "www.example.com"}
    row = distribution("D1", more_origins=[elsewhere])
    row["CacheBehaviors"] = {
        "Quantity": 1,
        "Items": [{"PathPattern": "/api/*", **behavior("G"), "TargetOriginId": "elsewhere"}],
    }
    planned = context(PRIVATE)

    assert group_users_after(
        LiveState(AccountLists(live(**ours(row))), planned).neighbors, "G", planned.stack.spec
    ) == ("D1",)


def test_our_distribution_is_taken_from_its_config_and_not_from_the_list() -> None:
    """A list may still show the state before the last write."""
    replies = ours(distribution("D1", oac="NEW"))
    aws = live(**{**replies, "list_distributions": [distribution("D1", oac="OLD")]})

    assert default_access(LiveState(AccountLists(aws), context(PRIVATE)).neighbors) == ("", "NEW")


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        (None, "it does not belong to cfstream"),
        ("cfstream", "it does not belong to cfstream"),
        ("cfstream: x", "it does not belong to cfstream"),
        ("cfstream:talks For talks", "it belongs to the cfstream stack talks"),
    ],
)
def test_a_mark_names_its_owner(comment: str | None, words: str) -> None:
    """The problem with an existing resource names its owner."""
    assert owner_of(comment) == words
