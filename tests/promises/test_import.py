"""The plan of an imported spec is empty, for every kind of bucket, certificate and signer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ruamel.yaml import YAML

from cfstream.adoption import Imported, find, import_all, import_one, read_account
from cfstream.adoption.proof import read
from cfstream.planning import StackPlan
from cfstream.ports import Reads
from cfstream.spec.load import Stack
from cfstream.steps.content import canonical
from cfstream.workflow import make_plan
from tests.promises.foreign import Closed, by_hand
from tests.promises.studio import Json, Studio, allow, by_acl, listing, rtmp, signed, signers, steps

PREFIX = "origin-access-identity/cloudfront/"


def imported(studio: Studio, target: str, reads: Reads | None = None) -> Imported:
    """Import a distribution, and return the result."""
    reads = reads or studio.world.reads()
    remembering = replace(studio.world, reads=lambda: reads)

    def judge(stack: Stack) -> StackPlan:
        return make_plan([stack], remembering).stacks[0]

    account = read_account(reads, studio.world.account)
    return import_one(reads, account, find(account, target), judge)


def spec(found: Imported, studio: Studio) -> str:
    """Return the text of the spec, and check that its plan is empty."""
    assert found.pending == ()
    assert make_plan([read(found.text)], studio.world).in_sync
    return found.text


def with_identity(studio: Studio, **fields: Json) -> tuple[Json, str]:
    """Create a distribution by hand that reads with an OAI, and return the OAI's id."""
    identity = studio.make_identity()
    source = {
        "Id": "console",
        "DomainName": "media.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": PREFIX + identity},
    }
    return by_hand(studio, Origins=listing(source), **fields), identity


def to_identity(identity: str) -> Json:
    """Return the principal of an OAI."""
    return {"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"}


@pytest.mark.parametrize(
    ("statement", "grant"),
    [
        ({}, ""),
        ({"resource": "arn:aws:s3:::media/a/*"}, "grant: {prefix: a/}"),
        ({"Action": ["s3:GetObject", "s3:ListBucket"]}, "grant: {via: elsewhere}"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, "grant: {via: elsewhere}"),
    ],
)
def test_a_statement_of_the_policy_is_told_in_the_specs_words(
    studio: Studio, statement: Json, grant: str
) -> None:
    """If it grants exactly what a spec would, it becomes `grant`. Otherwise the grant is left to others."""
    made, identity = with_identity(studio)
    studio.put_policy(allow("by-hand", to_identity(identity), **statement))
    text = spec(imported(studio, made["Id"]), studio)
    assert [line.split("  #")[0] for line in text.splitlines() if line.startswith("grant:")] == (
        [grant] if grant else []
    )


def test_without_any_grant_nothing_is_granted(studio: Studio) -> None:
    """An import grants nothing, even if playback does not work without it."""
    made, _ = with_identity(studio)
    assert "grant: {via: elsewhere}" in spec(imported(studio, made["Id"]), studio)


def test_a_bucket_of_another_account_is_no_hindrance(studio: Studio) -> None:
    """Nothing is granted there. With or without an identity, the plan is empty."""
    made, _ = with_identity(studio)
    found = imported(studio, made["Id"], Closed(studio.world.reads()))
    assert found.pending == ()
    assert "grant: {via: elsewhere}" in found.text
    bare = by_hand(studio, CallerReference="bare")
    assert imported(studio, bare["Id"], Closed(studio.world.reads())).pending == ()


@pytest.mark.parametrize("permission", ["READ", "FULL_CONTROL"])
def test_grants_on_objects_are_found(empty: Studio, permission: str) -> None:
    """As in the recipe of 2011, every object has the permission."""
    empty.bucket("media", "a/one.flv", "two.flv", ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl(permission, delivery="rtmp"))
    text = spec(imported(empty, empty.id()), empty)
    further = "" if permission == "READ" else f", permission: {permission}"
    assert f"grant: {{via: object-acl{further}}}" in text


def test_a_lost_spec_comes_back(studio: Studio) -> None:
    """The spec of an existing stack has its name and its own control. Its plan creates and deletes nothing."""
    document = signed(comment="Private", http={"behaviors": [{"path": "/a/*", "public": True}]})
    studio.converge(document, allow=["makes-public"])
    found = imported(studio, studio.id())
    text = spec(found, studio)
    assert found.owner == "lectures"
    for line in ("name: lectures", "oac: {}", "comment: Private", '- {path: "/a/*", public: true}'):
        assert line in text
    assert "grant:" not in text


