"""What viewers get at ``/``, by listing and by writing, and what plan and verify report about it."""

from typing import Any

import pytest

from cfstream.sandbox.accounts import ACCOUNT
from tests.verify.account import VerifiedAccount, failed_checks
from tests.world.configs import add_behavior, listing, set_to, signers
from tests.world.plans import hazards
from tests.world.specs import Json
from tests.world.statements import allow

CLOUDFRONT = {"Service": "cloudfront.amazonaws.com"}
BUCKET = "arn:aws:s3:::media"
METHODS = listing("GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE")
WRITABLE = {"AllowedMethods": {**METHODS, "CachedMethods": listing("GET", "HEAD")}}
SIGNED = "https://media.example.com/index.html"
ROOT = "https://media.example.com/"


def with_root(account: VerifiedAccount, root: str, *behaviors: Json) -> Json:
    """Return the good spec with a default root object, and these behaviors before its own."""
    http = account.spec["http"]
    return {
        **account.spec,
        "http": {**http, "default_root_object": root, "behaviors": [*behaviors, *http["behaviors"]]},
    }


def to(arn: str, *actions: str, resource: Any = f"{BUCKET}/*") -> Json:
    """Return a statement that allows a distribution to do something."""
    source = {"StringEquals": {"AWS:SourceArn": arn}}
    return allow("More", CLOUDFRONT, resource, Action=list(actions), Condition=source)


def status(account: VerifiedAccount, url: str) -> int:
    """Return the status that an unsigned viewer gets."""
    return int(account.visit(url).status)


def test_a_public_root_opens_the_root_object(account: VerifiedAccount) -> None:
    """The page at ``/`` needed a signature, and would be public: a hazard that must be allowed."""
    account.s3.put_object(Bucket="media", Key="index.html", Body=b"for viewers only")
    account.made(with_root(account, "index.html"))
    assert (status(account, ROOT), status(account, SIGNED)) == (403, 403)
    new = with_root(account, "index.html", {"path": "/", "public": True})
    assert hazards(account.stack(new)) == ["makes-public"]
    assert account.apply(new).exit_code == 5
    assert status(account, ROOT) == 403
    assert account.apply(new, allow=["makes-public"]).exit_code == 0
    assert (status(account, ROOT), status(account, SIGNED)) == (200, 403)
    assert account.proof(new).exit_code == 0


def test_a_signed_object_becomes_the_root_object_of_a_public_default(account: VerifiedAccount) -> None:
    """The object at ``/`` is no longer protected by its own path."""
    public = {
        **account.spec,
        "public": True,
        "http": {"behaviors": [{"path": "/a/*", "key_groups": account.spec["key_groups"]}]},
    }
    public.pop("key_groups")
    account.made(public)
    new = {**public, "http": {**public["http"], "default_root_object": "a/one.mp4"}}
    assert hazards(account.stack(new)) == ["makes-public"]
    assert account.apply(new).exit_code == 5
    assert status(account, "https://media.example.com/a/one.mp4") == 403


def test_a_root_that_was_opened_by_hand(account: VerifiedAccount) -> None:
    """It is an opening, and closing it is not a hazard."""
    account.made(with_root(account, "a/one.mp4"))
    account.edit(add_behavior("/", first=True, TrustedKeyGroups=signers()))
    assert status(account, ROOT) == 200
    proof = account.proof(with_root(account, "a/one.mp4"))
    assert proof.exit_code == 7
    assert "anyone can read /" in failed_checks(proof)
    assert account.apply(with_root(account, "a/one.mp4")).exit_code == 0
    assert status(account, ROOT) == 403


def test_a_public_root_lists_the_bucket(account: VerifiedAccount) -> None:
    """Without a root object, ``/`` is the list of objects, if the policy allows CloudFront to list."""
    account.add_statement(to(account.live()["ARN"], "s3:ListBucket", resource=BUCKET))
    assert account.proof().exit_code == 0
    new = with_root(account, "", {"path": "/", "public": True})
    assert hazards(account.stack(new)) == ["makes-public"]
    assert account.apply(new, allow=["makes-public"]).exit_code == 0
    assert b"<Key>hls/master.m3u8</Key>" in account.visit(ROOT).body
    proof = account.proof(new)
    assert proof.exit_code == 7
    assert "anyone can list the objects: the stack's own distribution (unsigned)" in failed_checks(proof)
    safe = with_root(account, "posters/one.jpg", {"path": "/", "public": True})
    assert account.apply(safe).exit_code == 0
    assert account.visit(ROOT).body == b"poster"


