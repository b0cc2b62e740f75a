"""What viewers get at ``/``, by listing and by writing, and what plan and verify report about it."""

from typing import Any

import pytest

from cfstream.sandbox.server import ACCOUNT
from tests.promises.studio import Json, add_behavior, allow, hazards, listing, set_to, signers
from tests.verify.stage import Stage, alarms

CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
BUCKET = "arn:aws:s3:::media"
METHODS = listing("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")
WRITABLE = {"AllowedMethods": {**METHODS, "CachedMethods": listing("GET", "HEAD")}}
SIGNED = "https://media.example.com/index.html"
ROOT = "https://media.example.com/"


def with_root(stage: Stage, root: str, *behaviors: Json) -> Json:
    """Return the good spec with a default root object, and these behaviors before its own."""
    http = stage.spec["http"]
    return {
        **stage.spec,
        "http": {**http, "default_root_object": root, "behaviors": [*behaviors, *http["behaviors"]]},
    }


def to(arn: str, *actions: str, resource: Any = f"{BUCKET}/*") -> Json:
    """Return a statement that allows a distribution to do something."""
    source = {"StringEquals": {"AWS:SourceArn": arn}}
    return allow("More", CLOUDFRONT, resource, Action=list(actions), Condition=source)


def status(stage: Stage, url: str) -> int:
    """Return the status that an unsigned viewer gets."""
    return int(stage.visit(url).status)


def test_a_public_root_opens_the_root_object(stage: Stage) -> None:
    """The page at ``/`` needed a signature, and would be public: a hazard that must be allowed."""
    stage.s3.put_object(Bucket="media", Key="index.html", Body=b"for viewers only")
    stage.made(with_root(stage, "index.html"))
    assert (status(stage, ROOT), status(stage, SIGNED)) == (403, 403)
    new = with_root(stage, "index.html", {"path": "/", "public": True})
    assert hazards(stage.stack(new)) == ["makes-public"]
    assert stage.apply(new).exit_code == 5
    assert status(stage, ROOT) == 403
    assert stage.apply(new, allow=["makes-public"]).exit_code == 0
    assert (status(stage, ROOT), status(stage, SIGNED)) == (200, 403)
    assert stage.proved(new).exit_code == 0


def test_a_signed_object_becomes_the_root_object_of_a_public_default(stage: Stage) -> None:
    """The object at ``/`` is no longer protected by its own path."""
    public = {
        **stage.spec,
        "public": True,
        "http": {"behaviors": [{"path": "/a/*", "key_groups": stage.spec["key_groups"]}]},
    }
    public.pop("key_groups")
    stage.made(public)
    new = {**public, "http": {**public["http"], "default_root_object": "a/one.mp4"}}
    assert hazards(stage.stack(new)) == ["makes-public"]
    assert stage.apply(new).exit_code == 5
    assert status(stage, "https://media.example.com/a/one.mp4") == 403


def test_a_root_that_a_hand_opened(stage: Stage) -> None:
    """It is an opening, and closing it is not a hazard."""
    stage.made(with_root(stage, "a/one.mp4"))
    stage.edit(add_behavior("/", first=True, TrustedKeyGroups=signers()))
    assert status(stage, ROOT) == 200
    proof = stage.proved(with_root(stage, "a/one.mp4"))
    assert proof.exit_code == 7
    assert "anyone can read /" in alarms(proof)
    assert stage.apply(with_root(stage, "a/one.mp4")).exit_code == 0
    assert status(stage, ROOT) == 403


def test_a_public_root_lists_the_bucket(stage: Stage) -> None:
    """Without a root object, ``/`` is the list of objects, if the policy allows CloudFront to list."""
    stage.add_statement(to(stage.live()["ARN"], "s3:ListBucket", resource=BUCKET))
    assert stage.proved().exit_code == 0
    new = with_root(stage, "", {"path": "/", "public": True})
    assert hazards(stage.stack(new)) == ["makes-public"]
    assert stage.apply(new, allow=["makes-public"]).exit_code == 0
    assert b"<Key>hls/master.m3u8</Key>" in stage.visit(ROOT).body
    proof = stage.proved(new)
    assert proof.exit_code == 7
    assert "anyone can list the objects: the stack's own distribution (unsigned)" in alarms(proof)
    safe = with_root(stage, "posters/one.jpg", {"path": "/", "public": True})
    assert stage.apply(safe).exit_code == 0
    assert stage.visit(ROOT).body == b"poster"


