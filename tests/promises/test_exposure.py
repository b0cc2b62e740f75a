"""Who can read, before and after. Every opening that the spec does not list is a warning."""

import json
from typing import Any

import pytest

from cfstream.errors import Unreachable
from cfstream.render.readers import readers_after, readers_before
from cfstream.verification import VerificationTools
from cfstream.workflow import access_of, verify_stacks
from tests.promises.altered_reads import with_answer
from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import listing, signers
from tests.world.plans import steps
from tests.world.specs import ONE, Json, by_acl, group, http, key, rtmp, signed, without
from tests.world.statements import allow

PUBLIC: Json = {**without(signed(), "trusted_signers"), "public": True}


def opened_by_hand(account: SandboxAccount, **origin: Any) -> str:
    """Create a distribution of the bucket that serves anyone and reads with what `origin` names. Return its id."""
    foreign = by_hand(
        account,
        DefaultCacheBehavior={
            "TargetOriginId": "console",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
    )
    account.edit(lambda config: config["Origins"]["Items"][0].update(origin), id_=foreign["Id"])
    return str(foreign["Id"])


def public_statement(account: SandboxAccount) -> None:
    """Allow anyone to read, by a statement of others."""
    account.unblocked()
    account.put_policy(*account.statements().values(), allow("Anyone", "*"))


def through(distribution: str) -> str:
    """Return the way through an unsigned distribution and the statement for the stack's OAI."""
    return f"distribution {distribution} (unsigned), bucket policy statement cfstream-lectures-oai"


def opened(account: SandboxAccount, document: Json) -> list[str]:
    """Return the openings, in words."""
    return [opening.text for opening in account.stack(document).exposure.openings]


def warnings(account: SandboxAccount, document: Json) -> list[str]:
    """Return the warnings of a plan."""
    return [notice.text for notice in account.stack(document).notices if notice.warning]


def test_a_new_stack_goes_from_nobody_to_its_signers(account: SandboxAccount) -> None:
    """They have the names from the spec."""
    exposure = account.stack(http()).exposure
    assert (exposure.before, exposure.after) == (("nobody",), ("signers: key-group viewers",))
    exposure = account.stack(rtmp(trusted_signers=["self", "111122223333"])).exposure
    assert (exposure.before, exposure.after) == (("nobody",), ("signers: self, 111122223333",))


def test_live_and_wanted_have_the_same_form(account: SandboxAccount) -> None:
    """If the stack is in sync, before and after are equal."""
    for document in (http(), rtmp(name="old"), {**PUBLIC, "name": "open"}):
        account.converge(document, allow=["makes-public"])
        exposure = account.stack(document).exposure
        assert exposure.before == exposure.after
        assert exposure.openings == ()


def test_explanations_depend_on_the_signers(account: SandboxAccount) -> None:
    """Before shows the current signers, and after the new ones."""
    account.converge(signed())
    exposure = account.stack(PUBLIC).exposure
    assert exposure.before == ("signers: self",)
    assert exposure.after == ("anyone through distribution lectures",)
    exposure = account.stack({**http(), "key_groups": [group(key(ONE), name="paying")]}).exposure
    assert exposure.after == ("signers: key-group paying",)


def test_public_paths_are_reported_with_their_pattern(account: SandboxAccount) -> None:
    """Anyone can read these paths without a signature."""
    exposure = account.stack(signed(http={"behaviors": [{"path": "/posters/*", "public": True}]})).exposure
    assert exposure.after == ("signers: self", "anyone through distribution lectures (/posters/*)")


def test_paths_that_the_spec_itself_opens_are_not_openings(account: SandboxAccount) -> None:
    """Neither `public: true` of the spec nor that of a path is an opening."""
    assert account.stack(PUBLIC).exposure.openings == ()
    assert (
        account.stack(signed(http={"behaviors": [{"path": "/a/*", "public": True}]})).exposure.openings == ()
    )


def test_a_public_statement_is_an_opening(account: SandboxAccount) -> None:
    """It belongs to others and is not blocked: anyone reads directly from S3."""
    account.converge(signed())
    public_statement(account)
    exposure = account.stack(signed()).exposure
    assert opened(account, signed()) == ["anyone can read /*: bucket policy statement Anyone"]
    assert "anyone: bucket policy statement Anyone" in exposure.before
    assert exposure.openings[0].text in "\n".join(warnings(account, signed()))
    assert steps(account.plan(signed())) == []


def test_plan_and_verify_say_the_same_of_an_opening(account: SandboxAccount) -> None:
    """Both have one text with the same fix."""
    account.converge(signed())
    public_statement(account)
    (warning,) = (notice for notice in account.stack(signed()).notices if notice.warning)
    tools = VerificationTools(viewer=None, clock=account.world.clock)
    (proof,) = verify_stacks(account.load(signed()), account.world, tools).stacks
    (finding,) = (each for each in proof.broken if each.part == "policy")
    assert warning.do == finding.do
    assert "aws s3api put-public-access-block --bucket media" in warning.do


BLOCKED = "anyone through a distribution of any account can read /*: bucket policy statement Anyone"
"""Every principal is CloudFront too, and the block does not deny AWS services."""


def test_a_public_statement_that_is_blocked_is_still_open_to_cloudfront(account: SandboxAccount) -> None:
    """RestrictPublicBuckets only denies direct requests to S3."""
    account.converge(signed())
    public_statement(account)
    block = {
        "BlockPublicAcls": False,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": True,
    }
    account.s3.put_public_access_block(Bucket="media", PublicAccessBlockConfiguration=block)
    assert opened(account, signed()) == [BLOCKED]


def test_the_accounts_block_counts(account: SandboxAccount, s3control: Any) -> None:
    """S3 applies the stricter of both."""
    account.converge(signed())
    public_statement(account)
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    s3control.put_public_access_block(AccountId=account.world.account, PublicAccessBlockConfiguration=block)
    assert opened(account, signed()) == [BLOCKED]


def test_an_account_block_that_cannot_be_read_counts_as_absent(account: SandboxAccount) -> None:
    """A notice says so."""
    account.converge(signed())
    public_statement(account)

    def unreachable() -> Json:
        raise Unreachable("s3control does not answer")

    with_answer(account, "get_public_access_block", unreachable)
    plan = account.stack(signed())
    assert [each.text for each in plan.exposure.openings] == [
        "anyone can read /*: bucket policy statement Anyone"
    ]
    assert any(
        "assumes that the account does not block public access" in notice.text for notice in plan.notices
    )


def test_an_unsigned_foreign_distribution_that_can_read_is_an_opening(account: SandboxAccount) -> None:
    """It reads with the stack's OAI, or by a statement for all distributions of the account.

    One that cannot read is not an opening.
    """
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    lost = opened_by_hand(account)
    assert account.stack(signed(oai={})).exposure.openings == ()
    path = {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}
    account.edit(lambda config: config["Origins"]["Items"][0].update(path), id_=lost)
    opening = f"anyone can read /*: {through(lost)}"
    assert opened(account, signed(oai={})) == [opening]
    assert opening in "\n".join(warnings(account, signed(oai={})))


def test_a_foreign_distribution_with_signers_is_shown_and_no_opening(account: SandboxAccount) -> None:
    """Its signers can read."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    foreign = by_hand(account)
    path = {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}
    account.edit(lambda config: config["Origins"]["Items"][0].update(path), id_=foreign["Id"])
    exposure = account.stack(signed(oai={})).exposure
    assert exposure.openings == ()
    assert f"signers: self through distribution {foreign['Id']}" in exposure.after


def test_a_disabled_foreign_distribution_is_not_an_opening(account: SandboxAccount) -> None:
    """It serves nobody."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    path = {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}
    foreign = opened_by_hand(account, **path)
    account.edit(lambda config: config.update(Enabled=False), id_=foreign)
    assert account.stack(signed(oai={})).exposure.openings == ()


def test_one_open_behavior_of_a_foreign_distribution_is_enough(account: SandboxAccount) -> None:
    """Its default is signed, but another path is not."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    foreign = by_hand(account)

    def change(config: Json) -> None:
        path = {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}
        config["Origins"]["Items"][0].update(path)
        behavior = {**config["DefaultCacheBehavior"], "PathPattern": "/open/*", "TrustedSigners": signers()}
        config["CacheBehaviors"] = {"Quantity": 1, "Items": [behavior]}

    account.edit(change, id_=foreign["Id"])
    assert opened(account, signed(oai={})) == [f"anyone can read /open/*: {through(foreign['Id'])}"]


@pytest.mark.parametrize("grant", [{}, {"prefix": "a/"}], ids=["everything", "a prefix"])
def test_a_public_object_is_an_opening_where_object_acls_are_read(empty: SandboxAccount, grant: Json) -> None:
    """A plan reads them only with `via: object-acl`."""
    empty.bucket("media", "a.mp4", "b.mp4", ObjectOwnership="ObjectWriter")
    empty.unblocked()
    document = by_acl(grant=grant)
    empty.s3.put_object_acl(Bucket="media", Key="b.mp4", ACL="public-read")
    assert opened(empty, document) == ["anyone can read /b.mp4: object ACL"]
    empty.s3.put_object_acl(Bucket="media", Key="b.mp4", ACL="private")
    empty.converge(document)
    assert empty.stack(document).exposure.openings == ()
    empty.s3.put_object_acl(Bucket="media", Key="b.mp4", ACL="public-read")
    assert opened(empty, document) == ["anyone can read /b.mp4: object ACL"]


def test_a_disabled_stack_serves_nobody(account: SandboxAccount) -> None:
    """It must refuse everything."""
    account.converge(signed(enabled=False))
    exposure = account.stack(signed(enabled=False)).exposure
    assert (exposure.before, exposure.after) == (("nobody",), ("nobody",))


def test_without_an_identity_every_plan_warns(account: SandboxAccount) -> None:
    """With `origin_access: none`, anyone may read the bucket: a warning, and not an opening."""
    document = signed(origin_access="none")
    account.unblocked()
    account.put_policy(allow("Anyone", "*"))
    account.converge(document)
    plan = account.stack(document)
    assert plan.steps == ()
    assert plan.exposure.openings == ()
    assert "anyone: bucket policy statement Anyone" in plan.exposure.after
    assert any("origin_access: none" in text for text in warnings(account, document))


def test_others_that_a_statement_names_are_reported(account: SandboxAccount) -> None:
    """Another account can read, and the spec does not list it. If the spec lists it, it is not an opening."""
    account.put_policy(allow("Partner", {"AWS": "arn:aws:iam::111122223333:root"}))
    exposure = account.stack(signed()).exposure
    assert opened(account, signed()) == ["account 111122223333 can read /*: bucket policy statement Partner"]
    assert exposure.before == ("account 111122223333: bucket policy statement Partner",)
    assert opened(account, signed(also_read_by=["111122223333"])) == []


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/*"}},
        {"StringLike": {"AWS:SourceArn": "arn:aws:cloudfront::*:distribution/*"}},
        None,
    ],
    ids=["literal star", "any account", "none"],
)
def test_a_statement_for_cloudfront_as_such_is_judged_by_what_pins_it(
    account: SandboxAccount, condition: Json | None
) -> None:
    """Anyone can create a distribution, so without a fixed source it is for anyone."""
    fields: Json = {"Condition": condition} if condition else {}
    account.unblocked()
    account.put_policy(allow("CloudFront", {"Service": "cloudfront.amazonaws.com"}, **fields))
    openings = account.stack(signed()).exposure.openings
    public = condition is None or "StringLike" in json.dumps(condition)
    assert bool(openings) == public


def test_a_foreign_distribution_that_reaches_the_bucket_by_an_origin_group_is_an_opening(
    account: SandboxAccount,
) -> None:
    """The bucket is the secondary origin there, for requests that fail at the first."""
    account.converge(signed(oai={}))
    (identity,) = account.identities()
    account.bucket("theirs")
    foreign = opened_by_hand(account)

    def change(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        ours["S3OriginConfig"] = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
        first = {**ours, "Id": "first", "DomainName": "theirs.s3.us-east-1.amazonaws.com"}
        config["Origins"] = listing(first, ours)
        failover = {
            "Id": "both",
            "FailoverCriteria": {"StatusCodes": listing(500)},
            "Members": listing({"OriginId": "first"}, {"OriginId": "console"}),
        }
        config["OriginGroups"] = listing(failover)
        config["DefaultCacheBehavior"]["TargetOriginId"] = "both"

    account.edit(change, id_=foreign)
    assert opened(account, signed(oai={})) == [f"anyone can read /*: {through(foreign)}"]


def test_access_shows_the_paths_that_the_grant_allows(account: SandboxAccount) -> None:
    """Rows and phrases have what a reader can really read: a pattern of the spec, within the prefix of the grant."""
    behaviors = [{"path": "*.jpg", "public": True}, {"path": "/b/*", "public": True}]
    document = signed(grant={"prefix": "a/"}, http={"behaviors": behaviors})
    account.converge(document, allow=["makes-public"])
    (found,) = access_of(account.load(document), account.world)
    assert {str(row.reader): (row.paths, row.excluded) for row in found.rows} == {
        "anyone": (("/a/*.jpg",), ()),
        "signer 123456789012": (("/a/*",), ()),
    }
    before, after = readers_before(exposure := account.stack(document).exposure), readers_after(exposure)
    assert (
        before == after == ("signers: this account (/a/*)", "anyone through distribution lectures (/a/*.jpg)")
    )
