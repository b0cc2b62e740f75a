"""Owned resources are found without a state file, and resources of others never change."""

import pytest

from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.plans import changes, outcome, problems, report_lines, steps
from tests.world.ports import Witness
from tests.world.specs import http, rtmp, signed
from tests.world.statements import allow


def untagged(account: SandboxAccount, stack: str = "lectures") -> str:
    """Remove the name from the stack's distribution by hand, and return its id."""
    live = account.live(stack)
    account.cloudfront.untag_resource(Resource=live["ARN"], TagKeys={"Items": ["cfstream:name"]})
    return str(live["Id"])


def test_the_name_is_set_in_the_creating_call(account: SandboxAccount) -> None:
    """The distribution is never without an owner."""
    witness = Witness(account.world.aws)
    assert account.apply(signed(tags={"team": "media"}), port=witness).exit_code == 0
    assert "tag_resource" not in witness.writes
    assert account.tags(account.live()["ARN"]) == {"cfstream:name": "lectures", "team": "media"}


def test_the_tag_decides_and_not_the_bucket(account: SandboxAccount) -> None:
    """A distribution of the same bucket without the tag is not the stack's. One of another bucket with it is."""
    foreign_one = by_hand(account)
    account.converge(signed())
    ours = account.id()
    assert ours != foreign_one["Id"]
    account.bucket("other")
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    assert account.stack(signed()).live.distribution_id == ours


def test_of_many_distributions_the_tagged_one_is_found(account: SandboxAccount) -> None:
    """It is found even if neither bucket nor alias match, by the tag index."""
    for number in range(25):
        by_hand(account, CallerReference=f"stranger-{number}")
    account.converge(signed())
    ours = account.id()
    account.bucket("other")
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    assert account.stack(signed()).live.distribution_id == ours


def test_two_with_the_same_name_are_a_problem(account: SandboxAccount) -> None:
    """Nothing chooses one of them."""
    account.converge(signed())
    twin = by_hand(account)
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    account.cloudfront.tag_resource(Resource=twin["ARN"], Tags=tags)
    plan = account.stack(signed())
    assert len(problems(plan)) == 1
    assert twin["Id"] in problems(plan)[0]


def test_a_distribution_that_lost_its_tag_is_adopted_again(account: SandboxAccount) -> None:
    """It has the stack's caller reference, which is unique, so it gets its name back."""
    account.converge(signed())
    ours = untagged(account)
    plan = account.converge(signed())
    assert steps(plan) == ["modify distribution:lectures"]
    assert changes(plan.stacks[0]) == {"tags.cfstream:name": (None, "lectures")}
    assert [row["Id"] for row in account.distributions()] == [ours]
    assert account.id() == ours


def test_a_distribution_that_lost_its_tag_and_was_changed_is_adopted_again(account: SandboxAccount) -> None:
    """The plan shows the differences, and one run repairs all of them."""
    account.converge(signed(comment="before"))
    ours = untagged(account)
    plan = account.converge(signed(comment="after")).stacks[0]
    assert changes(plan) == {"comment": ("before", "after"), "tags.cfstream:name": (None, "lectures")}
    assert account.id() == ours
    assert [row["Id"] for row in account.distributions()] == [ours]


def test_a_distribution_that_no_list_leads_to_is_adopted_when_it_is_created_again(
    account: SandboxAccount,
) -> None:
    """It reads another bucket and has no tag: CloudFront answers that the caller reference exists."""
    account.bucket("other")
    account.converge(signed())
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    account.s3.delete_bucket_policy(Bucket="media")
    ours = untagged(account)
    first = account.apply(signed())
    assert (first.exit_code, outcome(first)) == (4, "stale"), report_lines(first)
    assert account.id() == ours
    account.converge(signed())
    assert [row["Id"] for row in account.distributions()] == [ours]