WRITES = {
    "write": ("s3:PutObject", "s3:DeleteObject"),
    "delete": ("s3:DeleteObject",),
    "change ACLs": ("s3:PutObjectAcl",),
    "list": ("s3:ListBucket",),
}


@pytest.mark.parametrize("name", WRITES)
def test_another_distribution_that_nobody_needs_to_sign(account: VerifiedAccount, name: str) -> None:
    """Anyone can do what it may do to the bucket: an opening, until it has signers."""
    other = account.other_distribution(behavior=WRITABLE)
    account.add_statement(to(other["ARN"], *WRITES[name], resource=[BUCKET, f"{BUCKET}/*"]))
    assert account.stack(account.spec).exposure.openings != ()
    proof = account.proof()
    assert proof.exit_code == 7
    assert f"distribution {other['Id']} (unsigned), bucket policy statement More" in failed_checks(proof)
    field = "also_read_by" if name == "list" else "also_managed_by"
    assert account.proof({**account.spec, field: [other["ARN"]]}).exit_code == 0
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(TrustedSigners=signers("self")), id_=other["Id"]
    )
    assert account.proof().exit_code == 0


def test_another_distribution_that_only_forwards_reads(account: VerifiedAccount) -> None:
    """A policy that allows it to write opens nothing."""
    other = account.other_distribution()
    account.add_statement(to(other["ARN"], "s3:PutObject", "s3:DeleteObject"))
    assert account.proof().exit_code == 0


def test_own_viewers_may_list(account: VerifiedAccount) -> None:
    """Many policies allow CloudFront to list the bucket, so that a missing object is a 404. Its signers are inside."""
    account.add_statement(to(account.live()["ARN"], "s3:ListBucket", resource=BUCKET))
    assert account.stack(account.spec).exposure.openings == ()
    assert account.proof().exit_code == 0


def test_an_origin_that_is_not_recognised(account: VerifiedAccount) -> None:
    """A statement for a distribution whose origin may lead to the bucket is an uncertain opening."""
    ours = account.config()["Origins"]["Items"][0]
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    alias = {
        **{name: value for name, value in ours.items() if name != "S3OriginConfig"},
        "DomainName": "lambda-abc--ol-s3.s3.us-east-1.amazonaws.com",
        "CustomOriginConfig": custom,
    }
    other = account.other_distribution(Origins=listing(alias))
    account.add_statement(to(other["ARN"], "s3:GetObject"))
    assert account.stack(account.spec).exposure.openings != ()
    proof = account.proof()
    assert proof.exit_code == 7
    assert f"distribution arn:aws:cloudfront::{ACCOUNT}:distribution/{other['Id']}" in failed_checks(proof)
    assert account.proof({**account.spec, "also_read_by": [other["ARN"]]}).exit_code == 0


def test_a_saved_plan_relies_on_methods_of_others(account: VerifiedAccount) -> None:
    """If another distribution starts to accept writes, the saved plan is stale."""
    other = account.other_distribution()
    before = account.plan(account.spec).fingerprint
    account.edit(lambda config: config["DefaultCacheBehavior"].update(WRITABLE), id_=other["Id"])
    assert account.plan(account.spec).fingerprint != before


def test_the_root_object_of_another_distribution_is_not_known(account: VerifiedAccount) -> None:
    """Its ``/`` needs no signature, so it may serve any object."""
    other = account.other_distribution(behavior={"TrustedSigners": signers("self")})
    source = {"StringEquals": {"AWS:SourceArn": other["ARN"]}}
    account.add_statement(allow("Theirs", CLOUDFRONT, Condition=source))
    listed = {**account.spec, "also_read_by": [other["ARN"]]}
    assert account.proof(listed).exit_code == 0
    account.edit(set_to(DefaultRootObject="a/one.mp4"), id_=other["Id"])
    account.edit(add_behavior("/", first=True, TrustedSigners=signers()), id_=other["Id"])
    assert "lists do not show the default root object" in failed_checks(account.proof())
