"""Nothing is overwritten blindly: a change between plan and apply is refused, and a new ETag alone is used."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promises.account import snapshot
from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import set_to, signers
from tests.world.plans import outcome, report_lines
from tests.world.ports import Witness, once
from tests.world.specs import ONE, TWO, Json, by_acl, group, http, key, rtmp, signed
from tests.world.statements import allow

AccountChange = Callable[[SandboxAccount], Any]


def untouched(config: Json) -> None:
    """Return an edit that changes nothing: CloudFront still gives a new ETag."""


CONTENT: dict[str, tuple[Json, Json, AccountChange, str]] = {
    "a field of ours": (
        signed(comment="before"),
        signed(comment="after"),
        lambda account: account.edit(set_to(Comment="by hand")),
        'comment: "before" -> "by hand"',
    ),
    "a field that is not ours": (
        signed(),
        signed(comment="after"),
        lambda account: account.edit(set_to(HttpVersion="http3")),
        'http.http_version: "http2" -> "http3"',
    ),
    "a streaming distribution": (
        rtmp(comment="before"),
        rtmp(comment="after"),
        lambda account: account.edit_streaming(set_to(Comment="by hand")),
        'comment: "before" -> "by hand"',
    ),
    "the policy": (
        signed(oai={}),
        signed(),
        lambda account: account.put_policy(
            *account.statements().values(), allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
        ),
        "theirs",
    ),
    "an identity's comment": (
        signed(oai={"comment": "before"}),
        signed(oai={"comment": "after"}),
        lambda account: rename(account, "cfstream:lectures by hand"),
        'comment: "cfstream:lectures before" -> "cfstream:lectures by hand"',
    ),
    "a key group": (
        http(key_groups=[group(key(ONE))]),
        http(key_groups=[group(key(ONE), key(TWO))]),
        lambda account: add_key(account, Comment="cfstream:lectures by hand"),
        'comment: "cfstream:lectures" -> "cfstream:lectures by hand"',
    ),
    "the signers, by their names": (
        http(key_groups=[group(key(ONE))]),
        http(key_groups=[group(key(ONE))], comment="after"),
        lambda account: account.edit(
            lambda config: config["DefaultCacheBehavior"].update(TrustedKeyGroups=signers())
        ),
        'key_groups: ["viewers"] -> []',
    ),
    "a policy, by its name": (
        http(key_groups=[group(key(ONE))]),
        http(key_groups=[group(key(ONE))], comment="after"),
        lambda account: account.edit(
            lambda config: config["DefaultCacheBehavior"].update(
                CachePolicyId="4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
            )
        ),
        'http.cache_policy: "CachingOptimized" -> "CachingDisabled"',
    ),
}


def rename(account: SandboxAccount, comment: str) -> None:
    """Change the comment of the one identity by hand."""
    (identity,) = account.identities()
    live = account.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    config = {**live["CloudFrontOriginAccessIdentityConfig"], "Comment": comment}
    account.cloudfront.update_cloud_front_origin_access_identity(
        Id=identity, IfMatch=live["ETag"], CloudFrontOriginAccessIdentityConfig=config
    )


def add_key(account: SandboxAccount, **fields: Any) -> None:
    """Change fields of the stack's key group by hand."""
    group_id = account.groups()["viewers"]["Id"]
    live = account.cloudfront.get_key_group_config(Id=group_id)
    config = {**live["KeyGroupConfig"], **fields}
    account.cloudfront.update_key_group(Id=group_id, IfMatch=live["ETag"], KeyGroupConfig=config)


@pytest.mark.parametrize(("before", "after", "hand", "line"), CONTENT.values(), ids=CONTENT)
def test_changed_content_is_stale_and_stays(
    account: SandboxAccount, before: Json, after: Json, hand: AccountChange, line: str
) -> None:
    """Nothing is overwritten. The report shows what changed, from what, to what, and a new plan continues."""
    account.converge(before)
    plan = account.plan(after)
    hand(account)
    moved = snapshot(account)
    witness = Witness(account.world.aws)
    report = account.run(plan, allow=["cuts-viewers"], port=witness)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert line in " ".join(report_lines(report))
    kept = snapshot(account)
    for part in ("distributions", "policies", "identities", "groups"):
        assert moved[part].items() <= kept[part].items()
    account.converge(after, allow=["cuts-viewers"])


