"""Former buckets: recorded in a tag until they have no grants of the stack, even if a run stops in between."""

from typing import Any

from cfstream.errors import Refused
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.ports import Call
from cfstream.stack.proposal import Proposal
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.steps.tags import ChangeTags
from cfstream.values import Address
from tests.unit.kinds.live import ACCOUNT, context, live, ours, proposal
from tests.unit.kinds.s3 import (
    BUCKET,
    DISTRIBUTION_ARN,
    REGION,
    by_oac,
    denied,
    kind_results,
    policy_of,
    s3,
    signed,
    statement,
)

ADDRESS = Address("bucket-policy", "lectures")
OLD = Address("bucket-policy", "lectures", "old-media")
OAC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\noac: {{}}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(*, own: Any = None, **replies: Any) -> Proposal:
    """Return what the kind ``bucket-policy`` proposes. `own` is the row of the stack's distribution."""
    aws = live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)})
    return proposal(BucketPolicyKind(), context(OAC), aws, kind_results())


def forgetting(*names: str) -> ChangeTags:
    """Return the step that removes the tag with these buckets."""
    return ChangeTags(
        address=ADDRESS,
        stage=Stage.FORGET,
        because=f"the stack has grants only in {BUCKET} now",
        line=3,
        changes=(Change("tags.cfstream:buckets", " ".join(names), None),),
        call=Call(
            "cloudfront",
            "untag_resource",
            {"Resource": DISTRIBUTION_ARN, "TagKeys": {"Items": ["cfstream:buckets"]}},
        ),
    )


def remembering(*names: str) -> Any:
    """Return replies about the tags of the stack's distribution, which list these buckets."""
    tags = {"cfstream:name": "lectures", "cfstream:buckets": " ".join(names)}
    return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def revoking(name: str, seen: Any, region: str = REGION) -> PolicyEdit:
    """Return the step that removes the stack's statement from the policy of a former bucket."""
    return PolicyEdit(name, region, ACCOUNT, seen, (), frozenset({"cfstream-lectures-oac"}))


def test_leaving_a_bucket() -> None:
    """If the spec names another bucket, the tag lists both. The last step removes the statement in the old one."""
    seen = policy_of(THEIRS, by_oac())
    result = proposed(own=signed(oac="E3OAC", bucket="old-media"), policies={"old-media": seen})
    granted, remembered, revoked, forgotten = result.steps
    assert isinstance(granted, ProposedGrant)
    assert granted.edit == PolicyEdit(BUCKET, REGION, ACCOUNT, None, (by_oac(),), frozenset())
    assert revoked == Revoke(
        address=OLD,
        stage=Stage.REVOKE,
        because=f"the distribution reads {BUCKET} instead",
        line=3,
        changes=(Change("bucket", "old-media", BUCKET),),
        edit=revoking("old-media", seen),
    )
    both = f"{BUCKET} old-media"
    tags = {"Items": [{"Key": "cfstream:buckets", "Value": both}]}
    assert remembered == ChangeTags(
        address=ADDRESS,
        stage=Stage.MARK,
        because="record both buckets until the stack has no grants in the old one",
        line=3,
        changes=(Change("tags.cfstream:buckets", None, both),),
        call=Call("cloudfront", "tag_resource", {"Resource": DISTRIBUTION_ARN, "Tags": tags}),
    )
    assert forgotten == forgetting(BUCKET, "old-media")
    assert [str(relied.address) for relied in result.relied_on] == [str(ADDRESS), str(OLD)]


def test_leaving_a_bucket_in_another_region() -> None:
    """HeadBucket shows the region of the old bucket, even if it refuses the request."""
    moved = Refused("s3:HeadBucket", "301", "Moved Permanently", status=301)
    moved.region = "eu-central-1"

    def head(params: Any) -> Any:
        if params["Bucket"] != BUCKET:
            raise moved
        return {"BucketRegion": REGION}

    _, step, _ = proposed(
        own=signed(oac="E3OAC", bucket="old-media"),
        policy=policy_of(by_oac()),
        policies={"old-media": policy_of(by_oac())},
        head_bucket=head,
    ).steps
    assert isinstance(step, Revoke)
    assert step.edit == revoking("old-media", policy_of(by_oac()), "eu-central-1")


def test_leaving_a_bucket_without_ours() -> None:
    """If the old bucket has no statement of the stack, none is removed. The tag still lists the new one."""
    result = proposed(own=signed(oac="E3OAC", bucket="old-media"), policies={"old-media": policy_of(THEIRS)})
    granted, *marks = result.steps
    assert isinstance(granted, ProposedGrant)
    assert [step.stage for step in marks] == [Stage.MARK, Stage.FORGET]


def test_after_a_crash() -> None:
    """If a run stopped after the distribution changed, the next one removes the statement from the old bucket."""
    seen = policy_of(THEIRS, by_oac())
    revoked, forgotten = proposed(
        policy=policy_of(by_oac()),
        policies={"old-media": seen},
        list_tags_for_resource=remembering(BUCKET, "old-media"),
    ).steps
    assert isinstance(revoked, Revoke)
    assert revoked.edit == revoking("old-media", seen)
    assert forgotten == forgetting(BUCKET, "old-media")


def test_nothing_left() -> None:
    """If the old bucket has no statement of the stack, or does not exist, only the tag is removed."""
    result = proposed(policy=policy_of(by_oac()), list_tags_for_resource=remembering(BUCKET, "old-media"))
    assert result.steps == (forgetting(BUCKET, "old-media"),)


def test_a_policy_of_the_former_bucket_that_cannot_be_read() -> None:
    """If the policy of the old bucket cannot be read, the tag still lists it, and a notice says so."""
    policies: Any = {"old-media": denied("s3:GetBucketPolicy")}
    result = proposed(
        policy=policy_of(by_oac()),
        policies=policies,
        list_tags_for_resource=remembering(BUCKET, "old-media"),
    )
    assert result.steps == ()
    notice = "it is unknown whether the policy of old-media still has a statement of this stack"
    assert notice in result.notices[-1].text


def test_a_spec_that_names_the_old_bucket_again() -> None:
    """If a run stopped before the distribution changed, the spec may name the old bucket again."""
    seen = policy_of(by_oac())
    revoked, forgotten = proposed(
        policy=seen,
        policies={"new-media": seen},
        list_tags_for_resource=remembering(BUCKET, "new-media"),
    ).steps
    assert isinstance(revoked, Revoke)
    assert revoked.edit == revoking("new-media", seen)
    assert forgotten == forgetting(BUCKET, "new-media")


def test_a_third_bucket() -> None:
    """If the spec then names yet another bucket, the tag lists all three."""
    seen = policy_of(by_oac())
    remembered = proposed(
        own=signed(oac="E3OAC", bucket="old-media"),
        policies={"new-media": seen, "old-media": seen},
        list_tags_for_resource=remembering("new-media", "old-media"),
    ).steps[1]
    assert isinstance(remembered, ChangeTags)
    change = Change("tags.cfstream:buckets", "new-media old-media", f"{BUCKET} new-media old-media")
    assert remembered.changes == (change,)
