"""Owned resources are found without a state file, and resources of others never change."""

from tests.promises.foreign import by_hand
from tests.promises.studio import (
    Studio,
    allow,
    changes,
    http,
    outcome,
    problems,
    rtmp,
    signed,
    steps,
    told,
)
from tests.promises.witness import Witness


def untagged(studio: Studio, stack: str = "lectures") -> str:
    """Remove the name from the stack's distribution by hand, and return its id."""
    live = studio.live(stack)
    studio.cloudfront.untag_resource(Resource=live["ARN"], TagKeys={"Items": ["cfstream:name"]})
    return str(live["Id"])


def test_the_name_is_set_in_the_creating_call(studio: Studio) -> None:
    """The distribution is never without an owner."""
    witness = Witness(studio.world.aws)
    assert studio.apply(signed(tags={"team": "media"}), door=witness).exit_code == 0
    assert "tag_resource" not in witness.writes
    assert studio.tags(studio.live()["ARN"]) == {"cfstream:name": "lectures", "team": "media"}


def test_the_tag_decides_and_not_the_bucket(studio: Studio) -> None:
    """A distribution of the same bucket without the tag is not the stack's. One of another bucket with it is."""
    stranger = by_hand(studio)
    studio.converge(signed())
    ours = studio.id()
    assert ours != stranger["Id"]
    studio.bucket("other")
    studio.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    assert studio.stack(signed()).live.distribution_id == ours


def test_of_many_distributions_the_tagged_one_is_found(studio: Studio) -> None:
    """It is found even if neither bucket nor alias match, by the tag index."""
    for number in range(25):
        by_hand(studio, CallerReference=f"stranger-{number}")
    studio.converge(signed())
    ours = studio.id()
    studio.bucket("other")
    studio.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    assert studio.stack(signed()).live.distribution_id == ours


def test_two_that_bear_the_name_are_a_problem(studio: Studio) -> None:
    """Nothing chooses one of them."""
    studio.converge(signed())
    twin = by_hand(studio)
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    studio.cloudfront.tag_resource(Resource=twin["ARN"], Tags=tags)
    plan = studio.stack(signed())
    assert len(problems(plan)) == 1
    assert twin["Id"] in problems(plan)[0]


def test_one_whose_tag_was_taken_off_is_adopted_again(studio: Studio) -> None:
    """It has the stack's caller reference, which is unique, so it gets its name back."""
    studio.converge(signed())
    ours = untagged(studio)
    plan = studio.converge(signed())
    assert steps(plan) == ["modify distribution:lectures"]
    assert changes(plan.stacks[0]) == {"tags.cfstream:name": (None, "lectures")}
    assert [row["Id"] for row in studio.distributions()] == [ours]
    assert studio.id() == ours


def test_one_whose_tag_was_taken_off_is_adopted_also_when_it_was_changed(studio: Studio) -> None:
    """The plan shows the differences, and one run repairs all of them."""
    studio.converge(signed(comment="before"))
    ours = untagged(studio)
    plan = studio.converge(signed(comment="after")).stacks[0]
    assert changes(plan) == {"comment": ("before", "after"), "tags.cfstream:name": (None, "lectures")}
    assert studio.id() == ours
    assert [row["Id"] for row in studio.distributions()] == [ours]


def test_one_that_lists_do_not_lead_to_is_adopted_when_it_is_created_again(studio: Studio) -> None:
    """It reads another bucket and has no tag: CloudFront answers that the caller reference exists."""
    studio.bucket("other")
    studio.converge(signed())
    studio.edit(
        lambda config: config["Origins"]["Items"][0].update(DomainName="other.s3.us-east-1.amazonaws.com")
    )
    studio.s3.delete_bucket_policy(Bucket="media")
    ours = untagged(studio)
    first = studio.apply(signed())
    assert (first.exit_code, outcome(first)) == (4, "stale"), told(first)
    assert studio.id() == ours
    studio.converge(signed())
    assert [row["Id"] for row in studio.distributions()] == [ours]


