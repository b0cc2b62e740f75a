"""The policy that specs need, by their content."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from cfstream.permissions.document import OPTIONAL, claims, optional_actions, policy, size, unlimited
from cfstream.permissions.needs import Purpose
from cfstream.spec.load import load
from cfstream.spec.model import Spec
from cfstream.stack.calls import Place

Json = dict[str, Any]

HTTP: Json = {"version": 1, "name": "lectures", "bucket": "media", "trusted_signers": ["self"]}
RTMP: Json = {**HTTP, "delivery": "rtmp"}
OBJECTS: Json = {**HTTP, "oai": {}, "grant": {"via": "object-acl"}}
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
SITE: Json = {**HTTP, "cnames": ["media.example.com"], "dns": {"route53": "example.com"}}


def spec(document: Json) -> Spec:
    """Return the spec of a document."""
    return load(["-"], stdin=io.StringIO(json.dumps(document)))[0].spec


def allowed(*documents: Json, purpose: str = "apply", place: Place | None = None) -> Mapping[str, list[str]]:
    """Return the resources on which each action is allowed."""
    document = policy([spec(each) for each in documents], Purpose(purpose), place or Place("123456789012"))
    found: dict[str, list[str]] = {}
    for statement in document["Statement"]:
        resources = statement["Resource"]
        for action in statement["Action"]:
            found.setdefault(action, []).extend([resources] if isinstance(resources, str) else resources)
    return found


def test_a_plan_may_change_nothing() -> None:
    """Every allowed action only reads, for any spec."""
    for document in (HTTP, RTMP, OBJECTS, SITE, {**SITE, "http": {"cors": {"origins": ["*"]}}}):
        verbs = {action.partition(":")[2] for action in allowed(document, purpose="plan")}
        assert {verb for verb in verbs if not verb.startswith(("Get", "List", "Describe"))} == set()


@pytest.mark.parametrize(
    ("document", "purpose", "words"),
    [
        (HTTP, "apply", ("PutObjectAcl", "Identity", "route53", "acm:", "Streaming", "DeleteDistribution")),
        (HTTP, "destroy", ("Create", "PutObjectAcl", "kms:", "acm:", "KeyGroup", "PublicKey")),
        (RTMP, "apply", ("UpdateDistribution", "OriginAccessControl", "kms:", "acm:", "ResponseHeaders")),
        ({**HTTP, "oai": {"id": "E2ABCDEFGHIJK1"}}, "apply", ("CreateCloudFront", "DeleteCloudFront")),
        (
            {**HTTP, "oac": {"id": "E2ABCDEFGHIJK1"}},
            "apply",
            ("CreateOriginAccess", "UpdateOriginAccess", "DeleteOriginAccess", "AccessControlConfig"),
        ),
        ({**HTTP, "grant": {"via": "elsewhere"}}, "apply", ("PutBucketPolicy", "DeleteBucketPolicy")),
        ({**HTTP, "adopt": "E1UGDLB9XZBD79"}, "apply", ("CreateDistribution", "CreateBucket")),
        (OBJECTS, "apply", ("PutBucketPolicy", "CreateBucket")),
    ],
)
def test_calls_that_a_spec_does_not_need_are_not_allowed(
    document: Json, purpose: str, words: tuple[str, ...]
) -> None:
    """Lists of the account are allowed, because every plan reads them."""
    actions = {action for action in allowed(document, purpose=purpose) if ":List" not in action}
    assert {action for action in actions if any(word in action for word in words)} == set()


def test_resources_are_as_narrow_as_the_spec() -> None:
    """The bucket has its name, an adopted distribution its id, and a certificate its ARN."""
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    may = allowed(
        {**SITE, "adopt": "E1UGDLB9XZBD79", "http": {"certificate": arn}, "bucket": {"name": "media"}}
    )
    assert may["s3:PutBucketPolicy"] == ["arn:aws:s3:::media"]
    assert may["s3:GetObjectAcl"] == ["arn:aws:s3:::media/*"]
    assert may["cloudfront:UpdateDistribution"] == [
        "arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79"
    ]
    assert may["acm:DescribeCertificate"] == [arn]
    assert may["kms:GetKeyPolicy"] == ["arn:aws:kms:*:123456789012:key/*"]


def test_without_an_account_the_arn_has_a_wildcard() -> None:
    """IAM accepts ``*`` there. Other partitions have their name."""
    assert allowed(RTMP, place=Place())["cloudfront:UpdateStreamingDistribution"] == [
        "arn:aws:cloudfront::*:streaming-distribution/*"
    ]
    assert allowed(HTTP, place=Place("123456789012", "aws-cn"))["s3:GetBucketPolicy"] == [
        "arn:aws-cn:s3:::media"
    ]


def test_of_several_specs_each_gets_its_own_only() -> None:
    """A spec that creates its bucket does not allow creating another's. Shared permissions are listed once."""
    spec_of_new = {**HTTP, "name": "seminars", "bucket": {"name": "seminars-media", "create": True}}
    may = allowed(HTTP, spec_of_new)
    assert may["s3:CreateBucket"] == ["arn:aws:s3:::seminars-media"]
    assert may["s3:GetBucketPolicy"] == ["arn:aws:s3:::media", "arn:aws:s3:::seminars-media"]
    assert may["cloudfront:ListDistributions"] == ["*"]
    one, other = (
        policy([spec(each) for each in order], Purpose.APPLY, Place())
        for order in ([HTTP, spec_of_new], [spec_of_new, HTTP])
    )
    assert one == other


