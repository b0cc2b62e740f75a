"""Destroying a stack keeps resources that others use or own."""

from cfstream.values import Verb
from tests.promises.account import snapshot
from tests.promises.ending import assert_destroyed, destroy, ending, notices
from tests.promises.foreign import by_hand
from tests.promises.site import CNAME, alias, change, named, record, records, zone
from tests.world.account import SandboxAccount
from tests.world.configs import set_to, signers
from tests.world.plans import outcome, problems
from tests.world.specs import by_acl, group, http, key, signed, without
from tests.world.statements import allow


def test_resources_that_the_spec_refers_to_stay(account: SandboxAccount) -> None:
    """Identities by id and key groups in `use` belong to others, even with the stack's mark."""
    identity = account.make_identity("cfstream:lectures by hand")
    account.make_group("newsroom", account.make_key("newsroom-1"), comment="cfstream:lectures")
    spec = without(http(oai={"id": identity}), "key_groups") | {"key_groups": [{"use": "newsroom"}]}
    before = snapshot(account)
    account.converge(spec)
    assert_destroyed(account, spec)
    assert snapshot(account) == before


def test_an_identity_that_others_read_by_stays(account: SandboxAccount) -> None:
    """So does the stack's statement, if others need it. The plan names the users."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
    origin = {"Id": "s3", "DomainName": "media.s3.us-east-1.amazonaws.com", "S3OriginConfig": access}
    other = by_hand(
        account,
        Origins={"Quantity": 1, "Items": [origin]},
        DefaultCacheBehavior={
            "TargetOriginId": "s3",
            "ViewerProtocolPolicy": "https-only",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "TrustedSigners": signers("self"),
        },
    )
    policy = account.policy()
    plan = ending(account, signed(oai={}))
    assert notices(plan).count(other["Id"]) == 2
    assert_destroyed(account, signed(oai={}))
    assert [row["Id"] for row in account.distributions()] == [other["Id"]]
    assert [*account.identities()] == [identity]
    assert account.policy() == policy
    account.edit(set_to(Enabled=False), id_=other["Id"])
    etag = account.cloudfront.get_distribution_config(Id=other["Id"])["ETag"]
    account.cloudfront.delete_distribution(Id=other["Id"], IfMatch=etag)
    assert_destroyed(account, signed(oai={}))
    assert (account.identities(), account.policy()) == ({}, None)


def test_another_stack_that_reads_by_our_identity(account: SandboxAccount) -> None:
    """It has its own statement: the stack's is removed, the identity stays, and the other stack works as before."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    other = signed(name="seminars", oai={"id": identity})
    account.converge(other)
    assert_destroyed(account, signed(oai={}))
    assert [*account.statements()] == ["cfstream-seminars-oai"]
    assert account.stack(other).in_sync


def test_objects_granted_to_an_identity_that_others_read_by(account: SandboxAccount) -> None:
    """They keep the grant while another stack reads the bucket with it."""
    account.s3.put_bucket_ownership_controls(
        Bucket="media", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    spec = by_acl()
    account.converge(spec)
    (identity,) = account.identities().values()
    other = by_acl(name="seminars") | {"oai": {"id": identity["Id"]}}
    account.converge(other)
    assert_destroyed(account, spec)
    assert account.grants("a/one.mp4")[identity["S3CanonicalUserId"]] == ["READ"]
    assert account.stack(other).in_sync
    assert_destroyed(account, other)
    assert identity["S3CanonicalUserId"] not in account.grants("a/one.mp4")
    assert_destroyed(account, spec)
    assert account.identities() == {}


def test_keys_and_groups_that_others_trust_stay(account: SandboxAccount) -> None:
    """An owned group on another distribution stays with its keys, and so does an owned key in a foreign group."""
    account.converge(http(key_groups=[group(key("one")), group(key("two"), name="editors")]))
    ids = {name: one["Id"] for name, one in account.groups().items()}
    other = by_hand(account)
    trusted = signers(ids["viewers"])
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            TrustedKeyGroups=trusted, TrustedSigners=signers()
        ),
        id_=other["Id"],
    )
    account.make_group("foreign", account.keys()["two"]["Id"])
    spec = http(key_groups=[group(key("one")), group(key("two"), name="editors")])
    text = notices(ending(account, spec))
    assert other["Id"] in text
    assert "key group foreign" in text
    assert_destroyed(account, spec)
    assert sorted(account.groups()) == ["foreign", "viewers"]
    assert sorted(account.keys()) == ["one", "two"]
    assert account.controls() == {}


def test_statements_and_records_of_others_stay(account: SandboxAccount) -> None:
    """Only statements with the stack's Sid and aliases of its distribution are removed."""
    zone_id = zone(account)
    account.certificate("*.example.com")
    foreign = allow("audit", {"AWS": "arn:aws:iam::111122223333:root"}, "arn:aws:s3:::media/audit/*")
    account.put_policy(foreign)
    spec = named()
    account.converge(spec)
    change(account, zone_id, "CREATE", record("192.0.2.1", name="other.example.com"))
    change(account, zone_id, "CREATE", alias(account, name="by-hand.example.com"))
    assert_destroyed(account, spec)
    assert account.statements() == {"audit": foreign}
    assert [*records(account, zone_id)] == ["other.example.com. A"]


def test_records_that_are_not_managed_are_reported(account: SandboxAccount) -> None:
    """Without `dns` in the spec, a warning lists the names, whose records would point to nothing."""
    account.certificate("*.example.com")
    account.converge(signed(cnames=[CNAME]))
    plan = ending(account, signed(cnames=[CNAME]))
    assert [notice.warning for notice in plan.notices if CNAME in notice.text] == [True]


def test_an_adopted_distribution_of_another_stack(account: SandboxAccount) -> None:
    """It has that stack's name, so it is not deleted."""
    account.converge(signed(name="seminars"))
    spec = signed(adopt=account.id("seminars"))
    before = snapshot(account)
    report = destroy(account, spec)
    assert (report.exit_code, outcome(report)) == (2, "blocked")
    assert "seminars" in problems(ending(account, spec))[0]
    assert snapshot(account) == before


def test_twins_never_block_destroy(account: SandboxAccount) -> None:
    """Both have the stack's name, so both are deleted. The plan shows each with its hazard."""
    account.converge(signed())
    twin = by_hand(account)
    tags = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}
    account.cloudfront.tag_resource(Resource=twin["ARN"], Tags=tags)
    plan = ending(account, signed())
    assert len([step for step in plan.steps if step.verb is Verb.DELETE and "distribution" in step.id]) == 2
    assert_destroyed(account, signed())
    assert account.distributions() == []


def test_of_several_stacks_a_protected_one_stays_and_the_others_go(account: SandboxAccount) -> None:
    """Each is judged separately, and the exit code shows the skipped one."""
    kept = signed(name="seminars", protect=True)
    account.converge(signed(), kept)
    report = destroy(account, signed(), kept)
    assert report.exit_code == 5
    assert (outcome(report), outcome(report, "seminars")) == ("applied", "blocked")
    assert len(account.distributions()) == 1
    assert account.stack(kept).in_sync
