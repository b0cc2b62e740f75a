"""What AWS would refuse at apply is a problem at plan, with its line in the spec, and nothing is written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import NotAuthorized, SpecProblems
from cfstream.testing.certificates import imported
from tests.promises.account import snapshot
from tests.promises.altered_reads import with_answer
from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import listing, set_to
from tests.world.plans import outcome, problems, report_lines
from tests.world.ports import Witness
from tests.world.specs import Json, by_acl, http, key, rtmp, signed
from tests.world.statements import allow

CNAME = "media.example.com"
DAY = 86_400.0


def refused_at_plan(account: SandboxAccount, document: Json, *words: str) -> None:
    """Check that the plan has one problem with these words, and that apply writes nothing and exits with 2."""
    plan = account.stack(document)
    assert len(plan.problems) == 1, problems(plan)
    (problem,) = plan.problems
    for word in words:
        assert word in f"{problem.what} {problem.do}"
    assert problem.where.line == 1
    assert problem.do
    before = snapshot(account)
    witness = Witness(account.world.aws)
    report = account.apply(document, port=witness)
    assert (report.exit_code, outcome(report)) == (2, "blocked"), report_lines(report)
    assert witness.writes == []
    assert snapshot(account) == before


def test_a_bucket_that_does_not_exist(empty: SandboxAccount) -> None:
    """Its name may be wrong, or the spec lacks `create: true`."""
    refused_at_plan(empty, signed(), "bucket media does not exist", "create: true")


def bucket_in_another_region(account: SandboxAccount) -> str:
    """A bucket in another region. No other test uses its name, because clients remember the region of a bucket."""
    account.clients("s3", "eu-west-1").create_bucket(
        Bucket="media-abroad", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return "media-abroad"


def test_a_bucket_in_another_region(empty: SandboxAccount) -> None:
    """The region in the spec differs from the bucket's."""
    bucket = {"name": bucket_in_another_region(empty), "region": "us-east-1"}
    plan = empty.stack(signed(bucket=bucket))
    (problem,) = plan.problems
    assert (problem.what, problem.do) == (
        "the bucket media-abroad is in eu-west-1, not in us-east-1",
        "write region: eu-west-1",
    )
    assert outcome(empty.apply(signed(bucket=bucket))) == "blocked"
    assert empty.distributions() == []


def test_a_region_that_the_spec_leaves_out_is_read(empty: SandboxAccount) -> None:
    """A bucket in any region is found, and the origin has its region."""
    empty.converge(signed(bucket=bucket_in_another_region(empty)))
    assert empty.config()["Origins"]["Items"][0]["DomainName"] == "media-abroad.s3.eu-west-1.amazonaws.com"


def test_acls_disabled_under_object_grants(empty: SandboxAccount) -> None:
    """Objects cannot have grants then."""
    empty.bucket("media", "a.mp4", ObjectOwnership="BucketOwnerEnforced")
    refused_at_plan(empty, by_acl(), "ACLs", "BucketOwnerEnforced")


def encrypt(account: SandboxAccount, key_id: str = "") -> None:
    """Make the bucket encrypt with SSE-KMS, by default with AWS's own key."""
    named = {"KMSMasterKeyID": key_id} if key_id else {}
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", **named}}
    account.s3.put_bucket_encryption(Bucket="media", ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_sse_kms_with_an_oai(account: SandboxAccount) -> None:
    """Only an OAC can read such objects."""
    encrypt(account)
    refused_at_plan(account, signed(oai={}), "SSE-KMS", "oac")


def test_sse_kms_with_an_oac_prints_what_the_key_policy_lacks(account: SandboxAccount) -> None:
    """A notice has the statement if something will be written and the key's policy lacks it."""
    kms = account.clients("kms")
    key_id = kms.create_key()["KeyMetadata"]["Arn"]
    encrypt(account, key_id)
    plan = account.stack(signed())
    (notice,) = [one.text for one in plan.notices if "kms:Decrypt" in one.text]
    assert "cloudfront.amazonaws.com" in notice
    account.apply(signed())
    assert not any("kms:Decrypt" in one.text for one in account.stack(signed()).notices)
    changed = signed(comment="encrypted")
    (notice,) = [one.text for one in account.stack(changed).notices if "kms:Decrypt" in one.text]
    statement = json.loads(notice[notice.index("{") :])
    assert statement["Condition"]["StringEquals"]["AWS:SourceArn"] == account.live()["ARN"]
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=json.dumps(policy))
    assert not any("kms:Decrypt" in one.text for one in account.stack(changed).notices)