WRITES = {
    "write": ("s3:PutObject", "s3:DeleteObject"),
    "delete": ("s3:DeleteObject",),
    "change ACLs": ("s3:PutObjectAcl",),
    "list": ("s3:ListBucket",),
}


@pytest.mark.parametrize("name", WRITES)
def test_another_distribution_that_nobody_needs_to_sign(stage: Stage, name: str) -> None:
    """Anyone can do what it may do to the bucket: an opening, until it has signers."""
    other = stage.other_distribution(behavior=WRITABLE)
    stage.add_statement(to(other["ARN"], *WRITES[name], resource=[BUCKET, f"{BUCKET}/*"]))
    assert stage.stack(stage.spec).exposure.openings != ()
    proof = stage.proved()
    assert proof.exit_code == 7
    assert f"distribution {other['Id']} (unsigned), bucket policy statement More" in alarms(proof)
    field = "also_read_by" if name == "list" else "also_managed_by"
    assert stage.proved({**stage.spec, field: [other["ARN"]]}).exit_code == 0
    stage.edit(
        lambda config: config["DefaultCacheBehavior"].update(TrustedSigners=signers("self")), id_=other["Id"]
    )
    assert stage.proved().exit_code == 0


def test_another_distribution_that_passes_on_reading_alone(stage: Stage) -> None:
    """A policy that allows it to write opens nothing."""
    other = stage.other_distribution()
    stage.add_statement(to(other["ARN"], "s3:PutObject", "s3:DeleteObject"))
    assert stage.proved().exit_code == 0


def test_own_viewers_may_list(stage: Stage) -> None:
    """Many policies allow CloudFront to list the bucket, so that a missing object is a 404. Its signers are inside."""
    stage.add_statement(to(stage.live()["ARN"], "s3:ListBucket", resource=BUCKET))
    assert stage.stack(stage.spec).exposure.openings == ()
    assert stage.proved().exit_code == 0


def test_an_origin_that_is_not_recognised(stage: Stage) -> None:
    """A statement for a distribution whose origin may lead to the bucket is an uncertain opening."""
    ours = stage.config()["Origins"]["Items"][0]
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    alias = {
        **{name: value for name, value in ours.items() if name != "S3OriginConfig"},
        "DomainName": "lambda-abc--ol-s3.s3.us-east-1.amazonaws.com",
        "CustomOriginConfig": custom,
    }
    other = stage.other_distribution(Origins=listing(alias))
    stage.add_statement(to(other["ARN"], "s3:GetObject"))
    assert stage.stack(stage.spec).exposure.openings != ()
    proof = stage.proved()
    assert proof.exit_code == 7
    assert f"distribution arn:aws:cloudfront::{ACCOUNT}:distribution/{other['Id']}" in alarms(proof)
    assert stage.proved({**stage.spec, "also_read_by": [other["ARN"]]}).exit_code == 0


def test_a_saved_plan_relies_on_methods_of_others(stage: Stage) -> None:
    """If another distribution starts to accept writes, the saved plan is stale."""
    other = stage.other_distribution()
    before = stage.plan(stage.spec).fingerprint
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(WRITABLE), id_=other["Id"])
    assert stage.plan(stage.spec).fingerprint != before


def test_the_root_object_of_another_distribution_is_not_known(stage: Stage) -> None:
    """Its ``/`` needs no signature, so it may serve any object."""
    other = stage.other_distribution(behavior={"TrustedSigners": signers("self")})
    source = {"StringEquals": {"AWS:SourceArn": other["ARN"]}}
    stage.add_statement(allow("Theirs", CLOUDFRONT, Condition=source))
    listed = {**stage.spec, "also_read_by": [other["ARN"]]}
    assert stage.proved(listed).exit_code == 0
    stage.edit(set_to(DefaultRootObject="a/one.mp4"), id_=other["Id"])
    stage.edit(add_behavior("/", first=True, TrustedSigners=signers()), id_=other["Id"])
    assert "lists do not show the default root object" in alarms(stage.proved())