def test_a_deleted_resource_is_created_again(account: SandboxAccount) -> None:
    """The caller reference stays used, so the next generation is used."""
    account.sandbox.cloudfront.settings.burnt_references = True
    account.converge(signed())
    gone = account.live()
    disabled = {**gone["DistributionConfig"], "Enabled": False}
    etag = account.cloudfront.get_distribution(Id=gone["Id"])["ETag"]
    etag = account.cloudfront.update_distribution(Id=gone["Id"], IfMatch=etag, DistributionConfig=disabled)[
        "ETag"
    ]
    account.cloudfront.delete_distribution(Id=gone["Id"], IfMatch=etag)
    account.converge(signed())
    assert account.id() != gone["Id"]
    reference = account.config()["CallerReference"]
    assert reference.removesuffix("2") == gone["DistributionConfig"]["CallerReference"].removesuffix("1")


def test_caller_references_are_made_of_account_name_kind_and_generation(account: SandboxAccount) -> None:
    """They do not depend on a clock or the bucket: the same stack in another bucket has the same ones."""
    account.converge(rtmp())
    streaming = account.streaming_config()["CallerReference"]
    (identity,) = account.identities()
    config = account.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    references = [streaming, config["CloudFrontOriginAccessIdentityConfig"]["CallerReference"]]
    for reference in references:
        assert account.world.account in reference
        assert "lectures" in reference
        assert "media" not in reference
    assert len({*references}) == 2


def test_identities_keys_and_groups_have_our_mark(account: SandboxAccount) -> None:
    """Their comments and descriptions start with it, and the OAC is named after the stack."""
    account.converge(http(), rtmp(name="old"))
    (control,) = account.controls().values()
    assert (control["Name"], control["Description"]) == ("cfstream-lectures", "cfstream:lectures")
    (identity,) = account.identities().values()
    assert identity["Comment"].split(" ")[0] == "cfstream:old"
    assert account.groups()["viewers"]["Comment"].split(" ")[0] == "cfstream:lectures"
    assert account.keys()["one"]["Comment"].split(" ")[0] == "cfstream:lectures"


def test_a_name_that_begins_alike_is_not_ours(account: SandboxAccount) -> None:
    """`lectures` and `lectures-2` do not change resources of each other."""
    account.converge(signed(oai={}), signed(name="lectures-2", oai={}))
    both = account.identities()
    account.converge(signed(), signed(name="lectures-2", oai={}))
    kept = account.identities()
    assert len(both) == 2
    assert [row["Comment"].split(" ")[0] for row in kept.values()] == ["cfstream:lectures-2"]


