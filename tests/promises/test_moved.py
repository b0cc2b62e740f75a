"""Nothing is overwritten blindly: a change between plan and apply is refused, and a new ETag alone is used."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promises.account import snapshot
from tests.promises.foreign import by_hand
from tests.promises.studio import (
    ONE,
    TWO,
    Json,
    Studio,
    allow,
    by_acl,
    group,
    http,
    key,
    outcome,
    rtmp,
    set_to,
    signed,
    signers,
    told,
)
from tests.promises.witness import Witness, once

Hand = Callable[[Studio], Any]


def untouched(config: Json) -> None:
    """Return an edit that changes nothing: CloudFront still gives a new ETag."""


CONTENT: dict[str, tuple[Json, Json, Hand, str]] = {
    "a field of ours": (
        signed(comment="before"),
        signed(comment="after"),
        lambda studio: studio.edit(set_to(Comment="by hand")),
        "Comment: 'before' -> 'by hand'",
    ),
    "a field that is not ours": (
        signed(),
        signed(comment="after"),
        lambda studio: studio.edit(set_to(HttpVersion="http3")),
        "HttpVersion: 'http2' -> 'http3'",
    ),
    "a streaming distribution": (
        rtmp(comment="before"),
        rtmp(comment="after"),
        lambda studio: studio.edit_streaming(set_to(Comment="by hand")),
        "Comment: 'before' -> 'by hand'",
    ),
    "the policy": (
        signed(oai={}),
        signed(),
        lambda studio: studio.put_policy(
            *studio.statements().values(), allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
        ),
        "theirs",
    ),
    "an identity's comment": (
        signed(oai={"comment": "before"}),
        signed(oai={"comment": "after"}),
        lambda studio: rename(studio, "cfstream:lectures by hand"),
        "Comment: 'cfstream:lectures before' -> 'cfstream:lectures by hand'",
    ),
    "a key group": (
        http(key_groups=[group(key(ONE))]),
        http(key_groups=[group(key(ONE), key(TWO))]),
        lambda studio: regroup(studio, Comment="cfstream:lectures by hand"),
        "Comment: 'cfstream:lectures' -> 'cfstream:lectures by hand'",
    ),
}


def rename(studio: Studio, comment: str) -> None:
    """Change the comment of the one identity by hand."""
    (identity,) = studio.identities()
    live = studio.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    config = {**live["CloudFrontOriginAccessIdentityConfig"], "Comment": comment}
    studio.cloudfront.update_cloud_front_origin_access_identity(
        Id=identity, IfMatch=live["ETag"], CloudFrontOriginAccessIdentityConfig=config
    )


def regroup(studio: Studio, **fields: Any) -> None:
    """Change fields of the stack's key group by hand."""
    group_id = studio.groups()["viewers"]["Id"]
    live = studio.cloudfront.get_key_group_config(Id=group_id)
    config = {**live["KeyGroupConfig"], **fields}
    studio.cloudfront.update_key_group(Id=group_id, IfMatch=live["ETag"], KeyGroupConfig=config)


@pytest.mark.parametrize(("before", "after", "hand", "line"), CONTENT.values(), ids=CONTENT)
def test_what_moved_is_stale_and_stays_as_it_moved(
    studio: Studio, before: Json, after: Json, hand: Hand, line: str
) -> None:
    """Nothing is overwritten. The report shows what changed, from what, to what, and a new plan continues."""
    studio.converge(before)
    plan = studio.plan(after)
    hand(studio)
    moved = snapshot(studio)
    witness = Witness(studio.world.aws)
    report = studio.run(plan, allow=["cuts-viewers"], door=witness)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert line in " ".join(told(report))
    kept = snapshot(studio)
    for part in ("distributions", "policies", "identities", "groups"):
        assert moved[part].items() <= kept[part].items()
    studio.converge(after, allow=["cuts-viewers"])


def test_a_new_etag_over_the_same_content_is_used(studio: Studio) -> None:
    """Someone saved without a change."""
    studio.converge(signed())
    plan = studio.plan(signed(comment="after"))
    studio.edit(untouched)
    assert studio.run(plan).exit_code == 0
    assert studio.config()["Comment"] == "after"


