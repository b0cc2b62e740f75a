"""The reason of a step that creates something says what it is for: that it does not exist would sound like an error."""

import re

import pytest

from cfstream.kinds import KINDS
from cfstream.values import Verb
from tests.promises.site import named, zone
from tests.world.account import SandboxAccount
from tests.world.specs import ONE, Json, group, key, rtmp, without

ABSENCE = re.compile(r"\b(not|no|none|missing|without|lacks?|nothing)\b")

SITE: Json = {
    **without(named(), "trusted_signers"),
    "bucket": {"name": "new-media", "create": True},
    "key_groups": [group(key(ONE))],
    "http": {"cors": {"origins": ["https://www.example.com"]}},
}


def created(account: SandboxAccount, document: Json) -> dict[str, str]:
    """Return the reason of each resource that a first plan creates, by kind."""
    steps = account.stack(document).steps
    return {step.address.kind: step.because for step in steps if step.verb is Verb.CREATE}


@pytest.fixture
def reasons(account: SandboxAccount) -> dict[str, str]:
    """Return the reasons of plans that create every kind of resource."""
    account.certificate("example.com", "*.example.com")
    zone(account)
    return {**created(account, SITE), **created(account, rtmp())}


def test_every_kind_that_can_be_created_has_a_reason(reasons: dict[str, str]) -> None:
    """The fixture covers each kind whose resources a plan creates."""
    never = {"bucket-policy", "object-acl", "function"}
    assert set(reasons) == {kind.name for kind in KINDS} - never
    assert all(reasons.values())


def test_no_reason_to_create_sounds_like_an_error(reasons: dict[str, str]) -> None:
    """It does not say what is absent."""
    assert {kind: text for kind, text in reasons.items() if ABSENCE.search(text)} == {}