def http_with(account: SandboxAccount, arn: str, *cnames: str) -> Json:
    """Return a spec with this certificate and these cnames."""
    return signed(cnames=list(cnames or [CNAME]), http={"certificate": arn})


def test_a_certificate_that_does_not_exist(account: SandboxAccount) -> None:
    """CloudFront accepts only certificates in us-east-1."""
    arn = f"arn:aws:acm:us-east-1:{account.world.account}:certificate/00000000-0000-4000-8000-000000000000"
    refused_at_plan(account, http_with(account, arn), "does not exist", "us-east-1")


def test_a_certificate_of_another_region(account: SandboxAccount) -> None:
    """The ARN shows it, so loading the spec reports it."""
    arn = imported(account.clients("acm", "eu-west-1"), CNAME, days=30)
    with pytest.raises(SpecProblems) as caught:
        account.load(http_with(account, arn))
    (problem,) = caught.value.problems
    assert "us-east-1" in f"{problem.what} {problem.do}"


def test_a_certificate_that_does_not_cover_a_cname(account: SandboxAccount) -> None:
    """A wildcard covers only one label."""
    arn = account.certificate("*.example.com")
    refused_at_plan(
        account, http_with(account, arn, CNAME, "a.b.example.com"), "does not cover a.b.example.com"
    )


def test_a_certificate_that_has_expired_or_is_about_to(account: SandboxAccount) -> None:
    """CloudFront refuses a certificate on its last day."""
    arn = imported(account.clients("acm"), CNAME, days=10)
    account.clock.slept += 9.5 * DAY
    refused_at_plan(account, http_with(account, arn), "expires")
    account.clock.slept += DAY
    refused_at_plan(account, http_with(account, arn), "expired")