def test_what_existed_and_is_gone_is_made_anew(studio: Studio) -> None:
    """The caller reference stays used, so the next generation is used."""
    studio.sandbox.cloudfront.settings.burnt_references = True
    studio.converge(signed())
    gone = studio.live()
    disabled = {**gone["DistributionConfig"], "Enabled": False}
    etag = studio.cloudfront.get_distribution(Id=gone["Id"])["ETag"]
    etag = studio.cloudfront.update_distribution(Id=gone["Id"], IfMatch=etag, DistributionConfig=disabled)[
        "ETag"
    ]
    studio.cloudfront.delete_distribution(Id=gone["Id"], IfMatch=etag)
    studio.converge(signed())
    assert studio.id() != gone["Id"]
    reference = studio.config()["CallerReference"]
    assert reference.removesuffix("2") == gone["DistributionConfig"]["CallerReference"].removesuffix("1")


def test_caller_references_are_made_of_account_name_kind_and_generation(studio: Studio) -> None:
    """They do not depend on a clock or the bucket: the same stack in another bucket has the same ones."""
    studio.converge(rtmp())
    streaming = studio.streaming()["CallerReference"]
    (identity,) = studio.identities()
    config = studio.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    references = [streaming, config["CloudFrontOriginAccessIdentityConfig"]["CallerReference"]]
    for reference in references:
        assert studio.world.account in reference
        assert "lectures" in reference
        assert "media" not in reference
    assert len({*references}) == 2


def test_identities_keys_and_groups_bear_our_mark(studio: Studio) -> None:
    """Their comments and descriptions start with it, and the OAC is named after the stack."""
    studio.converge(http(), rtmp(name="old"))
    (control,) = studio.controls().values()
    assert (control["Name"], control["Description"]) == ("cfstream-lectures", "cfstream:lectures")
    (identity,) = studio.identities().values()
    assert identity["Comment"].split(" ")[0] == "cfstream:old"
    assert studio.groups()["viewers"]["Comment"].split(" ")[0] == "cfstream:lectures"
    assert studio.keys()["one"]["Comment"].split(" ")[0] == "cfstream:lectures"


def test_a_name_that_begins_alike_is_not_ours(studio: Studio) -> None:
    """`lectures` and `lectures-2` do not change resources of each other."""
    studio.converge(signed(oai={}), signed(name="lectures-2", oai={}))
    both = studio.identities()
    studio.converge(signed(), signed(name="lectures-2", oai={}))
    kept = studio.identities()
    assert len(both) == 2
    assert [row["Comment"].split(" ")[0] for row in kept.values()] == ["cfstream:lectures-2"]


