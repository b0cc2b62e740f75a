"""What `destroy` promises: everything that the stack owns is deleted, in one safe order, and can be created again."""

from dataclasses import replace

import pytest

from cfstream.policy_document import statements
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.steps.wait import WaitUntil
from cfstream.workflow import make_plan
from tests.promises.account import snapshot
from tests.promises.ending import YES, assert_destroyed, destroy, ending, verbs
from tests.promises.foreign import by_hand
from tests.promises.site import CNAME, PAGE, policies, zone
from tests.world.account import SandboxAccount
from tests.world.configs import make_control, set_to
from tests.world.plans import hazards, outcome, steps
from tests.world.ports import Counted
from tests.world.specs import http, rtmp, signed, without
from tests.world.statements import allow


def test_the_order(account: SandboxAccount) -> None:
    """First records, then the distribution, its grants, its signers, and last its identity."""
    zone(account)
    account.certificate("*.example.com")
    spec = http(cnames=[CNAME], dns={"route53": "example.com"}, oai={}, http={"cors": {"origins": [PAGE]}})
    account.converge(spec)
    plan = ending(account, spec)
    assert verbs(plan) == [
        "delete dns-record",
        "disable distribution",
        "wait distribution",
        "delete distribution",
        "revoke bucket-policy",
        "delete key-group",
        "delete public-key",
        "delete response-headers-policy",
        "delete origin-access-identity",
    ]
    assert hazards(plan) == ["cuts-viewers", "deletes"]
    found = [(hazard.name, step) for hazard, step in plan.hazards]
    assert len(found) == len({*found}), "each hazard of a step is shown once"
    assert_destroyed(account, spec)
    left = (account.distributions(), account.policy(), account.groups(), account.keys(), account.identities())
    assert left == ([], None, {}, {}, {})
    assert policies(account) == {}


def test_the_bucket_and_its_objects_stay(account: SandboxAccount) -> None:
    """Even a bucket that the stack created stays."""
    spec = signed(bucket={"name": "made-by-us", "create": True})
    account.converge(spec)
    account.s3.put_object(Bucket="made-by-us", Key="a.mp4", Body=b"-")
    assert_destroyed(account, spec)
    assert [row["Key"] for row in account.s3.list_objects_v2(Bucket="made-by-us")["Contents"]] == ["a.mp4"]


def test_nothing_is_done_without_the_hazards(account: SandboxAccount) -> None:
    """Deleting a distribution and cutting off its viewers must be allowed."""
    account.converge(http())
    before = snapshot(account)
    report = destroy(account, http(), allow=())
    assert (report.exit_code, outcome(report)) == (5, "blocked")
    assert snapshot(account) == before


@pytest.mark.parametrize("distribution", [True, False])
def test_a_protected_stack_is_left_as_it_is(account: SandboxAccount, distribution: bool) -> None:
    """Allowed hazards do not matter, even if its distribution is already deleted."""
    account.converge(http())
    if not distribution:
        account.edit(set_to(Enabled=False))
        live = account.id()
        etag = account.cloudfront.get_distribution_config(Id=live)["ETag"]
        account.cloudfront.delete_distribution(Id=live, IfMatch=etag)
    before = snapshot(account)
    report = destroy(account, http(protect=True))
    assert (report.exit_code, outcome(report)) == (5, "blocked")
    assert snapshot(account) == before


def test_resources_that_a_deleted_distribution_left_behind(account: SandboxAccount) -> None:
    """If someone deleted it, keys, control and statement are found by their marks."""
    account.converge(http())
    live = account.id()
    account.edit(set_to(Enabled=False))
    etag = account.cloudfront.get_distribution_config(Id=live)["ETag"]
    account.cloudfront.delete_distribution(Id=live, IfMatch=etag)
    assert_destroyed(account, http())
    assert (account.policy(), account.groups(), account.keys(), account.controls()) == (None, {}, {}, {})


def test_a_distribution_that_moved_is_not_deleted(account: SandboxAccount) -> None:
    """If someone changed it after the plan, the run is stale before the first write."""
    account.converge(http())
    plan = make_plan(account.load(http()), account.world, destroying=True)
    account.edit(set_to(Comment="no, wait"))
    before = snapshot(account)
    report = account.run(plan, allow=YES)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert snapshot(account) == before