def test_a_new_etag_over_the_same_content_is_used(account: SandboxAccount) -> None:
    """Someone saved without a change."""
    account.converge(signed())
    plan = account.plan(signed(comment="after"))
    account.edit(untouched)
    assert account.run(plan).exit_code == 0
    assert account.config()["Comment"] == "after"


def test_our_own_step_may_move_the_etag(account: SandboxAccount) -> None:
    """The key group's update changes the distribution's ETag, and one run does both."""
    account.converge(http())
    plan = account.plan(http(comment="after", key_groups=[group(key(ONE), key(TWO))]))
    assert account.run(plan).exit_code == 0
    assert account.config()["Comment"] == "after"
    assert len(account.groups()["viewers"]["Items"]) == 2


def test_another_stacks_step_may_move_the_etag(account: SandboxAccount) -> None:
    """A group of another stack of the run changes while this one is applied."""
    account.converge(http(name="owner"))
    user = {**http(name="user"), "key_groups": [{"use": "viewers"}]}
    account.converge(http(name="owner"), user)
    documents = [http(name="owner", key_groups=[group(key(ONE), key(TWO))]), {**user, "comment": "after"}]
    report = account.apply(*documents)
    assert report.exit_code == 0, report_lines(report)
    assert account.config("user")["Comment"] == "after"


def test_content_that_is_as_wanted_already_is_done(account: SandboxAccount) -> None:
    """Someone else made the same change."""
    account.converge(signed())
    plan = account.plan(signed(comment="after"))
    account.edit(set_to(Comment="after"))
    assert account.run(plan).exit_code == 0
    assert account.config()["Comment"] == "after"


def test_a_change_during_the_run_is_noticed(account: SandboxAccount) -> None:
    """If the content changes after the first steps, the later ones are not tried."""
    account.converge(signed(oai={}, comment="before"))
    plan = account.plan(signed(comment="after"))
    hand = once("put_bucket_policy", lambda: account.edit(set_to(Comment="by hand")))
    report = account.run(plan, port=Witness(account.world.aws, after=hand))
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert account.config()["Comment"] == "by hand"
    outcomes = [str(step.outcome) for step in report.stacks[0].steps]
    assert outcomes == ["done", "done", "stale", *["not-tried"] * (len(outcomes) - 3)]


def test_nothing_is_granted_if_the_signers_were_removed_since_the_plan(account: SandboxAccount) -> None:
    """A plan for a signed distribution does not open the bucket to one that is unsigned now."""
    account.converge(signed(grant={"prefix": "a/"}))
    plan = account.plan(signed())

    def open_up(config: Json) -> None:
        config["DefaultCacheBehavior"]["TrustedSigners"] = signers()

    account.edit(open_up)
    report = account.run(plan, allow=["widens-grant"])
    statement = account.statements()["cfstream-lectures-oac"]
    assert (report.exit_code, statement["Resource"]) == (4, "arn:aws:s3:::media/a/*")


def tag_by_hand(account: SandboxAccount, key_: str, value: str) -> None:
    """Give the stack's distribution a tag by hand."""
    tags = {"Items": [{"Key": key_, "Value": value}]}
    account.cloudfront.tag_resource(Resource=account.live()["ARN"], Tags=tags)


def test_a_tag_that_somebody_changed_is_not_overwritten(account: SandboxAccount) -> None:
    """Tags have no ETag, so they are read again before the write. Other tags do not matter."""
    account.converge(signed(tags={"team": "media"}))
    plan = account.plan(signed(tags={"team": "stage"}))
    tag_by_hand(account, "team", "by hand")
    report = account.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert 'tags.team: "media" -> "by hand"' in " ".join(report_lines(report))
    assert account.tags(account.live()["ARN"])["team"] == "by hand"
    plan = account.plan(signed(tags={"team": "stage"}))
    tag_by_hand(account, "cost", "42")
    assert account.run(plan).exit_code == 0
    expected = {"team": "stage", "cost": "42", "cfstream:name": "lectures"}
    assert account.tags(account.live()["ARN"]) == expected


