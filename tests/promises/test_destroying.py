"""What `destroy` promises: everything that the stack owns is deleted, in one safe order, and can be created again."""

from dataclasses import replace

import pytest

from cfstream.steps.wait import WaitUntil
from cfstream.workflow import make_plan
from tests.promises.account import snapshot
from tests.promises.ending import YES, destroy, ending, gone, verbs
from tests.promises.foreign import by_hand
from tests.promises.site import CNAME, PAGE, policies, zone
from tests.promises.studio import (
    Studio,
    hazards,
    http,
    outcome,
    rtmp,
    set_to,
    signed,
)
from tests.worlds import Counted


def test_the_order(studio: Studio) -> None:
    """First records, then the distribution, its grants, its signers, and last its identity."""
    zone(studio)
    studio.certificate("*.example.com")
    spec = http(cnames=[CNAME], dns={"route53": "example.com"}, oai={}, http={"cors": {"origins": [PAGE]}})
    studio.converge(spec)
    plan = ending(studio, spec)
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
    gone(studio, spec)
    left = (studio.distributions(), studio.policy(), studio.groups(), studio.keys(), studio.identities())
    assert left == ([], None, {}, {}, {})
    assert policies(studio) == {}


def test_the_bucket_and_its_objects_stay(studio: Studio) -> None:
    """Even a bucket that the stack created stays."""
    spec = signed(bucket={"name": "made-by-us", "create": True})
    studio.converge(spec)
    studio.s3.put_object(Bucket="made-by-us", Key="a.mp4", Body=b"-")
    gone(studio, spec)
    assert [row["Key"] for row in studio.s3.list_objects_v2(Bucket="made-by-us")["Contents"]] == ["a.mp4"]


def test_nothing_is_done_without_the_hazards(studio: Studio) -> None:
    """Deleting a distribution and cutting off its viewers must be allowed."""
    studio.converge(http())
    before = snapshot(studio)
    report = destroy(studio, http(), allow=())
    assert (report.exit_code, outcome(report)) == (5, "blocked")
    assert snapshot(studio) == before


@pytest.mark.parametrize("distribution", [True, False])
def test_a_protected_stack_is_left_as_it_is(studio: Studio, distribution: bool) -> None:
    """Allowed hazards do not matter, even if its distribution is already deleted."""
    studio.converge(http())
    if not distribution:
        studio.edit(set_to(Enabled=False))
        live = studio.id()
        etag = studio.cloudfront.get_distribution_config(Id=live)["ETag"]
        studio.cloudfront.delete_distribution(Id=live, IfMatch=etag)
    before = snapshot(studio)
    report = destroy(studio, http(protect=True))
    assert (report.exit_code, outcome(report)) == (5, "blocked")
    assert snapshot(studio) == before


def test_what_a_deleted_distribution_has_left_behind(studio: Studio) -> None:
    """If someone deleted it, keys, control and statement are found by their marks."""
    studio.converge(http())
    live = studio.id()
    studio.edit(set_to(Enabled=False))
    etag = studio.cloudfront.get_distribution_config(Id=live)["ETag"]
    studio.cloudfront.delete_distribution(Id=live, IfMatch=etag)
    gone(studio, http())
    assert (studio.policy(), studio.groups(), studio.keys(), studio.controls()) == (None, {}, {}, {})


def test_a_distribution_that_moved_is_not_deleted(studio: Studio) -> None:
    """If someone changed it after the plan, the run is stale before the first write."""
    studio.converge(http())
    plan = make_plan(studio.load(http()), studio.world, destroying=True)
    studio.edit(set_to(Comment="no, wait"))
    before = snapshot(studio)
    report = studio.run(plan, allow=YES)
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert snapshot(studio) == before


def test_a_distribution_changed_on_the_way_is_not_deleted(studio: Studio) -> None:
    """If someone enabled it again after it was disabled, it is not deleted."""
    studio.converge(http())
    plan = make_plan(studio.load(http()), studio.world, destroying=True)
    live = studio.id()
    report = studio.run(plan, allow=YES, no_wait=True)
    assert report.exit_code == 6
    plan = make_plan(studio.load(http()), studio.world, destroying=True)
    studio.edit(set_to(Enabled=True))
    report = studio.run(plan, allow=YES)
    assert (report.exit_code, studio.id()) == (4, live)


def test_it_waits_until_no_edge_answers(studio: Studio) -> None:
    """It must be Deployed, and Enabled must read back as off."""
    studio.converge(signed())
    (wait,) = (step for step in ending(studio, signed()).steps if isinstance(step, WaitUntil))
    assert wait.asks() == {"config": {"Enabled": False}}
    report = destroy(studio, signed(), no_wait=True)
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert studio.config()["Enabled"] is False
    assert report.stacks[0].outputs["distribution_id"] == studio.id()
    gone(studio, signed())