def test_a_distribution_changed_on_the_way_is_not_deleted(account: SandboxAccount) -> None:
    """If someone enabled it again after it was disabled, it is not deleted."""
    account.converge(http())
    plan = make_plan(account.load(http()), account.world, destroying=True)
    live = account.id()
    report = account.run(plan, allow=YES, no_wait=True)
    assert report.exit_code == 6
    plan = make_plan(account.load(http()), account.world, destroying=True)
    account.edit(set_to(Enabled=True))
    report = account.run(plan, allow=YES)
    assert (report.exit_code, account.id()) == (4, live)


def test_it_waits_until_no_edge_answers(account: SandboxAccount) -> None:
    """It must be Deployed, and Enabled must read back as off."""
    account.converge(signed())
    (wait,) = (step for step in ending(account, signed()).steps if isinstance(step, WaitUntil))
    assert wait.asks() == {"config": {"Enabled": False}}
    report = destroy(account, signed(), no_wait=True)
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert account.config()["Enabled"] is False
    assert report.stacks[0].outputs["distribution_id"] == account.id()
    assert_destroyed(account, signed())


def test_grants_on_objects_are_found_for_any_spec(account: SandboxAccount) -> None:
    """A grant to the stack's identity on an object is found, even if the spec grants by policy."""
    account.s3.put_bucket_ownership_controls(
        Bucket="media", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    account.converge(signed(oai={}))
    (identity,) = account.identities().values()
    acl = account.s3.get_object_acl(Bucket="media", Key="b/three.mp4")
    grant = {
        "Grantee": {"Type": "CanonicalUser", "ID": identity["S3CanonicalUserId"]},
        "Permission": "READ",
    }
    both = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
    account.s3.put_object_acl(Bucket="media", Key="b/three.mp4", AccessControlPolicy=both)
    plan = ending(account, signed(oai={}))
    (revoke,) = (step for step in plan.steps if step.address.kind == "object-acl")
    assert revoke.because == f"1 object with a grant to {identity['Id']}"
    assert_destroyed(account, signed(oai={}))
    assert account.grants("b/three.mp4") == account.grants("a/one.mp4")


def test_no_acl_is_read_where_acls_are_disabled(account: SandboxAccount) -> None:
    """A bucket with enforced ownership has no grants on objects."""
    account.converge(signed(oai={}))
    calls: list[str] = []
    world = account.world
    reads = world.reads

    counting = replace(world, reads=lambda: Counted(reads(), calls))
    make_plan(account.load(signed(oai={})), counting, destroying=True)
    assert "get_object_acl" not in calls


def test_an_identity_with_an_overwritten_mark(account: SandboxAccount) -> None:
    """Its caller reference shows the owner.

    It gets the mark back before the distribution is deleted, and is deleted too.
    """
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    reply = account.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    config = reply["CloudFrontOriginAccessIdentityConfig"] | {"Comment": "the lectures"}
    account.cloudfront.update_cloud_front_origin_access_identity(
        Id=identity, IfMatch=reply["ETag"], CloudFrontOriginAccessIdentityConfig=config
    )
    assert verbs(ending(account, signed(oai={})))[0] == "modify origin-access-identity"
    assert_destroyed(account, signed(oai={}))
    assert account.identities() == {}


@pytest.mark.parametrize("applied", [True, False])
def test_an_adopted_distribution_is_the_stacks_own(account: SandboxAccount, applied: bool) -> None:
    """It is deleted like one that the stack created, and the plan says that it was adopted."""
    spec = signed(adopt=by_hand(account)["Id"])
    if applied:
        account.converge(spec)
    (deletes,) = [hazard.text for hazard, _ in ending(account, spec).hazards if hazard.name == "deletes"]
    assert "adopted it and did not create it" in deletes
    assert_destroyed(account, spec)
    assert account.distributions() == []


def test_what_was_made_by_hand_is_named(account: SandboxAccount) -> None:
    """It stays: a control, a key group with its key, and a statement. What another distribution uses is not named."""
    control = make_control(account.cloudfront, "console")["Id"]
    account.make_group("console", account.make_key("hand"))
    spec = {
        **without(signed(), "trusted_signers"),
        "key_groups": [{"use": "console"}],
        "oac": {"id": control},
    }
    account.converge(spec)
    source = {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{account.id()}"}}
    cloudfront = {"Service": "cloudfront.amazonaws.com"}
    account.put_policy(
        *map(dict, statements(account.policy())),
        allow("AllowCF", cloudfront, "arn:aws:s3:::media/*", Condition=source),
    )
    by_console = ("the origin access control console", "the key group console", "the public key hand")
    assert ending(account, spec).left == (*by_console, "the policy statement AllowCF of media")
    account.converge({**spec, "name": "second"})
    assert [each for each in ending(account, spec).notices if "console" in each.text] == []
    assert_destroyed(account, {**spec, "name": "second"}, spec)
    assert ending(account, spec).left == by_console


def test_what_the_spec_refers_to_is_named_before_it_is_used_too(account: SandboxAccount) -> None:
    """It stays, even with the mark of the stack: cfstream may have created it before the spec referred to it."""
    identity = account.make_identity("cfstream:lectures by hand")
    account.make_group("newsroom", account.make_key("newsroom-1"), comment="cfstream:lectures")
    spec = {
        **without(signed(oai={"id": identity}), "trusted_signers"),
        "key_groups": [{"use": "newsroom"}],
    }
    plan = ending(account, spec)
    assert (steps(plan), plan.left) == (
        [],
        (f"the origin access identity {identity}", "the key group newsroom", "the public key newsroom-1"),
    )
    texts = [each.text for each in plan.notices if each.left]
    assert ["the spec only refers to it" in text for text in texts] == [True, True, False]


def test_other_resources_that_the_spec_names_are_listed(account: SandboxAccount) -> None:
    """Policies, functions, the web ACL, the certificate and the logs stay. What AWS manages is not listed."""
    acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/media/1"
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    spec = signed(
        cnames=[CNAME],
        logging={"bucket": "my-logs"},
        http={
            "cache_policy": "short",
            "origin_request_policy": "CORS-S3Origin",
            "web_acl": acl,
            "certificate": arn,
            "behaviors": [
                {"path": "/a/*", "cache_policy": "short", "functions": {"viewer_request": "rewrite"}},
                {"path": "/b/*", "cache_policy": "Managed-CachingDisabled"},
            ],
        },
    )
    assert ending(account, spec).left == (
        *("the cache policy short", f"the web ACL {acl}", "the function rewrite"),
        *(f"the certificate {arn}", "the logs in the bucket my-logs"),
    )
    assert account.stack(spec).left == ()
    assert ending(account, signed()).left == ()


def test_a_stack_whose_bucket_was_deleted(account: SandboxAccount) -> None:
    """There is no policy to change. Everything else is deleted."""
    account.converge(http())
    account.edit(set_to(Enabled=False))
    for name in ("a/one.mp4", "a/two.mp4", "b/three.mp4"):
        account.s3.delete_object(Bucket="media", Key=name)
    account.s3.delete_bucket(Bucket="media")
    assert_destroyed(account, http())
    assert (account.distributions(), account.groups(), account.controls()) == ([], {}, {})


def test_a_bucket_that_is_gone_before_its_distribution_is_disabled(account: SandboxAccount) -> None:
    """CloudFront checks the origins at every change: the plan warns, and has a fix."""
    account.bucket("brief")
    spec = signed(bucket="brief")
    account.converge(spec)
    account.s3.delete_bucket(Bucket="brief")
    (warning,) = [notice.text for notice in ending(account, spec).notices if notice.warning]
    assert "CloudFront may refuse to disable the distribution" in warning
    assert destroy(account, spec).exit_code == 1
    account.bucket("brief")
    assert_destroyed(account, spec)


def test_nobody_can_read_afterwards(account: SandboxAccount) -> None:
    """The plan shows who could read, and that nobody can afterwards."""
    account.converge(http())
    exposure = ending(account, http()).exposure
    assert (exposure.before, exposure.after) == (("signers: key-group viewers",), ("nobody",))


def test_a_destroyed_stack_can_be_created_again(account: SandboxAccount) -> None:
    """Used caller references stay used, so the next generation is used."""
    account.sandbox.cloudfront.settings.burnt_references = True
    for spec in (http(oai={}), rtmp(name="old")):
        account.converge(spec)
        assert_destroyed(account, spec)
        account.converge(spec)
        assert_destroyed(account, spec)
    assert account.distributions() == []