def test_only_statements_whose_sid_is_ours_are_touched(studio: Studio) -> None:
    """Statements with a similar Sid, or without one, stay unchanged."""
    account = {"AWS": "arn:aws:iam::111122223333:root"}
    foreign = [
        allow("cfstream-lectures-oac-2", account),
        allow("cfstream-lectures", account),
        allow("xcfstream-lectures-oac", account),
        allow("cfstream-clips-oac", account, Condition={"Bool": {"aws:SecureTransport": "true"}}),
        {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::media/*"},
    ]
    studio.put_policy(*foreign)
    written = studio.policy()
    studio.converge(signed())
    studio.converge(signed(oai={}))
    policy = studio.policy()
    assert written is not None
    assert policy is not None
    assert [each for each in policy["Statement"] if each.get("Sid") != "cfstream-lectures-oai"] == written[
        "Statement"
    ]


def test_a_foreign_statement_that_gives_exactly_the_wanted_grant_satisfies_it(studio: Studio) -> None:
    """No statement of the stack is added."""
    studio.converge(signed())
    ours = studio.statements()["cfstream-lectures-oac"]
    studio.put_policy({**ours, "Sid": "WrittenByHand"})
    assert steps(studio.plan(signed())) == []
    assert [*studio.statements()] == ["WrittenByHand"]
    studio.put_policy({**ours, "Sid": "WrittenByHand", "Resource": "arn:aws:s3:::media/a/*"})
    studio.converge(signed(), allow=["widens-grant"])
    assert {*studio.statements()} == {"WrittenByHand", "cfstream-lectures-oac"}


def test_ours_that_nothing_uses_any_more_is_deleted(studio: Studio) -> None:
    """Identity, key group and key are deleted once the distribution does not use them."""
    studio.converge(http(oai={}))
    studio.converge(signed(), allow=["cuts-viewers"])
    assert studio.identities() == {}
    assert studio.groups() == {}
    assert studio.keys() == {}
    studio.converge(signed(oai={}))
    assert studio.controls() == {}


def test_ours_that_somebody_still_uses_stays(studio: Studio) -> None:
    """A foreign distribution reads with the stack's identity: a notice mentions it, and it stays."""
    studio.converge(signed(oai={}))
    (identity,) = studio.identities()
    path = f"origin-access-identity/cloudfront/{identity}"
    stranger = by_hand(studio)
    studio.edit(
        lambda config: config["Origins"]["Items"][0].update(S3OriginConfig={"OriginAccessIdentity": path}),
        id_=stranger["Id"],
    )
    plan = studio.converge(signed()).stacks[0]
    assert [*studio.identities()] == [identity]
    assert any(identity in notice.text and stranger["Id"] in notice.text for notice in plan.notices)


def test_what_others_made_is_never_deleted(studio: Studio) -> None:
    """Unused identities, groups and keys without the mark stay."""
    identity = studio.make_identity("cfstream: not a mark")
    studio.make_group("theirs", studio.make_key("their-key"))
    studio.converge(signed())
    assert [*studio.identities()] == [identity]
    assert [*studio.groups()] == ["theirs"]
    assert [*studio.keys()] == ["their-key"]


def test_what_is_used_by_name_or_id_is_never_changed(studio: Studio) -> None:
    """`use` and `id` only refer to resources of others."""
    identity = studio.make_identity()
    theirs = studio.make_group("newsroom", studio.make_key("newsroom-key"))
    document = http(oai={"id": identity}, key_groups=[{"use": "newsroom"}])
    studio.converge(document)
    studio.converge({**document, "key_groups": [{"use": theirs}]})
    assert studio.config()["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"] == [theirs]
    assert studio.identities()[identity]["Comment"] == "by hand"
    studio.converge(signed(), allow=["cuts-viewers"])
    assert [*studio.identities()] == [identity]
    assert [*studio.groups()] == ["newsroom"]


def test_a_bucket_made_by_us_is_closed_from_the_first_moment(empty: Studio) -> None:
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


def test_a_bucket_that_exists_is_never_changed(empty: Studio) -> None:
    """With or without `create: true`, its block and its ownership stay."""
    empty.s3.create_bucket(Bucket="media", ObjectOwnership="ObjectWriter")
    empty.unblocked()
    empty.converge(signed(bucket={"name": "media", "create": True}))
    rule = empty.s3.get_bucket_ownership_controls(Bucket="media")["OwnershipControls"]["Rules"][0]
    assert rule["ObjectOwnership"] == "ObjectWriter"
    assert empty.stack(signed(bucket={"name": "media", "create": True})).steps == ()


def test_an_http_stack_may_change_its_bucket(studio: Studio) -> None:
    """The new bucket is granted first, and the old one's statement is removed last."""
    studio.bucket("newer", "a/one.mp4")
    studio.converge(signed())
    ours = studio.id()
    plan = studio.converge(signed(bucket="newer")).stacks[0]
    verbs = [step.split(" ")[0] for step in steps(plan)]
    first_grant, wait, first_revoke = (verbs.index(verb) for verb in ("grant", "wait", "revoke"))
    assert first_grant < steps(plan).index("modify distribution:lectures") < wait < first_revoke
    assert changes(plan)["bucket"] == ("media", "newer")
    assert studio.id() == ours
    assert studio.policy("media") is None
    assert [*studio.statements("newer")] == ["cfstream-lectures-oac"]


def test_an_rtmp_stack_cannot_change_its_bucket(studio: Studio) -> None:
    """It is a problem, and nothing is written."""
    studio.bucket("newer")
    studio.converge(rtmp())
    plan = studio.stack(rtmp(bucket="newer"))
    assert any("its origin cannot change" in what for what in problems(plan))
    assert outcome(studio.apply(rtmp(bucket="newer"))) == "blocked"
    assert studio.policy("newer") is None


def test_a_distribution_that_another_stack_took_over_is_not_taken_back(studio: Studio) -> None:
    """It has the old caller reference and another name: a new stack with the old name gets its own distribution."""
    studio.converge(signed())
    taken = untagged(studio)
    studio.converge(signed(name="talks", adopt=taken, comment="renamed"))
    studio.converge(signed(), signed(name="talks", adopt=taken, comment="renamed"))
    assert studio.id("talks") == taken
    assert studio.id("lectures") != taken