def test_only_statements_whose_sid_is_ours_are_touched(account: SandboxAccount) -> None:
    """Statements with a similar Sid, or without one, stay unchanged."""
    theirs = {"AWS": "arn:aws:iam::111122223333:root"}
    foreign = [
        allow("cfstream-lectures-oac-2", theirs),
        allow("cfstream-lectures", theirs),
        allow("xcfstream-lectures-oac", theirs),
        allow("cfstream-clips-oac", theirs, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::media/*"},
    ]
    account.put_policy(*foreign)
    written = account.policy()
    account.converge(signed())
    account.converge(signed(oai={}))
    policy = account.policy()
    assert written is not None
    assert policy is not None
    assert [each for each in policy["Statement"] if each.get("Sid") != "cfstream-lectures-oai"] == written[
        "Statement"
    ]


def test_a_foreign_statement_that_gives_exactly_the_wanted_grant_satisfies_it(
    account: SandboxAccount,
) -> None:
    """No statement of the stack is added."""
    account.converge(signed())
    ours = account.statements()["cfstream-lectures-oac"]
    account.put_policy({**ours, "Sid": "WrittenByHand"})
    assert steps(account.plan(signed())) == []
    assert [*account.statements()] == ["WrittenByHand"]
    account.put_policy({**ours, "Sid": "WrittenByHand", "Resource": "arn:aws:s3:::media/a/*"})
    account.converge(signed(), allow=["widens-grant"])
    assert {*account.statements()} == {"WrittenByHand", "cfstream-lectures-oac"}


def test_owned_resources_that_nothing_uses_are_deleted(account: SandboxAccount) -> None:
    """Identity, key group and key are deleted once the distribution does not use them."""
    account.converge(http(oai={}))
    account.converge(signed(), allow=["cuts-viewers"])
    assert account.identities() == {}
    assert account.groups() == {}
    assert account.keys() == {}
    account.converge(signed(oai={}))
    assert account.controls() == {}


def test_owned_resources_in_use_stay(account: SandboxAccount) -> None:
    """A foreign distribution reads with the stack's identity: a notice mentions it, and it stays."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    path = f"origin-access-identity/cloudfront/{identity}"
    foreign_one = by_hand(account)
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(S3OriginConfig={"OriginAccessIdentity": path}),
        id_=foreign_one["Id"],
    )
    plan = account.converge(signed()).stacks[0]
    assert [*account.identities()] == [identity]
    assert any(identity in notice.text and foreign_one["Id"] in notice.text for notice in plan.notices)


def test_resources_of_others_are_never_deleted(account: SandboxAccount) -> None:
    """Unused identities, groups and keys without the mark stay."""
    identity = account.make_identity("cfstream: not a mark")
    account.make_group("theirs", account.make_key("their-key"))
    account.converge(signed())
    assert [*account.identities()] == [identity]
    assert [*account.groups()] == ["theirs"]
    assert [*account.keys()] == ["their-key"]


def test_resources_used_by_name_or_id_are_never_changed(account: SandboxAccount) -> None:
    """`use` and `id` only refer to resources of others."""
    identity = account.make_identity()
    theirs = account.make_group("newsroom", account.make_key("newsroom-key"))
    document = http(oai={"id": identity}, key_groups=[{"use": "newsroom"}])
    account.converge(document)
    account.converge({**document, "key_groups": [{"use": theirs}]})
    assert account.config()["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [theirs]
    assert account.identities()[identity]["Comment"] == "by hand"
    account.converge(signed(), allow=["cuts-viewers"])
    assert [*account.identities()] == [identity]
    assert [*account.groups()] == ["newsroom"]


def test_a_new_bucket_is_never_open(empty: SandboxAccount) -> None:
    """All public access is blocked. Ownership is enforced, or preferred for grants on objects."""
    empty.converge(signed(bucket={"name": "media", "create": True}))
    block = empty.s3.get_public_access_block(Bucket="media")["PublicAccessBlockConfiguration"]
    assert {*block.values()} == {True}
    rule = empty.s3.get_bucket_ownership_controls(Bucket="media")["OwnershipControls"]["Rules"][0]
    assert rule["ObjectOwnership"] == "BucketOwnerEnforced"
    grant = {"via": "object-acl"}
    empty.converge(signed(name="old", bucket={"name": "old-media", "create": True}, oai={}, grant=grant))
    rule = empty.s3.get_bucket_ownership_controls(Bucket="old-media")["OwnershipControls"]["Rules"][0]
    assert rule["ObjectOwnership"] == "BucketOwnerPreferred"


def test_a_bucket_that_exists_is_never_changed(empty: SandboxAccount) -> None:
    """With or without `create: true`, its block and its ownership stay."""
    empty.s3.create_bucket(Bucket="media", ObjectOwnership="ObjectWriter")
    empty.unblocked()
    empty.converge(signed(bucket={"name": "media", "create": True}))
    rule = empty.s3.get_bucket_ownership_controls(Bucket="media")["OwnershipControls"]["Rules"][0]
    assert rule["ObjectOwnership"] == "ObjectWriter"
    assert empty.stack(signed(bucket={"name": "media", "create": True})).steps == ()


def test_an_http_stack_may_change_its_bucket(account: SandboxAccount) -> None:
    """The new bucket is granted first, and the old one's statement is removed last."""
    account.bucket("newer", "a/one.mp4")
    account.converge(signed())
    ours = account.id()
    plan = account.converge(signed(bucket="newer")).stacks[0]
    verbs = [step.split(" ")[0] for step in steps(plan)]
    first_grant, wait, first_revoke = (verbs.index(verb) for verb in ("grant", "wait", "revoke"))
    assert first_grant < steps(plan).index("modify distribution:lectures") < wait < first_revoke
    assert changes(plan)["bucket"] == ("media", "newer")
    assert plan.exposure.before == ("in media: signers: self",)
    assert plan.exposure.after == ("signers: self",)
    (moved,) = [each for each in plan.notices if "the bucket media, which the spec replaces" in each.text]
    assert moved.warning
    assert "copy the objects first: `aws s3 sync s3://media s3://newer`" in moved.do
    assert account.id() == ours
    assert account.policy("media") is None
    assert [*account.statements("newer")] == ["cfstream-lectures-oac"]


def test_an_rtmp_stack_cannot_change_its_bucket(account: SandboxAccount) -> None:
    """It is a problem, and nothing is written."""
    account.bucket("newer")
    account.converge(rtmp())
    plan = account.stack(rtmp(bucket="newer"))
    assert any("its origin cannot change" in what for what in problems(plan))
    assert outcome(account.apply(rtmp(bucket="newer"))) == "blocked"
    assert account.policy("newer") is None


def test_a_distribution_that_another_stack_adopted_stays_with_it(account: SandboxAccount) -> None:
    """It has the old caller reference and another name: a new stack with the old name gets its own distribution."""
    account.converge(signed())
    taken = untagged(account)
    account.converge(signed(name="talks", adopt=taken, comment="renamed"))
    account.converge(signed(), signed(name="talks", adopt=taken, comment="renamed"))
    assert account.id("talks") == taken
    assert account.id("lectures") != taken


def test_a_stack_with_a_new_name_is_one_problem(account: SandboxAccount) -> None:
    """Its key group and its key belong to the former name. It is reported once, at the name."""
    account.converge(http())
    (problem,) = account.stack(http(name="seminars")).problems
    named = "the key group viewers and the public key one belong to the stack lectures"
    assert problem.what == f"{named}, and no spec of this run has the name lectures"
    assert problem.do.startswith("if this stack was lectures, write `name: lectures` again")
    other, _ = account.plan(http(name="seminars"), signed(name="lectures", bucket="media")).stacks[::-1]
    assert problems(other) == [f"{named}, whose spec is in this run"]


@pytest.mark.parametrize("deployed", [False, True])
def test_two_stacks_that_name_one_group_are_one_problem(account: SandboxAccount, deployed: bool) -> None:
    """The spec has its own host name, or its own distribution: so it was not renamed. `use` is the way to share."""
    account.converge(http())
    document = http(name="seminars") if deployed else http(name="seminars", cnames=["seminars.example.com"])
    if deployed:
        account.converge(http(), signed(name="seminars"))
    else:
        account.certificate("*.example.com")
    (problem,) = account.stack(document).problems
    assert problem.what == "the key group viewers and the public key one belong to the stack lectures"
    assert problem.do.startswith(
        "write `{use: viewers}` to trust the same keys, without the keys; or give its key"
    )
    assert "name: lectures" not in problem.do


def test_the_stack_that_creates_a_missing_resource_is_named(empty: SandboxAccount) -> None:
    """The stack that needs it is planned once it exists."""
    maker = http(name="one", bucket={"name": "media", "create": True})
    user = http(name="two", bucket="media", key_groups=[{"use": "viewers"}])
    plan = empty.plan(maker, user)
    assert plan.stacks[0].problems == ()
    assert [problem.do.split(":")[0] for problem in plan.stacks[1].problems] == [
        "the stack one of this run creates it"
    ] * 2