def test_grants_are_looked_for_whatever_the_spec_says(studio: Studio) -> None:
    """A grant to the stack's identity on an object is found, even if the spec grants by policy."""
    studio.s3.put_bucket_ownership_controls(
        Bucket="media", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    studio.converge(signed(oai={}))
    (identity,) = studio.identities().values()
    acl = studio.s3.get_object_acl(Bucket="media", Key="b/three.mp4")
    grant = {
        "Grantee": {"Type": "CanonicalUser", "ID": identity["S3CanonicalUserId"]},
        "Permission": "READ",
    }
    both = {"Owner": acl["Owner"], "Grants": [*acl["Grants"], grant]}
    studio.s3.put_object_acl(Bucket="media", Key="b/three.mp4", AccessControlPolicy=both)
    plan = ending(studio, signed(oai={}))
    (revoke,) = (step for step in plan.steps if step.address.kind == "object-acl")
    assert revoke.because == f"1 object with a grant to {identity['Id']}"
    gone(studio, signed(oai={}))
    assert studio.grants("b/three.mp4") == studio.grants("a/one.mp4")


def test_no_acl_is_read_where_acls_are_disabled(studio: Studio) -> None:
    """A bucket with enforced ownership has no grants on objects."""
    studio.converge(signed(oai={}))
    calls: list[str] = []
    world = studio.world
    reads = world.reads

    counting = replace(world, reads=lambda: Counted(reads(), calls))
    make_plan(studio.load(signed(oai={})), counting, destroying=True)
    assert "get_object_acl" not in calls


def test_an_identity_whose_mark_was_written_over(studio: Studio) -> None:
    """Its caller reference shows the owner.

    It gets the mark back before the distribution is deleted, and is deleted too.
    """
    studio.converge(signed(oai={}))
    (identity,) = studio.identities()
    reply = studio.cloudfront.get_cloud_front_origin_access_identity_config(Id=identity)
    config = reply["CloudFrontOriginAccessIdentityConfig"] | {"Comment": "the lectures"}
    studio.cloudfront.update_cloud_front_origin_access_identity(
        Id=identity, IfMatch=reply["ETag"], CloudFrontOriginAccessIdentityConfig=config
    )
    assert verbs(ending(studio, signed(oai={})))[0] == "modify origin-access-identity"
    gone(studio, signed(oai={}))
    assert studio.identities() == {}


@pytest.mark.parametrize("applied", [True, False])
def test_an_adopted_distribution_is_the_stacks_own(studio: Studio, applied: bool) -> None:
    """It is deleted like one that the stack created, and the plan says that it was adopted."""
    spec = signed(adopt=by_hand(studio)["Id"])
    if applied:
        studio.converge(spec)
    (deletes,) = [hazard.text for hazard, _ in ending(studio, spec).hazards if hazard.name == "deletes"]
    assert "adopted it and did not create it" in deletes
    gone(studio, spec)
    assert studio.distributions() == []


def test_a_stack_whose_bucket_is_gone(studio: Studio) -> None:
    """There is no policy to change. Everything else is deleted."""
    studio.converge(http())
    studio.edit(set_to(Enabled=False))
    for name in ("a/one.mp4", "a/two.mp4", "b/three.mp4"):
        studio.s3.delete_object(Bucket="media", Key=name)
    studio.s3.delete_bucket(Bucket="media")
    gone(studio, http())
    assert (studio.distributions(), studio.groups(), studio.controls()) == ([], {}, {})


def test_a_bucket_that_is_gone_before_its_distribution_is_disabled(studio: Studio) -> None:
    """CloudFront checks the origins at every change: the plan warns, and has a fix."""
    studio.bucket("brief")
    spec = signed(bucket="brief")
    studio.converge(spec)
    studio.s3.delete_bucket(Bucket="brief")
    (warning,) = [notice.text for notice in ending(studio, spec).notices if notice.warning]
    assert "CloudFront may refuse to disable the distribution" in warning
    assert destroy(studio, spec).exit_code == 1
    studio.bucket("brief")
    gone(studio, spec)


def test_nobody_can_read_afterwards(studio: Studio) -> None:
    """The plan shows who could read, and that nobody can afterwards."""
    studio.converge(http())
    exposure = ending(studio, http()).exposure
    assert (exposure.before, exposure.after) == (("signers: key-group viewers",), ("nobody",))


def test_what_is_destroyed_can_be_made_again(studio: Studio) -> None:
    """Used caller references stay used, so the next generation is used."""
    studio.sandbox.cloudfront.settings.burnt_references = True
    for spec in (http(oai={}), rtmp(name="old")):
        studio.converge(spec)
        gone(studio, spec)
        studio.converge(spec)
        gone(studio, spec)
    assert studio.distributions() == []