def test_our_own_step_may_move_the_etag(studio: Studio) -> None:
    """The key group's update changes the distribution's ETag, and one run does both."""
    studio.converge(http())
    plan = studio.plan(http(comment="after", key_groups=[group(key(ONE), key(TWO))]))
    assert studio.run(plan).exit_code == 0
    assert studio.config()["Comment"] == "after"
    assert len(studio.groups()["viewers"]["Items"]) == 2


def test_another_stacks_step_may_move_the_etag(studio: Studio) -> None:
    """A group of another stack of the run changes while this one is applied."""
    studio.converge(http(name="owner"))
    user = {**http(name="user"), "key_groups": [{"use": "viewers"}]}
    studio.converge(http(name="owner"), user)
    documents = [http(name="owner", key_groups=[group(key(ONE), key(TWO))]), {**user, "comment": "after"}]
    report = studio.apply(*documents)
    assert report.exit_code == 0, told(report)
    assert studio.config("user")["Comment"] == "after"


def test_content_that_is_as_wanted_already_is_done(studio: Studio) -> None:
    """Someone else made the same change."""
    studio.converge(signed())
    plan = studio.plan(signed(comment="after"))
    studio.edit(set_to(Comment="after"))
    assert studio.run(plan).exit_code == 0
    assert studio.config()["Comment"] == "after"


def test_a_second_mover_in_the_midst_is_noticed(studio: Studio) -> None:
    """If the content changes after the first steps, the later ones are not tried."""
    studio.converge(signed(oai={}, comment="before"))
    plan = studio.plan(signed(comment="after"))
    hand = once("put_bucket_policy", lambda: studio.edit(set_to(Comment="by hand")))
    report = studio.run(plan, door=Witness(studio.world.aws, after=hand))
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert studio.config()["Comment"] == "by hand"
    outcomes = [str(step.outcome) for step in report.stacks[0].steps]
    assert outcomes == ["done", "done", "stale", *["not-tried"] * (len(outcomes) - 3)]


def test_signers_taken_off_between_plan_and_apply_are_not_granted_to(studio: Studio) -> None:
    """A plan for a signed distribution does not open the bucket to one that is unsigned now."""
    studio.converge(signed(grant={"prefix": "a/"}))
    plan = studio.plan(signed())

    def open_up(config: Json) -> None:
        config["DefaultCacheBehavior"]["TrustedSigners"] = signers()

    studio.edit(open_up)
    report = studio.run(plan, allow=["widens-grant"])
    statement = studio.statements()["cfstream-lectures-oac"]
    assert (report.exit_code, statement["Resource"]) == (4, "arn:aws:s3:::media/a/*")


def tag_by_hand(studio: Studio, key_: str, value: str) -> None:
    """Give the stack's distribution a tag by hand."""
    tags = {"Items": [{"Key": key_, "Value": value}]}
    studio.cloudfront.tag_resource(Resource=studio.live()["ARN"], Tags=tags)


def test_a_tag_that_somebody_changed_is_not_overwritten(studio: Studio) -> None:
    """Tags have no ETag, so they are read again before the write. Other tags do not matter."""
    studio.converge(signed(tags={"team": "media"}))
    plan = studio.plan(signed(tags={"team": "stage"}))
    tag_by_hand(studio, "team", "by hand")
    report = studio.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert "tags.team: 'media' -> 'by hand'" in " ".join(told(report))
    assert studio.tags(studio.live()["ARN"])["team"] == "by hand"
    plan = studio.plan(signed(tags={"team": "stage"}))
    tag_by_hand(studio, "cost", "42")
    assert studio.run(plan).exit_code == 0
    expected = {"team": "stage", "cost": "42", "cfstream:name": "lectures"}
    assert studio.tags(studio.live()["ARN"]) == expected