def test_a_certificate_that_fits_is_used(account: SandboxAccount) -> None:
    """It is used with SNI and the security policy of the spec."""
    account.converge(http_with(account, account.certificate("*.example.com")))
    live = account.config()["ViewerCertificate"]
    assert (live["SSLSupportMethod"], live["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")


def test_a_cname_that_another_distribution_holds(account: SandboxAccount) -> None:
    """The problem names it, and suggests `adopt`."""
    arn = account.certificate("*.example.com")
    certificate = {
        "ACMCertificateArn": arn,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    holder = by_hand(account, Aliases=listing(CNAME), ViewerCertificate=certificate)
    refused_at_plan(account, http_with(account, arn), CNAME, holder["Id"], "adopt")
    refused_at_plan(account, rtmp(cnames=[CNAME]), CNAME, holder["Id"])


def test_a_cname_that_a_streaming_distribution_holds(account: SandboxAccount) -> None:
    """Both deliveries share the names."""
    account.converge(rtmp(name="old", cnames=[CNAME]))
    refused_at_plan(account, http_with(account, account.certificate(CNAME)), CNAME, account.id("old"))


def test_a_cname_that_another_account_holds(account: SandboxAccount) -> None:
    """It is checked if possible: with a distribution of the stack whose certificate covers it."""
    arn = account.certificate("*.example.com")
    account.converge(http_with(account, arn, "first.example.com"))
    account.sandbox.cloudfront.settings.foreign_aliases = {CNAME: "EFOREIGN000000"}
    refused_at_plan(account, http_with(account, arn, "first.example.com", CNAME), CNAME)


def test_a_used_key_group_that_does_not_exist(account: SandboxAccount) -> None:
    """The spec that creates it must be applied first."""
    refused_at_plan(account, {**http(), "key_groups": [{"use": "newsroom"}]}, "newsroom", "exists")


@pytest.mark.parametrize(
    ("field", "words"),
    [({"oai": {"id": "E0"}}, "access identity E0"), ({"oac": {"id": "E0"}}, "access control E0")],
)
def test_a_used_identity_that_does_not_exist(account: SandboxAccount, field: Json, words: str) -> None:
    """The problem names it, and has a fix."""
    refused_at_plan(account, signed(**field), words)


def test_a_control_of_our_name_that_is_not_ours(account: SandboxAccount) -> None:
    """The fix is `oac: {id: …}`."""
    account.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "cfstream-lectures",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    )
    refused_at_plan(account, signed(), "cfstream-lectures", "oac: {id:")


def test_a_cache_policy_that_does_not_exist(account: SandboxAccount) -> None:
    """It is neither a managed policy nor one of the account."""
    refused_at_plan(account, signed(http={"cache_policy": "Nonesuch"}), "Nonesuch")


def test_a_cache_policy_of_the_account_is_found_by_its_name(account: SandboxAccount) -> None:
    """It is also found by its id."""
    created = account.cloudfront.create_cache_policy(CachePolicyConfig={"Name": "Ours", "MinTTL": 0})[
        "CachePolicy"
    ]
    account.converge(signed(http={"cache_policy": "Ours"}))
    assert account.config()["DefaultCacheBehavior"]["CachePolicyId"] == created["Id"]
    assert account.stack(signed(http={"cache_policy": created["Id"]})).steps == ()


def test_a_default_behavior_that_leads_to_no_bucket(account: SandboxAccount) -> None:
    """A website endpoint supports neither OAC nor OAI."""
    account.converge(signed())

    def website(config: Json) -> None:
        origin = config["Origins"]["Items"][0]
        del origin["S3OriginConfig"]
        origin["OriginAccessControlId"] = ""
        origin["DomainName"] = "media.s3-website-us-east-1.amazonaws.com"
        origin["CustomOriginConfig"] = {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
            "OriginReadTimeout": 30,
            "OriginKeepaliveTimeout": 5,
            "OriginSslProtocols": listing("TLSv1.2"),
        }

    account.edit(website)
    refused_at_plan(account, signed(), "not an S3 bucket")


def test_a_named_path_that_leads_elsewhere(account: SandboxAccount) -> None:
    """The spec does not own its signers."""
    account.bucket("elsewhere")
    account.converge(signed())

    def change(config: Json) -> None:
        second = {
            **config["Origins"]["Items"][0],
            "Id": "second",
            "DomainName": "elsewhere.s3.us-east-1.amazonaws.com",
        }
        config["Origins"] = listing(*config["Origins"]["Items"], second)
        behavior = {**config["DefaultCacheBehavior"], "PathPattern": "/else/*", "TargetOriginId": "second"}
        config["CacheBehaviors"] = listing(behavior)

    account.edit(change)
    refused_at_plan(account, signed(http={"behaviors": [{"path": "/else/*"}]}), "/else/*", "second")


def test_a_policy_that_s3_would_refuse_for_a_dead_principal(account: SandboxAccount) -> None:
    """A deleted identity shows as a unique id, and S3 refuses any policy with it."""
    shown = {"Version": "2012-10-17", "Statement": [allow("theirs", {"AWS": "AIDAJ3EXAMPLE7QUSDP"})]}
    with_answer(account, "get_bucket_policy", lambda: {"Policy": json.dumps(shown)})
    refused_at_plan(account, signed(), "theirs", "deleted")


def test_objects_of_other_owners_under_a_policy_grant(empty: SandboxAccount) -> None:
    """A bucket policy does not apply to them. A sample finds one."""
    empty.bucket("media", ObjectOwnership="ObjectWriter")
    with as_uploader(empty, "f" * 64):
        empty.s3.put_object(Bucket="media", Key="a.mp4", Body=b"-")
    (problem,) = empty.stack(signed()).problems
    assert "'a.mp4'" in problem.what
    assert "object ownership" in problem.do
    assert outcome(empty.apply(signed())) == "blocked"
    assert empty.distributions() == []


@contextmanager
def as_uploader(account: SandboxAccount, owner: str) -> Iterator[None]:
    """Uploads in the body belong to this canonical user, like uploads of another account."""
    event = "before-sign.s3.PutObject"

    def sign(request: Any, **_: Any) -> None:
        request.headers["x-cfstream-owner"] = owner

    account.s3.meta.events.register(event, sign, unique_id="uploader")
    try:
        yield
    finally:
        account.s3.meta.events.unregister(event, unique_id="uploader")


LOADED: list[tuple[str, Json]] = [
    ("six trusted signers", signed(trusted_signers=[f"{n}" * 12 for n in range(1, 7)])),
    ("no signer", {"version": 1, "name": "lectures", "bucket": "media"}),
    ("oac and oai", signed(oac={}, oai={})),
    ("oac for rtmp", rtmp(oac={})),
    ("key groups for rtmp", {**http(), "delivery": "rtmp"}),
    ("key groups and trusted signers", {**http(), "trusted_signers": ["self"]}),
    ("http section for rtmp", rtmp(http={"ipv6": True})),
    ("object-acl with oac", signed(oac={}, grant={"via": "object-acl"})),
    ("FULL_CONTROL by policy", signed(grant={"permission": "FULL_CONTROL"})),
    ("a long comment", signed(comment="x" * 129)),
    ("a key file that is not there", http(key_groups=[{"name": "g", "public_keys": [key("nowhere")]}])),
    ("an account number that is no string", signed(trusted_signers=[111122223333])),
]


@pytest.mark.parametrize("document", [row[1] for row in LOADED], ids=[row[0] for row in LOADED])
def test_problems_that_a_spec_alone_shows_are_found_by_the_loader(
    account: SandboxAccount, document: Json
) -> None:
    """Each has file, line and column, what is wrong, and a fix."""
    with pytest.raises(SpecProblems) as caught:
        account.load(document)
    for problem in caught.value.problems:
        assert problem.where.line == 1
        assert problem.where.col > 0
        assert problem.what
        assert problem.do


def test_two_stacks_of_one_name_or_with_one_cname_stop_everything(account: SandboxAccount) -> None:
    """The problem names both places."""
    with pytest.raises(SpecProblems):
        account.load(signed(), rtmp())
    with pytest.raises(SpecProblems):
        account.load(rtmp(cnames=[CNAME]), rtmp(name="clips", cnames=[CNAME]))


def test_a_read_that_is_not_allowed_names_the_permission(account: SandboxAccount) -> None:
    """The policy cannot be read, which is a problem, because its statements would be lost."""

    def refuse() -> Json:
        raise NotAuthorized("s3:GetBucketPolicy", "AccessDenied", "no", status=403)

    with_answer(account, "get_bucket_policy", refuse)
    assert any("s3:GetBucketPolicy" in f"{one.what} {one.do}" for one in account.stack(signed()).problems)


def test_the_stack_with_the_problem_alone_is_left_out(account: SandboxAccount) -> None:
    """The others are applied."""
    report = account.apply(signed(), signed(name="clips", bucket="nowhere"))
    assert (report.exit_code, outcome(report), outcome(report, "clips")) == (2, "applied", "blocked")


def test_a_comment_by_hand_is_not_a_problem(account: SandboxAccount) -> None:
    """Drift is planned, and is not a problem of the spec."""
    account.converge(signed(comment="ours"))
    account.edit(set_to(Comment="theirs"))
    assert problems(account.stack(signed(comment="ours"))) == []


def test_every_plan_of_an_rtmp_spec_on_real_aws_says_that_rtmp_is_retired(account: SandboxAccount) -> None:
    """On other endpoints there is no such notice."""
    assert not any("RTMP" in notice.text for notice in account.stack(rtmp()).notices)
    account.world = replace(account.world, real_aws=True)
    assert any("retired RTMP" in notice.text and notice.warning for notice in account.stack(rtmp()).notices)
    account.converge(rtmp())
    assert any("retired RTMP" in notice.text for notice in account.stack(rtmp()).notices)


def test_a_refused_streaming_distribution_is_reported_unchanged(account: SandboxAccount) -> None:
    """AWS's answer to a new streaming distribution is shown unchanged."""
    account.sandbox.cloudfront.settings.refuse_rtmp = True
    report = account.apply(rtmp())
    assert (report.exit_code, outcome(report)) == (1, "failed")
    assert any("streaming-distribution:lectures: refused" in line for line in report_lines(report))
    assert account.policy() is None
