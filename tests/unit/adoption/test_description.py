"""What import makes of a distribution: the fields that it writes, leaves out, and only mentions."""

from typing import Any

import pytest

from cfstream.adoption.account import Account
from cfstream.adoption.description import describe
from cfstream.adoption.refusal import CannotImport
from cfstream.stack.owned import ListedResource
from cfstream.values import Json
from tests.unit.adoption.live import ACCOUNT, distribution, further, path
from tests.world.configs import (
    CERTIFICATE,
    behavior,
    config,
    legacy_behavior,
    listing,
    origin,
    signers,
    streaming_config,
)
from tests.world.distributions import NUMBER, shown

OAI = "origin-access-identity/cloudfront/E3IDENTITY"


def control(row: Json) -> dict[str, ListedResource]:
    """Return the resources of an account that has only this origin access control."""
    return {"E2CONTROL": ListedResource("E2CONTROL", "origin access control", row["Name"], None, row)}


def values(live: Any, account: Account = ACCOUNT) -> dict[str, Any]:
    """Return the fields of the spec."""
    return dict(describe(live, account, "lectures").values)


def kept(live: Any) -> str:
    """Return the settings that are reported as kept."""
    return "\n".join(describe(live, ACCOUNT, "lectures").kept)


def test_default_values_are_left_out() -> None:
    """The simplest distribution has the shortest spec."""
    live = distribution(DefaultCacheBehavior=behavior(ViewerProtocolPolicy="redirect-to-https"))
    assert values(live) == {
        "version": 1,
        "name": "lectures",
        "bucket": "media",
        "origin_access": "none",
        "public": True,
        "http": {"cache_policy": "CachingOptimized"},
        "adopt": "E1ABC",
    }


def test_only_behaviors_whose_signers_differ_are_named() -> None:
    """Behaviors with the same signers, or another origin, are not written."""
    live = distribution(
        path("/same/*", TrustedSigners=signers(NUMBER, "111122223333")),
        path("/open/*"),
        path("/groups/*", TrustedKeyGroups=signers("g-2", "g-1")),
        path("/api/*", TargetOriginId="api", TrustedSigners=signers("444455556666")),
        Origins=listing(origin(), further("api", "api.example.org")),
        DefaultCacheBehavior=behavior(TrustedSigners=signers("111122223333", "self")),
    )
    found_ = values(
        live, Account(NUMBER, resources={"g-1": ListedResource("g-1", "key group", "viewers", None)})
    )
    assert found_["trusted_signers"] == ["111122223333", "self"]
    assert found_["http"]["behaviors"] == [
        {"path": "/open/*", "public": True},
        {"path": "/groups/*", "key_groups": [{"use": "g-2"}, {"use": "viewers"}]},
    ]


def test_a_path_that_a_spec_cannot_name_does_not_matter_if_the_default_is_public() -> None:
    """The signers of other paths then stay. If the default has signers, they would count as a change."""
    odd = path("/two words/*", TrustedSigners=signers("self"))
    assert "behaviors" not in values(distribution(odd))["http"]
    signed = behavior(TrustedSigners=signers("111122223333"))
    with pytest.raises(CannotImport, match="cannot name that path"):
        values(distribution(odd, DefaultCacheBehavior=signed))


def test_both_sorts_of_signers_on_one_behavior_are_refused() -> None:
    """A spec has one sort, and would remove the other."""
    both = behavior(TrustedSigners=signers("self"), TrustedKeyGroups=signers("g-1"))
    with pytest.raises(CannotImport, match="both trusted signers and key groups"):
        values(distribution(DefaultCacheBehavior=both))


def test_identities_are_referred_to() -> None:
    """They have their ids. The stack's own control is recognised."""
    by_oai = listing(origin(S3OriginConfig={"OriginAccessIdentity": OAI}))
    assert values(distribution(Origins=by_oai))["oai"] == {"id": "E3IDENTITY"}
    by_oac = distribution(Origins=listing(origin(OriginAccessControlId="E2CONTROL")))
    assert values(by_oac)["oac"] == {"id": "E2CONTROL"}
    row = {
        "Name": "cfstream-lectures",
        "Description": "cfstream:lectures",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
        "OriginAccessControlOriginType": "s3",
    }
    assert values(by_oac, Account(NUMBER, resources=control(row)))["oac"] == {}
    drifted = {**row, "SigningBehavior": "no-override"}
    assert values(by_oac, Account(NUMBER, resources=control(drifted)))["oac"] == {"id": "E2CONTROL"}


