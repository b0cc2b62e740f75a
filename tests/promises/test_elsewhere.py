"""With `via: elsewhere`, cfstream neither grants nor revokes, in the policy or on objects."""

from dataclasses import replace

from cfstream.workflow import make_plan
from tests.promises.foreign import Closed
from tests.world.account import SandboxAccount
from tests.world.plans import hazards, problems, steps
from tests.world.specs import by_acl, signed, without
from tests.world.statements import allow

ELSEWHERE = {"via": "elsewhere"}


def test_nothing_is_granted(account: SandboxAccount) -> None:
    """A new stack has no statement, and its plan is empty."""
    account.converge(signed(grant=ELSEWHERE))
    assert account.policy() is None


def test_grants_of_others_stay(account: SandboxAccount) -> None:
    """The form of the grant does not matter."""
    wide = allow("everything", {"Service": "cloudfront.amazonaws.com"}, "*", Action="s3:*")
    account.put_policy(wide)
    account.converge(signed(grant=ELSEWHERE))
    account.converge(signed(grant=ELSEWHERE, comment="changed"))
    assert account.statements() == {"everything": wide}


def test_a_statement_of_ours_is_left_to_others_too(account: SandboxAccount) -> None:
    """Removing it could stop playback. If the spec manages the grant again, the statement is reused."""
    account.converge(signed())
    before = account.policy()
    account.converge(signed(grant=ELSEWHERE))
    assert account.policy() == before
    assert steps(account.plan(signed())) == []


def test_readers_are_those_that_others_grant(account: SandboxAccount) -> None:
    """Nobody can read until they grant it, and then the signers can. A plan without steps shows that too."""
    account.converge(signed(grant=ELSEWHERE))
    dark = account.stack(signed(grant=ELSEWHERE)).exposure
    assert (dark.before, dark.after) == (("nobody",), ("nobody",))
    account.put_policy(allow("cloudfront", {"Service": "cloudfront.amazonaws.com"}))
    given = account.stack(signed(grant=ELSEWHERE)).exposure
    assert "signers: self" in given.before
    assert given.before == given.after


def test_grants_on_objects_stay(empty: SandboxAccount) -> None:
    """They stay with their tag, so that a later spec can revoke them."""
    account = empty
    account.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    account.converge(by_acl())
    before, tags = account.grants("a/one.mp4"), account.tags(account.live()["ARN"])
    account.converge(without(by_acl(), "grant") | {"grant": ELSEWHERE})
    assert account.grants("a/one.mp4") == before
    assert account.tags(account.live()["ARN"]) == tags
    exposure = account.stack(without(by_acl(), "grant") | {"grant": ELSEWHERE}).exposure
    assert exposure.before == exposure.after == ("signers: self",)


def test_unread_grants_of_objects_are_a_hazard_of_a_public_behavior(empty: SandboxAccount) -> None:
    """Their ACLs are not read, so a behavior without signers may serve them to anyone."""
    account = empty
    account.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    account.converge(by_acl())
    elsewhere = without(by_acl(), "grant") | {"grant": ELSEWHERE}
    public = without(elsewhere, "trusted_signers") | {"public": True}
    assert hazards(account.stack(public)) == ["makes-public"]
    assert hazards(account.stack({**elsewhere, "enabled": False})) == ["cuts-viewers"]
    assert hazards(account.stack(elsewhere)) == []


def test_the_bucket_may_be_another_accounts(account: SandboxAccount) -> None:
    """It is then unknown who can read it, and a warning says so. If cfstream must grant, it is a problem."""
    reads = Closed(account.world.reads())
    world = replace(account.world, reads=lambda: reads)
    stacks = account.load(
        signed(grant=ELSEWHERE), signed(name="open", origin_access="none"), signed(name="own")
    )
    plans = {plan.name: plan for plan in make_plan(stacks, world).stacks}
    for name in ("lectures", "open"):
        assert problems(plans[name]) == []
        assert any("it is unknown who can read it" in notice.text for notice in plans[name].notices)
    assert "not accessible" in problems(plans["own"])[0]


def test_encryption_that_an_identity_cannot_read_is_reported(account: SandboxAccount) -> None:
    """The setting only applies to new objects. Existing ones may differ."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    account.s3.put_bucket_encryption(Bucket="media", ServerSideEncryptionConfiguration={"Rules": [rule]})
    plan = account.stack(signed(oai={}, grant=ELSEWHERE))
    assert problems(plan) == []
    assert any("SSE-KMS" in notice.text for notice in plan.notices)
    assert "SSE-KMS" in problems(account.stack(signed(oai={})))[0]