def test_a_distribution_that_another_stack_adopted_meanwhile_keeps_its_name(studio: Studio) -> None:
    """If two users adopt one distribution, the second is refused."""
    stranger = by_hand(studio)
    plan = studio.plan(signed(adopt=stranger["Id"], origin_access="none", tags={"team": "media"}))
    studio.converge(signed(name="talks", adopt=stranger["Id"], origin_access="none", tags={"team": "talks"}))
    report = studio.run(plan)
    assert report.exit_code == 4
    assert studio.tags(stranger["ARN"]) == {"cfstream:name": "talks", "team": "talks"}


def test_a_distribution_that_came_to_be_is_not_made_twice(studio: Studio) -> None:
    """If two users apply the same plan, there is one distribution, one identity and one key."""
    plan = studio.plan(http())
    assert studio.run(plan).exit_code == 0
    studio.run(plan)
    assert len(studio.distributions()) == 1
    assert len(studio.controls()) == 1
    assert len(studio.keys()) == 1
    studio.converge(http())


def test_a_distribution_that_is_gone_is_not_made_in_its_place(studio: Studio) -> None:
    """The plan was to change it, so it is not created."""
    studio.converge(signed())
    plan = studio.plan(signed(comment="after"))
    studio.edit(set_to(Enabled=False))
    gone = studio.id()
    studio.cloudfront.delete_distribution(
        Id=gone, IfMatch=studio.cloudfront.get_distribution(Id=gone)["ETag"]
    )
    report = studio.run(plan)
    assert report.exit_code in (1, 4)
    assert studio.distributions() == []


def test_a_bucket_that_came_to_be_is_not_taken(empty: Studio) -> None:
    """The plan was to create it closed. Someone else may have created an open one."""
    document = signed(bucket={"name": "media", "create": True})
    plan = empty.plan(document)
    empty.s3.create_bucket(Bucket="media")
    empty.unblocked()
    report = empty.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert empty.policy() is None
    assert empty.distributions() == []


def test_an_orphan_that_somebody_uses_again_is_kept(studio: Studio) -> None:
    """After the plan, another distribution started to use the old identity."""
    studio.converge(signed(oai={}))
    (identity,) = studio.identities()
    studio.converge(signed(name="clips", oac={}))
    plan = studio.plan(signed())

    def take(config: Json) -> None:
        origin = config["Origins"]["Items"][0]
        origin["OriginAccessControlId"] = ""
        origin["S3OriginConfig"] = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}

    studio.edit(take, stack="clips")
    report = studio.run(plan)
    assert report.exit_code == 1
    assert [*studio.identities()] == [identity]


def test_an_orphan_that_got_another_mark_is_kept(studio: Studio) -> None:
    """It is no longer what the plan saw."""
    studio.converge(signed(oai={}))
    plan = studio.plan(signed())
    rename(studio, "somebody else's now")
    report = studio.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert len(studio.identities()) == 1


def test_objects_that_come_and_go_are_no_obstacle(empty: Studio) -> None:
    """The objects that are listed at apply are granted, and deleted ones need no grant."""
    empty.bucket("media", "a.mp4", "b.mp4", ObjectOwnership="BucketOwnerPreferred")
    plan = empty.plan(by_acl())
    empty.s3.delete_object(Bucket="media", Key="a.mp4")
    empty.s3.put_object(Bucket="media", Key="c.mp4", Body=b"-")
    assert empty.run(plan).exit_code == 0
    (identity,) = empty.identities().values()
    assert empty.grants("b.mp4")[identity["S3CanonicalUserId"]] == ["READ"]
    assert empty.grants("c.mp4")[identity["S3CanonicalUserId"]] == ["READ"]


def test_a_policy_that_another_stack_of_the_run_wrote_is_no_stranger(studio: Studio) -> None:
    """Both were planned from the same policy: the second merges into what the first wrote."""
    studio.converge(signed(oai={}), signed(name="clips", oai={}))
    report = studio.apply(signed(), signed(name="clips"))
    assert report.exit_code == 0, told(report)
    assert {*studio.statements()} == {"cfstream-lectures-oac", "cfstream-clips-oac"}
