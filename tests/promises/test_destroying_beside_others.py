"""Destroying a stack keeps resources that others use or own."""

from cfstream.values import Verb
from tests.promises.account import snapshot
from tests.promises.ending import destroy, ending, gone, notices
from tests.promises.foreign import by_hand
from tests.promises.site import CNAME, alias, change, named, record, records, zone
from tests.promises.studio import (
    Studio,
    allow,
    by_acl,
    group,
    http,
    key,
    outcome,
    problems,
    set_to,
    signed,
    signers,
    without,
)


def test_what_the_spec_refers_to_stays(studio: Studio) -> None:
    """Identities by id and key groups in `use` belong to others, even with the stack's mark."""
    identity = studio.make_identity("cfstream:lectures by hand")
    studio.make_group("newsroom", studio.make_key("newsroom-1"), comment="cfstream:lectures")
    spec = without(http(oai={"id": identity}), "key_groups") | {"key_groups": [{"use": "newsroom"}]}
    before = snapshot(studio)
    studio.converge(spec)
    gone(studio, spec)
    assert snapshot(studio) == before


def test_an_identity_that_others_read_by_stays(studio: Studio) -> None:
    """So does the stack's statement, if others need it. The plan names the users."""
    studio.converge(signed(oai={}))
    (identity,) = studio.identities()
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
    origin = {"Id": "s3", "DomainName": "media.s3.us-east-1.amazonaws.com", "S3OriginConfig": access}
    other = by_hand(
        studio,
        Origins={"Quantity": 1, "Items": [origin]},
        DefaultCacheBehavior={
            "TargetOriginId": "s3",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "TrustedSigners": signers("self"),
        },
    )
    policy = studio.policy()
    plan = ending(studio, signed(oai={}))
    assert notices(plan).count(other["Id"]) == 2
    gone(studio, signed(oai={}))
    assert [row["Id"] for row in studio.distributions()] == [other["Id"]]
    assert [*studio.identities()] == [identity]
    assert studio.policy() == policy
    studio.edit(set_to(Enabled=False), id_=other["Id"])
    etag = studio.cloudfront.get_distribution_config(Id=other["Id"])["ETag"]
    studio.cloudfront.delete_distribution(Id=other["Id"], IfMatch=etag)
    gone(studio, signed(oai={}))
    assert (studio.identities(), studio.policy()) == ({}, None)


def test_another_stack_that_reads_by_our_identity(studio: Studio) -> None:
    """It has its own statement: the stack's is removed, the identity stays, and the other stack works as before."""
    studio.converge(signed(oai={}))
    (identity,) = studio.identities()
    other = signed(name="seminars", oai={"id": identity})
    studio.converge(other)
    gone(studio, signed(oai={}))
    assert [*studio.statements()] == ["cfstream-seminars-oai"]
    assert studio.stack(other).in_sync


def test_objects_granted_to_an_identity_that_others_read_by(studio: Studio) -> None:
    """They keep the grant while another stack reads the bucket with it."""
    studio.s3.put_bucket_ownership_controls(
        Bucket="media", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    spec = by_acl()
    studio.converge(spec)
    (identity,) = studio.identities().values()
    other = by_acl(name="seminars") | {"oai": {"id": identity["Id"]}}
    studio.converge(other)
    gone(studio, spec)
    assert studio.grants("a/one.mp4")[identity["S3CanonicalUserId"]] == ["READ"]
    assert studio.stack(other).in_sync
    gone(studio, other)
    assert identity["S3CanonicalUserId"] not in studio.grants("a/one.mp4")
    gone(studio, spec)
    assert studio.identities() == {}


def test_keys_and_groups_that_others_trust_stay(studio: Studio) -> None:
    """An owned group on another distribution stays with its keys, and so does an owned key in a foreign group."""
    studio.converge(http(key_groups=[group(key("one")), group(key("two"), name="editors")]))
    ids = {name: one["Id"] for name, one in studio.groups().items()}
    other = by_hand(studio)
    trusted = signers(ids["viewers"])
    studio.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            TrustedKeyGroups=trusted, TrustedSigners=signers()
        ),
        id_=other["Id"],
    )
    studio.make_group("foreign", studio.keys()["two"]["Id"])
    spec = http(key_groups=[group(key("one")), group(key("two"), name="editors")])
    told_of = notices(ending(studio, spec))
    assert other["Id"] in told_of
    assert "key group foreign" in told_of
    gone(studio, spec)
    assert sorted(studio.groups()) == ["foreign", "viewers"]
    assert sorted(studio.keys()) == ["one", "two"]
    assert studio.controls() == {}


def test_statements_and_records_of_others_stay(studio: Studio) -> None:
    """Only statements with the stack's Sid and aliases of its distribution are removed."""
    zone_id = zone(studio)
    studio.certificate("*.example.com")
    foreign = allow("audit", {"AWS": "arn:aws:iam::111122223333:root"}, "arn:aws:s3:::media/audit/*")
    studio.put_policy(foreign)
    spec = named()
    studio.converge(spec)
    change(studio, zone_id, "CREATE", record("192.0.2.1", name="other.example.com"))
    change(studio, zone_id, "CREATE", alias(studio, name="by-hand.example.com"))
    gone(studio, spec)
    assert studio.statements() == {"audit": foreign}
    assert [*records(studio, zone_id)] == ["other.example.com. A"]


def test_records_that_are_not_managed_are_told_of(studio: Studio) -> None:
    """Without `dns` in the spec, a warning lists the names, whose records would point to nothing."""
    studio.certificate("*.example.com")
    studio.converge(signed(cnames=[CNAME]))
    plan = ending(studio, signed(cnames=[CNAME]))
    assert [notice.warning for notice in plan.notices if CNAME in notice.text] == [True]


def test_an_adopted_distribution_of_another_stack(studio: Studio) -> None:
    """It has that stack's name, so it is not deleted."""
    studio.converge(signed(name="seminars"))
    spec = signed(adopt=studio.id("seminars"))
    before = snapshot(studio)
    report = destroy(studio, spec)
    assert (report.exit_code, outcome(report)) == (2, "blocked")
    assert "seminars" in problems(ending(studio, spec))[0]
    assert snapshot(studio) == before


def test_twins_never_block_destroy(studio: Studio) -> None:
    """Both have the stack's name, so both are deleted. The plan shows each with its hazard."""
    studio.converge(signed())
    twin = by_hand(studio)
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    studio.cloudfront.tag_resource(Resource=twin["ARN"], Tags=tags)
    plan = ending(studio, signed())
    assert len([step for step in plan.steps if step.verb is Verb.DELETE and "distribution" in step.id]) == 2
    gone(studio, signed())
    assert studio.distributions() == []


def test_of_several_stacks_a_protected_one_stays_and_the_others_go(studio: Studio) -> None:
    """Each is judged separately, and the exit code shows the skipped one."""
    kept = signed(name="seminars", protect=True)
    studio.converge(signed(), kept)
    report = destroy(studio, signed(), kept)
    assert report.exit_code == 5
    assert (outcome(report), outcome(report, "seminars")) == ("applied", "blocked")
    assert len(studio.distributions()) == 1
    assert studio.stack(kept).in_sync