def test_a_lost_rtmp_spec_comes_back(studio: Studio) -> None:
    """The spec has the former bucket."""
    studio.converge(rtmp(cnames=["old.example.com"]))
    text = spec(imported(studio, "old.example.com"), studio)
    assert "delivery: rtmp" in text
    assert "cnames: [old.example.com]" in text


def test_what_bears_the_mark_of_another_stack_is_not_owned_by_a_new_name(studio: Studio) -> None:
    """A name in a mark of the account is not used: the new stack's plan would delete those resources."""
    studio.make_identity("cfstream:media of a stack that is gone")
    made = by_hand(studio, Comment="")
    found = imported(studio, made["Id"])
    assert found.name == "media-2"
    assert steps(make_plan([read(found.text)], studio.world)) == []


def test_a_certificate_that_has_run_out_is_left_with_its_names(studio: Studio) -> None:
    """A spec with it would have a problem in every plan. So it is omitted with its names, and a note explains why."""
    arn = studio.certificate("media.example.com")
    own = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1"}
    made = by_hand(studio, Aliases=listing("media.example.com"), ViewerCertificate=own)
    text = spec(imported(studio, made["Id"]), studio)
    assert f'certificate: "{arn}"' in text
    assert "cnames: [media.example.com]" in text
    studio.clock.sleep(timedelta(days=40).total_seconds())
    text = spec(imported(studio, made["Id"]), studio)
    assert "\ncnames:" not in text
    assert "expired on" in text
    assert "minimum_tls: TLSv1 " in text


def test_what_stands_in_the_plans_way_is_told(studio: Studio) -> None:
    """The spec is written with the problem: the bucket does not exist."""
    made = by_hand(studio)
    for key in ("a/one.mp4", "a/two.mp4", "b/three.mp4"):
        studio.s3.delete_object(Bucket="media", Key=key)
    studio.s3.delete_bucket(Bucket="media")
    found = imported(studio, made["Id"])
    assert found.pending == ("the bucket media does not exist",)
    assert (
        "# When it was imported, its plan was not empty:\n#   the bucket media does not exist\n" in found.text
    )


def test_one_that_is_deleted_meanwhile_is_left_out(studio: Studio) -> None:
    """It was listed, but deleted before it was read. The others are imported."""
    made, other = by_hand(studio, Enabled=False), by_hand(studio, CallerReference="other")
    reads = studio.world.reads()
    account = read_account(reads, studio.world.account)
    etag = studio.cloudfront.get_distribution(Id=made["Id"])["ETag"]
    studio.cloudfront.delete_distribution(Id=made["Id"], IfMatch=etag)
    found = import_all(reads, account, lambda stack: make_plan([stack], studio.world).stacks[0])
    by_id = {each.row.id: each for each in found}
    assert "was deleted" in str(by_id[made["Id"]].refusal)
    assert by_id[other["Id"]].pending == ()


def test_an_opening_of_the_bucket_is_a_risk(studio: Studio) -> None:
    """The spec lists who else can read."""
    made, _ = with_identity(studio)
    studio.unblocked()
    studio.put_policy(allow("everybody", "*"))
    assert "opening" in [risk.name for risk in imported(studio, made["Id"]).risks]


def test_differing_signers_on_several_behaviors_stay_as_they_are(studio: Studio) -> None:
    """Public, an account, a group, and another origin: each stays after the first change."""
    group = studio.make_group("newsroom", studio.make_key("newsroom-1"))
    made = by_hand(studio)

    def further(path: str, **fields: Json) -> Json:
        return {**live["DefaultCacheBehavior"], "PathPattern": path, **fields}

    live = studio.cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    behaviors = listing(
        further("/open/*", TrustedSigners=signers()),
        further("/same/*"),
        further("/groups/*", TrustedSigners=signers(), TrustedKeyGroups=signers(group)),
        further("/partner/*", TrustedSigners=signers("111122223333")),
    )
    studio.edit(lambda config: config.update(CacheBehaviors=behaviors), id_=made["Id"])
    text = spec(imported(studio, made["Id"]), studio)
    before = studio.cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    studio.converge(YAML(typ="safe").load(text) | {"comment": "changed"})
    after = studio.cloudfront.get_distribution_config(Id=made["Id"])["DistributionConfig"]
    assert canonical(after) == canonical({**before, "Comment": "changed"})
