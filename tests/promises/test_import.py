"""The plan of an imported spec is empty, for every kind of bucket, certificate and signer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ruamel.yaml import YAML

from cfstream.adoption import Imported, find, import_all, import_one, read_account
from cfstream.adoption.planned import read
from cfstream.planning import StackPlan
from cfstream.ports import Reads
from cfstream.spec.load import Stack
from cfstream.steps.content import canonical
from cfstream.workflow import make_plan
from tests.promises.foreign import Closed, by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import listing, signers
from tests.world.plans import steps
from tests.world.specs import Json, by_acl, rtmp, signed
from tests.world.statements import allow

PREFIX = "origin-access-identity/cloudfront/"


def imported(account: SandboxAccount, target: str, reads: Reads | None = None) -> Imported:
    """Import a distribution, and return the result."""
    reads = reads or account.world.reads()
    remembering = replace(account.world, reads=lambda: reads)

    def judge(stack: Stack) -> StackPlan:
        return make_plan([stack], remembering).stacks[0]

    found = read_account(reads, account.world.account)
    return import_one(reads, found, find(found, target), judge)


def spec(found: Imported, account: SandboxAccount) -> str:
    """Return the text of the spec, and check that its plan is empty."""
    assert found.pending == ()
    assert make_plan([read(found.text)], account.world).in_sync
    return found.text


def with_identity(account: SandboxAccount, **fields: Json) -> tuple[Json, str]:
    """Create a distribution by hand that reads with an OAI, and return the OAI's id."""
    identity = account.make_identity()
    source = {
        "Id": "console",
        "DomainName": "media.s3.us-east-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": PREFIX + identity},
    }
    return by_hand(account, Origins=listing(source), **fields), identity


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
def test_a_statement_of_the_policy_is_shown_in_the_terms_of_the_spec(
    account: SandboxAccount, statement: Json, grant: str
) -> None:
    """If it grants exactly what a spec would, it becomes `grant`. Otherwise the grant is left to others."""
    created, identity = with_identity(account)
    account.put_policy(allow("by-hand", to_identity(identity), **statement))
    text = spec(imported(account, created["Id"]), account)
    assert [line.split("  #")[0] for line in text.splitlines() if line.startswith("grant:")] == (
        [grant] if grant else []
    )


def test_without_any_grant_nothing_is_granted(account: SandboxAccount) -> None:
    """An import grants nothing, even if playback does not work without it."""
    created, _ = with_identity(account)
    assert "grant: {via: elsewhere}" in spec(imported(account, created["Id"]), account)


def test_a_distribution_of_a_bucket_of_another_account_is_imported(account: SandboxAccount) -> None:
    """Nothing is granted there. With or without an identity, the plan is empty."""
    created, _ = with_identity(account)
    found = imported(account, created["Id"], Closed(account.world.reads()))
    assert found.pending == ()
    assert "grant: {via: elsewhere}" in found.text
    bare = by_hand(account, CallerReference="bare")
    assert imported(account, bare["Id"], Closed(account.world.reads())).pending == ()


@pytest.mark.parametrize("permission", ["READ", "FULL_CONTROL"])
def test_grants_on_objects_are_found(empty: SandboxAccount, permission: str) -> None:
    """As in the recipe of 2011, every object has the permission."""
    empty.bucket("media", "a/one.flv", "two.flv", ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl(permission, delivery="rtmp"))
    text = spec(imported(empty, empty.id()), empty)
    further = "" if permission == "READ" else f", permission: {permission}"
    assert f"grant: {{via: object-acl{further}}}" in text


def test_a_lost_spec_is_recreated(account: SandboxAccount) -> None:
    """The spec of an existing stack has its name and its own control. Its plan creates and deletes nothing."""
    document = signed(comment="Private", http={"behaviors": [{"path": "/a/*", "public": True}]})
    account.converge(document, allow=["makes-public"])
    found = imported(account, account.id())
    text = spec(found, account)
    assert found.owner == "lectures"
    for line in ("name: lectures", "oac: {}", "comment: Private", '- {path: "/a/*", public: true}'):
        assert line in text
    assert "grant:" not in text


def test_a_setting_that_a_behavior_shares_with_the_default_behavior_stays_managed(
    account: SandboxAccount,
) -> None:
    """The recreated spec sets it for both, so a change by hand of either is drift."""
    shared = {"response_headers_policy": "SimpleCORS", "origin_request_policy": "CORS-S3Origin"}
    account.converge(
        signed(http={**shared, "behaviors": [{"path": "/a/*", "public": True, **shared}]}),
        allow=["makes-public"],
    )
    http = read(imported(account, account.id()).text).spec.http
    for name, value in shared.items():
        assert [getattr(http, name), getattr(http.behaviors[0], name)] == [value, value]
    assert http.behaviors[0].cache_policy is None


