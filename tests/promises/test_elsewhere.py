"""With `via: elsewhere`, cfstream neither grants nor revokes, in the policy or on objects."""

from dataclasses import replace

from cfstream.workflow import make_plan
from tests.promises.foreign import Closed
from tests.promises.studio import Studio, allow, by_acl, hazards, problems, signed, steps, without

ELSEWHERE = {"via": "elsewhere"}


def test_nothing_is_granted(studio: Studio) -> None:
    """A new stack has no statement, and its plan is empty."""
    studio.converge(signed(grant=ELSEWHERE))
    assert studio.policy() is None


def test_what_others_grant_stays_as_it_is(studio: Studio) -> None:
    """The form of the grant does not matter."""
    wide = allow("everything", {"Service": "cloudfront.amazonaws.com"}, "*", Action="s3:*")
    studio.put_policy(wide)
    studio.converge(signed(grant=ELSEWHERE))
    studio.converge(signed(grant=ELSEWHERE, comment="changed"))
    assert studio.statements() == {"everything": wide}


def test_a_statement_of_ours_is_left_to_others_too(studio: Studio) -> None:
    """Removing it could stop playback. If the spec manages the grant again, the statement is reused."""
    studio.converge(signed())
    before = studio.policy()
    studio.converge(signed(grant=ELSEWHERE))
    assert studio.policy() == before
    assert steps(studio.plan(signed())) == []


def test_who_can_read_is_as_others_grant_it(studio: Studio) -> None:
    """Nobody can read until they grant it, and then the signers can. A plan without steps shows that too."""
    studio.converge(signed(grant=ELSEWHERE))
    dark = studio.stack(signed(grant=ELSEWHERE)).exposure
    assert (dark.before, dark.after) == (("nobody",), ("nobody",))
    studio.put_policy(allow("cloudfront", {"Service": "cloudfront.amazonaws.com"}))
    given = studio.stack(signed(grant=ELSEWHERE)).exposure
    assert "signers: self" in given.before
    assert given.before == given.after


def test_grants_on_objects_stay(empty: Studio) -> None:
    """They stay with their tag, so that a later spec can revoke them."""
    studio = empty
    studio.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    studio.converge(by_acl())
    before, tags = studio.grants("a/one.mp4"), studio.tags(studio.live()["ARN"])
    studio.converge(without(by_acl(), "grant") | {"grant": ELSEWHERE})
    assert studio.grants("a/one.mp4") == before
    assert studio.tags(studio.live()["ARN"]) == tags
    exposure = studio.stack(without(by_acl(), "grant") | {"grant": ELSEWHERE}).exposure
    assert exposure.before == exposure.after == ("signers: self",)


def test_what_objects_may_grant_is_a_hazard_to_open(empty: Studio) -> None:
    """Their ACLs are not read, so a behavior without signers may serve them to anyone."""
    studio = empty
    studio.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    studio.converge(by_acl())
    elsewhere = without(by_acl(), "grant") | {"grant": ELSEWHERE}
    public = without(elsewhere, "trusted_signers") | {"public": True}
    assert hazards(studio.stack(public)) == ["makes-public"]
    assert hazards(studio.stack({**elsewhere, "enabled": False})) == ["cuts-viewers"]
    assert hazards(studio.stack(elsewhere)) == []


def test_the_bucket_may_be_another_accounts(studio: Studio) -> None:
    """It is then unknown who can read it, and a warning says so. If cfstream must grant, it is a problem."""
    reads = Closed(studio.world.reads())
    world = replace(studio.world, reads=lambda: reads)
    stacks = studio.load(
        signed(grant=ELSEWHERE), signed(name="open", origin_access="none"), signed(name="own")
    )
    plans = {plan.name: plan for plan in make_plan(stacks, world).stacks}
    for name in ("lectures", "open"):
        assert problems(plans[name]) == []
        assert any("it is unknown who can read it" in notice.text for notice in plans[name].notices)
    assert "not accessible" in problems(plans["own"])[0]


def test_encryption_that_an_identity_cannot_read_is_told(studio: Studio) -> None:
    """The setting only applies to new objects. Existing ones may differ."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    studio.s3.put_bucket_encryption(Bucket="media", ServerSideEncryptionConfiguration={"Rules": [rule]})
    plan = studio.stack(signed(oai={}, grant=ELSEWHERE))
    assert problems(plan) == []
    assert any("SSE-KMS" in notice.text for notice in plan.notices)
    assert "SSE-KMS" in problems(studio.stack(signed(oai={})))[0]