def test_tls_is_written_where_it_is_not_the_default() -> None:
    """It is written with a certificate of ACM or IAM. Without one it has no effect."""
    own = {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "SSLv3"}
    acm = distribution(ViewerCertificate={"ACMCertificateArn": CERTIFICATE, **own})
    assert values(acm)["http"]["minimum_tls"] == "SSLv3"
    assert values(acm)["http"]["certificate"] == CERTIFICATE
    iam = distribution(ViewerCertificate={"IAMCertificateId": "ASCA", **own})
    assert "certificate" not in values(iam)["http"]
    assert "certificate of IAM: ASCA" in kept(iam)
    assert "dedicated IP addresses" in kept(iam)
    bare = {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"}
    assert "minimum_tls" not in values(distribution(ViewerCertificate=bare))["http"]


def test_a_security_policy_of_the_future_is_refused() -> None:
    """Without it, the spec would mean the default, which may be weaker or stronger."""
    own = {"SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.4_2031"}
    with pytest.raises(CannotImport, match="does not support the security policy"):
        values(distribution(ViewerCertificate={"ACMCertificateArn": CERTIFICATE, **own}))


def test_values_that_a_spec_cannot_have_are_reported_and_kept() -> None:
    """For example a name with an underscore, logs under an unusual prefix, a comment that is too long."""
    live = distribution(
        Aliases=listing("_odd.example.com", "media.example.com"),
        Comment="x" * 129,
        Logging={"Enabled": True, "IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "/cf"},
    )
    assert not {"cnames", "comment", "logging"} & values(live).keys()
    for words in ("_odd.example.com", "its comment", "logs.s3.amazonaws.com//cf", "include cookies"):
        assert words in kept(live)


def test_settings_that_a_spec_cannot_express_are_reported() -> None:
    """Each is listed with its name, but without values of secret headers."""
    header = {"HeaderName": "x-secret", "HeaderValue": "s3cr3t"}
    function = {"LambdaFunctionARN": "arn:aws:lambda:us-east-1:1:function:a:1", "EventType": "viewer-request"}
    group = {"Id": "both", "Members": listing({"OriginId": "s3"}, {"OriginId": "api"})}
    live = distribution(
        path("/api/*", TargetOriginId="api"),
        Origins=listing(
            origin(OriginPath="/videos/", CustomHeaders=listing(header)), further("api", "api.example.org")
        ),
        OriginGroups=listing(group),
        DefaultCacheBehavior=legacy_behavior(LambdaFunctionAssociations=listing(function), MinTTL=5),
        WebACLId="arn:of:acl",
        Restrictions={"GeoRestriction": {"RestrictionType": "whitelist", **listing("QQ", "DE")}},
        CustomErrorResponses=listing(
            {
                "ErrorCode": 404,
                "ResponsePagePath": "/404.html",
                "ErrorCachingMinTTL": 5,
            }
        ),
        Staging=False,
        NeverInCloudFront={"HeaderName": "x-tags"},
    )
    reported = kept(live)
    for words in (
        "the bucket's origin, Origin path: /videos",
        "headers x-secret",
        "api.example.org, not a bucket",
        "/api/* leads to the origin api",
        "Lambda@Edge arn:aws:lambda",
        "MinTTL 5",
        "Web ACL: arn:of:acl",
        "Countries: allow DE, QQ",
        "Error pages: 404 -> /404.html, cached for 5s",
        "the origin group both: s3, then api",
        "NeverInCloudFront: HeaderName x-tags",
    ):
        assert words in reported
    assert "s3cr3t" not in reported
    assert "Staging" not in reported


def test_the_names_can_be_left_out_with_their_certificate() -> None:
    """If the certificate has expired, both are kept, and a note says why."""
    own = {"SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    live = distribution(
        Aliases=listing("media.example.com"), ViewerCertificate={"ACMCertificateArn": CERTIFICATE, **own}
    )
    bare = describe(live, ACCOUNT, "lectures").without_cnames("it ran out")
    assert "cnames" not in bare.values
    assert "certificate" not in bare.values["http"]
    assert bare.kept[0] == "cnames and their certificate, because it ran out: media.example.com"


def test_a_streaming_distribution_is_shown_as_rtmp() -> None:
    """Its signers are accounts, because it supports no others."""
    sent = streaming_config(TrustedSigners=signers(NUMBER), Enabled=False)
    assert values(shown(sent)) == {
        "version": 1,
        "name": "lectures",
        "delivery": "rtmp",
        "enabled": False,
        "bucket": "media",
        "origin_access": "none",
        "trusted_signers": ["self"],
        "adopt": "E1ABC",
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Origins": listing(further("s3", "media.s3-website-us-east-1.amazonaws.com"))}, "website endpoint"),
        ({"Origins": listing(further("s3", "www.example.org"))}, "not an S3 bucket"),
        ({"Origins": listing(origin(DomainName="A_b.s3.amazonaws.com"))}, "cannot express"),
        ({"Origins": listing(origin(Id="other"))}, "which does not exist"),
    ],
)
def test_a_default_behavior_without_a_bucket_is_refused(fields: Any, words: str) -> None:
    """For example a website, a server, a bucket with an old name, or a missing origin."""
    with pytest.raises(CannotImport, match=words):
        values(shown(config(**fields)))
