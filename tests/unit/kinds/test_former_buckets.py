"""Former buckets: remembered until nothing of ours is left in them, whatever becomes of the run that leaves them."""

from typing import Any

from cfstream.errors import Refused
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.kind import Proposal
from cfstream.policy_document import dump
from cfstream.ports import Call
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Grant
from cfstream.steps.modify import Mark
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.values import Address
from tests.unit.kinds.live import ACCOUNT, live, ours, proposal, scene
from tests.unit.kinds.s3 import (
    BUCKET,
    DISTRIBUTION_ARN,
    REGION,
    by_oac,
    denied,
    land,
    policy_of,
    s3,
    signed,
    statement,
)

ADDRESS = Address("bucket-policy", "lectures")
OLD = Address("bucket-policy", "lectures", "old-media")
OAC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\noac: {{}}\n"
THEIRS = statement("Theirs", {"AWS": "111122223333"}, "papers/")


def proposed(text: str, *, own: Any = None, **replies: Any) -> Proposal:
    """What the kind ``bucket-policy`` proposes; `own` is our distribution's row."""
    aws = live(**{**ours(own or signed(oac="E3OAC")), **s3(**replies)})
    return proposal(BucketPolicyKind(), scene(text), aws, land())


def forgetting(name: str) -> Mark:
    """The end of the tag that remembers a former bucket."""
    keys = {"Items": ["cfstream:former-bucket"]}
    return Mark(
        address=OLD,
        stage=Stage.UNMARK,
        because="nothing of ours is left in it",
        line=3,
        changes=(Change("tags.cfstream:former-bucket", name, None),),
        call=Call("cloudfront", "untag_resource", {"Resource": DISTRIBUTION_ARN, "TagKeys": keys}),
    )


def remembering(name: str) -> Any:
    """Replies about the tags of our distribution, which has left a bucket of that name."""
    tags = {"cfstream:name": "lectures", "cfstream:former-bucket": name}
    return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}


def test_other_bucket() -> None:
    """When the spec names another bucket, the old one is remembered until its statement, which goes last, is gone."""
    seen = policy_of(THEIRS, by_oac())
    own = signed(oac="E3OAC", bucket="old-media")
    made = proposed(OAC, own=own, policies={"old-media": seen})
    granted, remembered, revoked, forgotten = made.steps
    assert isinstance(granted, Grant)
    assert granted.edit == PolicyEdit(BUCKET, REGION, ACCOUNT, None, (by_oac(),), frozenset())
    assert revoked == Revoke(
        address=OLD,
        stage=Stage.REVOKE,
        because=f"the distribution reads {BUCKET} instead",
        line=3,
        changes=(Change("bucket", "old-media", BUCKET),),
        edit=PolicyEdit("old-media", "us-east-1", ACCOUNT, seen, (), frozenset({"cfstream-lectures-oac"})),
    )
    tags = {"Items": [{"Key": "cfstream:former-bucket", "Value": "old-media"}]}
    assert remembered == Mark(
        address=OLD,
        stage=Stage.MARK,
        because="remember this bucket until nothing of ours is left in it",
        line=3,
        changes=(Change("tags.cfstream:former-bucket", None, "old-media"),),
        call=Call("cloudfront", "tag_resource", {"Resource": DISTRIBUTION_ARN, "Tags": tags}),
    )
    assert forgotten == forgetting("old-media")
    assert [str(relied.address) for relied in made.relied_on] == [str(ADDRESS), f"{ADDRESS}/old-media"]


def test_remembered_bucket() -> None:
    """A run that died after the switch is followed by one that takes our statement out of the old bucket."""
    seen = policy_of(THEIRS, by_oac())
    policies = {"old-media": seen}
    tags = remembering("old-media")
    made = proposed(OAC, policy=policy_of(by_oac()), policies=policies, list_tags_for_resource=tags)
    revoked, forgotten = made.steps
    assert isinstance(revoked, Revoke)
    assert revoked.edit == PolicyEdit(
        "old-media", "us-east-1", ACCOUNT, seen, (), frozenset({"cfstream-lectures-oac"})
    )
    assert forgotten == forgetting("old-media")


def test_remembered_bucket_without_ours() -> None:
    """Where nothing of ours is left in the old bucket, or it is gone, the tag alone goes."""
    tags = remembering("old-media")
    made = proposed(OAC, policy=policy_of(by_oac()), list_tags_for_resource=tags)
    assert made.steps == (forgetting("old-media"),)


def test_remembered_bucket_that_is_closed_to_us() -> None:
    """An old bucket whose policy may not be read stays remembered, and that is told."""
    policies: Any = {"old-media": denied("s3:GetBucketPolicy")}
    tags = remembering("old-media")
    made = proposed(OAC, policy=policy_of(by_oac()), policies=policies, list_tags_for_resource=tags)
    assert made.steps == ()
    assert (
        "whether a statement of ours is left in the policy of old-media is not known" in made.notices[-1].text
    )


def test_back_to_the_remembered_bucket() -> None:
    """The spec may name the remembered bucket again: then the one in between is the former one."""
    own = signed(oac="E3OAC", bucket="other-media")
    policies = {"other-media": policy_of(by_oac())}
    made = proposed(
        OAC,
        own=own,
        policy=policy_of(by_oac()),
        policies=policies,
        list_tags_for_resource=remembering(BUCKET),
    )
    remembered, revoked, _ = made.steps
    assert isinstance(remembered, Mark)
    assert remembered.changes == (Change("tags.cfstream:former-bucket", BUCKET, "other-media"),)
    assert str(revoked.address) == f"{ADDRESS}/other-media"


def test_other_bucket_in_another_region() -> None:
    """The old bucket is followed to its region, as S3 tells it."""
    moved = Refused("s3:GetBucketPolicy", "PermanentRedirect", "", status=301)
    moved.region = "eu-central-1"
    answers: list[Any] = [moved, {"Policy": dump(policy_of(by_oac()))}]

    def policies(params: Any) -> Any:
        if params["Bucket"] == BUCKET:
            return {"Policy": dump(policy_of(by_oac()))}
        answer = answers.pop(0)
        if isinstance(answer, Refused):
            raise answer
        return answer

    own = signed(oac="E3OAC", bucket="old-media")
    _, step, _ = proposed(OAC, own=own, get_bucket_policy=policies).steps
    assert isinstance(step, Revoke)
    assert step.edit == PolicyEdit(
        "old-media", "eu-central-1", ACCOUNT, policy_of(by_oac()), (), frozenset({"cfstream-lectures-oac"})
    )


def test_other_bucket_without_ours() -> None:
    """An old bucket without a statement of ours is none of our business."""
    own = signed(oac="E3OAC", bucket="old-media")
    assert len(proposed(OAC, own=own, policies={"old-media": policy_of(THEIRS)}).steps) == 1