def test_a_lost_rtmp_spec_is_recreated(account: SandboxAccount) -> None:
    """The spec has the former bucket."""
    account.converge(rtmp(cnames=["old.example.com"]))
    text = spec(imported(account, "old.example.com"), account)
    assert "delivery: rtmp" in text
    assert "cnames: [old.example.com]" in text


def test_the_mark_of_another_stack_excludes_ownership(account: SandboxAccount) -> None:
    """A name in a mark of the account is not used: the new stack's plan would delete those resources."""
    account.make_identity("cfstream:media of a stack that is gone")
    created = by_hand(account, Comment="")
    found = imported(account, created["Id"])
    assert found.name == "media-2"
    assert steps(make_plan([read(found.text)], account.world)) == []


def test_an_expired_certificate_is_omitted_with_its_names(account: SandboxAccount) -> None:
    """A spec with it would have a problem in every plan. So it is omitted with its names, and a note explains why."""
    arn = account.certificate("media.example.com")
    own = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1"}
    created = by_hand(account, Aliases=listing("media.example.com"), ViewerCertificate=own)
    text = spec(imported(account, created["Id"]), account)
    assert f'certificate: "{arn}"' in text
    assert "cnames: [media.example.com]" in text
    account.clock.sleep(timedelta(days=40).total_seconds())
    text = spec(imported(account, created["Id"]), account)
    assert "\ncnames:" not in text
    assert "expired on" in text
    assert "minimum_tls: TLSv1 " in text


def test_a_problem_that_blocks_a_plan_is_reported(account: SandboxAccount) -> None:
    """The spec is written with the problem: the bucket does not exist."""
    created = by_hand(account)
    for key in ("a/one.mp4", "a/two.mp4", "b/three.mp4"):
        account.s3.delete_object(Bucket="media", Key=key)
    account.s3.delete_bucket(Bucket="media")
    found = imported(account, created["Id"])
    assert found.pending == ("the bucket media does not exist",)
    assert (
        "# When it was imported, its plan was not empty:\n#   the bucket media does not exist\n" in found.text
    )


def test_a_distribution_that_is_deleted_meanwhile_is_left_out(account: SandboxAccount) -> None:
    """It was listed, but deleted before it was read. The others are imported."""
    created, other = by_hand(account, Enabled=False), by_hand(account, CallerReference="other")
    reads = account.world.reads()
    read = read_account(reads, account.world.account)
    etag = account.cloudfront.get_distribution(Id=created["Id"])["ETag"]
    account.cloudfront.delete_distribution(Id=created["Id"], IfMatch=etag)
    found = import_all(reads, read, lambda stack: make_plan([stack], account.world).stacks[0])
    by_id = {each.row.id: each for each in found}
    assert "was deleted" in str(by_id[created["Id"]].refusal)
    assert by_id[other["Id"]].pending == ()


def test_an_opening_of_the_bucket_is_a_risk(account: SandboxAccount) -> None:
    """The spec lists who else can read."""
    created, _ = with_identity(account)
    account.unblocked()
    account.put_policy(allow("everybody", "*"))
    assert "opening" in [risk.name for risk in imported(account, created["Id"]).risks]


def test_differing_signers_on_several_behaviors_stay_as_they_are(account: SandboxAccount) -> None:
    """Public, an account, a group, and another origin: each stays after the first change."""
    group = account.make_group("newsroom", account.make_key("newsroom-1"))
    created = by_hand(account)

    def further(path: str, **fields: Json) -> Json:
        return {**live["DefaultCacheBehavior"], "PathPattern": path, **fields}

    live = account.cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    behaviors = listing(
        further("/open/*", TrustedSigners=signers()),
        further("/same/*"),
        further("/groups/*", TrustedSigners=signers(), TrustedKeyGroups=signers(group)),
        further("/partner/*", TrustedSigners=signers("111122223333")),
    )
    account.edit(lambda config: config.update(CacheBehaviors=behaviors), id_=created["Id"])
    text = spec(imported(account, created["Id"]), account)
    before = account.cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    account.converge(YAML(typ="safe").load(text) | {"comment": "changed"})
    after = account.cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    assert canonical(after) == canonical({**before, "Comment": "changed"})