def statements(action: str, *documents: Json, purpose: str = "apply") -> list[Json]:
    """Return Resource and Condition of each statement that allows an action."""
    document = policy([spec(each) for each in documents], Purpose(purpose), Place("123456789012"))
    found = [each for each in document["Statement"] if action in each["Action"]]
    return [{name: each[name] for name in ("Resource", "Condition") if name in each} for each in found]


NAME, REQUESTED = "aws:ResourceTag/cfstream:name", "aws:RequestTag/cfstream:name"
ANY = "arn:aws:cloudfront::123456789012:distribution/*"


@pytest.mark.parametrize("purpose", ["apply", "destroy"])
def test_a_distribution_is_changed_by_its_tag(purpose: str) -> None:
    """Any id with the stack's tag is allowed. With `adopt` it is that id, unless it has another stack's tag."""
    tagged = {"Resource": ANY, "Condition": {"StringEquals": {NAME: "lectures"}}}
    assert statements("cloudfront:UpdateDistribution", HTTP, purpose=purpose) == [tagged]
    adopting = statements(
        "cloudfront:UpdateDistribution", {**HTTP, "adopt": "E1UGDLB9XZBD79"}, purpose=purpose
    )
    assert adopting == [
        {
            "Resource": ANY.replace("*", "E1UGDLB9XZBD79"),
            "Condition": {"StringEqualsIfExists": {NAME: "lectures"}},
        }
    ]


def test_several_stacks_share_statements() -> None:
    """They have the names of all, but an adopted distribution is allowed only for its own stack."""
    other = {**HTTP, "name": "seminars", "bucket": "seminars-media"}
    (both,) = statements("cloudfront:UpdateDistribution", HTTP, other)
    assert both["Condition"] == {"StringEquals": {NAME: ["lectures", "seminars"]}}
    apart = statements("cloudfront:UpdateDistribution", HTTP, {**other, "adopt": "E1UGDLB9XZBD79"})
    assert [each["Condition"] for each in apart] == [
        {"StringEquals": {NAME: "lectures"}},
        {"StringEqualsIfExists": {NAME: "seminars"}},
    ]


def test_tags_come_with_the_creating_call() -> None:
    """IAM also checks TagResource then. The resource of a new one is unknown."""
    ours, new = statements("cloudfront:TagResource", HTTP)
    assert ours["Condition"] == {
        "StringEquals": {NAME: "lectures"},
        "StringEqualsIfExists": {REQUESTED: "lectures"},
    }
    assert new == {
        "Resource": "*",
        "Condition": {"StringEquals": {REQUESTED: "lectures"}, "StringEqualsIfExists": {NAME: "lectures"}},
    }
    created = {"Resource": "*", "Condition": {"StringEquals": {REQUESTED: "lectures"}}}
    assert statements("cloudfront:CreateDistribution", HTTP) == [created]
    assert statements("cloudfront:CreateStreamingDistributionWithTags", RTMP) == [created]
    assert len(statements("cloudfront:TagResource", RTMP)) == 1