def test_a_distribution_that_another_stack_adopted_meanwhile_keeps_its_name(account: SandboxAccount) -> None:
    """If two users adopt one distribution, the second is refused."""
    foreign = by_hand(account)
    plan = account.plan(signed(adopt=foreign["Id"], origin_access="none", tags={"team": "media"}))
    account.converge(signed(name="talks", adopt=foreign["Id"], origin_access="none", tags={"team": "talks"}))
    report = account.run(plan)
    assert report.exit_code == 4
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "talks", "team": "talks"}


def test_a_distribution_that_was_created_since_the_plan_is_not_created_twice(account: SandboxAccount) -> None:
    """If two users apply the same plan, there is one distribution, one identity and one key."""
    plan = account.plan(http())
    assert account.run(plan).exit_code == 0
    account.run(plan)
    assert len(account.distributions()) == 1
    assert len(account.controls()) == 1
    assert len(account.keys()) == 1
    account.converge(http())


def test_a_distribution_that_was_deleted_since_the_plan_is_not_created(account: SandboxAccount) -> None:
    """The plan was to change it, so it is not created."""
    account.converge(signed())
    plan = account.plan(signed(comment="after"))
    account.edit(set_to(Enabled=False))
    gone = account.id()
    account.cloudfront.delete_distribution(
        Id=gone, IfMatch=account.cloudfront.get_distribution(Id=gone)["ETag"]
    )
    report = account.run(plan)
    assert report.exit_code in (1, 4)
    assert account.distributions() == []


def test_a_bucket_that_was_created_since_the_plan_is_not_used(empty: SandboxAccount) -> None:
    """The plan was to create it closed. Someone else may have created an open one."""
    document = signed(bucket={"name": "media", "create": True})
    plan = empty.plan(document)
    empty.s3.create_bucket(Bucket="media")
    empty.unblocked()
    report = empty.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert empty.policy() is None
    assert empty.distributions() == []


def test_an_orphan_that_somebody_uses_again_is_kept(account: SandboxAccount) -> None:
    """After the plan, another distribution started to use the old identity."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    account.converge(signed(name="clips", oac={}))
    plan = account.plan(signed())

    def take(config: Json) -> None:
        origin = config["Origins"]["Items"][0]
        origin["OriginAccessControlId"] = ""
        origin["S3OriginConfig"] = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}

    account.edit(take, stack="clips")
    report = account.run(plan)
    assert report.exit_code == 1
    assert [*account.identities()] == [identity]


def test_an_orphan_that_got_another_mark_is_kept(account: SandboxAccount) -> None:
    """It is no longer what the plan saw."""
    account.converge(signed(oai={}))
    plan = account.plan(signed())
    rename(account, "somebody else's now")
    report = account.run(plan)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert len(account.identities()) == 1


def test_new_and_deleted_objects_do_not_make_a_plan_stale(empty: SandboxAccount) -> None:
    """The objects that are listed at apply are granted, and deleted ones need no grant."""
    empty.bucket("media", "a.mp4", "b.mp4", ObjectOwnership="BucketOwnerPreferred")
    plan = empty.plan(by_acl())
    empty.s3.delete_object(Bucket="media", Key="a.mp4")
    empty.s3.put_object(Bucket="media", Key="c.mp4", Body=b"-")
    assert empty.run(plan).exit_code == 0
    (identity,) = empty.identities().values()
    assert empty.grants("b.mp4")[identity["S3CanonicalUserId"]] == ["READ"]
    assert empty.grants("c.mp4")[identity["S3CanonicalUserId"]] == ["READ"]


def test_a_policy_that_another_stack_of_the_run_wrote_is_not_foreign(account: SandboxAccount) -> None:
    """Both were planned from the same policy: the second merges into what the first wrote."""
    account.converge(signed(oai={}), signed(name="clips", oai={}))
    report = account.apply(signed(), signed(name="clips"))
    assert report.exit_code == 0, report_lines(report)
    assert {*account.statements()} == {"cfstream-lectures-oac", "cfstream-clips-oac"}