def test_calls_that_iam_cannot_limit_are_listed() -> None:
    """The list has words, and only what the policy allows to change."""
    assert unlimited(policy([spec(HTTP)], Purpose.PLAN, Place())) == ()
    assert unlimited(policy([spec(HTTP)], Purpose.APPLY, Place())) == ("origin access controls",)
    everything = {**HTTP, "oai": {}, "http": {"cors": {"origins": ["*"]}}}
    assert unlimited(policy([spec(everything)], Purpose.DESTROY, Place())) == (
        "origin access identities",
        "response headers policies",
    )
    assert claims(policy([spec(HTTP)], Purpose.APPLY, Place()))
    for document, purpose in ((RTMP, Purpose.APPLY), (HTTP, Purpose.DESTROY), (HTTP, Purpose.PLAN)):
        assert not claims(policy([spec(document)], purpose, Place()))


def test_records_are_the_stacks_own_and_never_overwritten() -> None:
    """Names have the form that IAM compares, types are those of aliases, and UPSERT is not allowed."""
    document = {**SITE, "cnames": ["media.example.com", "*.talks.example.com"]}
    result = policy([spec(document)], Purpose.APPLY, Place())
    (records,) = [each for each in result["Statement"] if each["Sid"] == "Records"]
    assert records["Action"] == ["route53:ChangeResourceRecordSets"]
    assert records["Condition"] == {
        "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsActions": ["CREATE", "DELETE"],
            "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA"],
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                "\\052.talks.example.com",
                "media.example.com",
            ],
        }
    }
    assert "route53:ChangeResourceRecordSets" not in allowed({**SITE, "cnames": []})


@pytest.mark.parametrize("purpose", [*Purpose])
def test_it_fits_into_a_managed_policy(purpose: Purpose) -> None:
    """Sids have letters and digits, each is unique, and a stack with everything is below AWS's limit."""
    everything = {
        **SITE,
        "oai": {},
        "bucket": {"name": "media", "create": True},
        "logging": {"bucket": "logs"},
        "http": {"cors": {"origins": ["*"]}, "cache_policy": "mine"},
    }
    document = policy([spec(everything)], purpose, Place("123456789012"))
    sids = [each["Sid"] for each in document["Statement"]]
    assert len({*sids}) == len(sids)
    assert all(sid.isalnum() and sid.isascii() for sid in sids)
    assert size(document) < 6144


def test_functions_are_allowed_by_their_names() -> None:
    """A spec that names functions may describe these and no others, and may change none. The list is for a hint."""
    paths = [{"path": "/a", "functions": {"viewer_response": "headers"}}, {"path": "/b", "functions": {}}]
    document = {**HTTP, "http": {"functions": {"viewer_request": "rewrite"}, "behaviors": paths}}
    arns = [f"arn:aws:cloudfront::123456789012:function/{name}" for name in ("headers", "rewrite")]
    for purpose in ("plan", "apply"):
        found = {
            action: on for action, on in allowed(document, purpose=purpose).items() if "Function" in action
        }
        assert found == {"cloudfront:DescribeFunction": arns, "cloudfront:ListFunctions": ["*"]}
    assert "cloudfront:DescribeFunction" not in allowed(document, purpose="destroy")
    assert "cloudfront:DescribeFunction" not in allowed(HTTP)


@pytest.mark.parametrize(
    ("documents", "optional"),
    [
        (
            [{**HTTP, "http": {"certificate": CERTIFICATE}, "cnames": ["a.example.com"]}],
            {"acm:ListCertificates"},
        ),
        ([SITE], {"route53:ListHostedZones", "s3:ListAllMyBuckets", "s3:GetObjectAcl"}),
        ([OBJECTS], {"s3:ListAllMyBuckets"}),
        ([{**HTTP, "name": f"lectures-{each}"} for each in range(3)], {"s3:GetObjectAcl"}),
    ],
)
def test_optional_calls_are_in_statements_of_their_own(documents: list[Json], optional: set[str]) -> None:
    """Calls that a plan always needs are not repeated there, and nothing is optional for destroy."""
    place = Place("123456789012")
    specs = [spec(each) for each in documents]
    found = policy(specs, Purpose.PLAN, place)
    marked = [each for each in found["Statement"] if each["Sid"].startswith(OPTIONAL)]
    rest = {action for each in found["Statement"] if each not in marked for action in each["Action"]}
    assert optional <= set(optional_actions(found))
    assert not rest & set(optional_actions(found))
    assert found["Statement"][-len(marked) :] == marked
    assert optional_actions(policy(specs, Purpose.DESTROY, place)) == ()
