"""Each risk of a live distribution is reported if it exists."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.adoption.account import Account
from cfstream.adoption.description import describe
from cfstream.domain import LiveDistribution
from tests.unit.adoption.live import distribution, path
from tests.world.configs import CERTIFICATE, behavior, config, listing, origin, signers, streaming_config
from tests.world.distributions import NUMBER, shown

OAI = listing(origin(S3OriginConfig={"OriginAccessIdentity": "origin-access-identity/cloudfront/E3"}))
OAC = listing(origin(OriginAccessControlId="E2"))
SAFE: dict[str, Any] = {
    "Origins": OAC,
    "DefaultCacheBehavior": behavior(TrustedKeyGroups=signers("g-1")),
}


def names(live: LiveDistribution, account: Account | None = None) -> list[str]:
    """Return the names of the risks."""
    risks = describe(live, account or Account(NUMBER), "lectures").risks
    assert all(len(risk.text) > 20 for risk in risks)
    return [risk.name for risk in risks]


def safe(**fields: Any) -> LiveDistribution:
    """Return a distribution without a risk, except for these fields."""
    return replace(distribution(**{**SAFE, **fields}), active_key_groups={"g-1": ("K1",)})


def own(minimum: str) -> Any:
    """Return the account's own certificate with this security policy."""
    return {
        "ACMCertificateArn": CERTIFICATE,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": minimum,
    }


def test_a_guarded_distribution_has_no_risks() -> None:
    """It is signed, reads with an OAC, and has an active key and current TLS."""
    assert names(safe()) == []
    assert names(safe(ViewerCertificate=own("TLSv1.2_2018"))) == []


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"DefaultCacheBehavior": behavior()}, "public"),
        ({"CacheBehaviors": listing(path("/open/*"))}, "public-path"),
        ({"Origins": listing(origin())}, "no-origin-access"),
        ({"ViewerCertificate": own("TLSv1.1_2016")}, "weak-tls"),
        ({"DefaultCacheBehavior": behavior(TrustedSigners=signers("self"))}, "idle-signer"),
        ({"DefaultCacheBehavior": behavior(TrustedKeyGroups=signers("g-2"))}, "idle-signer"),
    ],
)
def test_each_risk_is_found(fields: Any, name: str) -> None:
    """It has one name, and there is no other risk."""
    assert names(safe(**fields)) == [name]


def test_plain_http_names_the_paths_on_which_it_is_allowed() -> None:
    """Only paths with the bucket as their origin count."""
    signed = behavior(TrustedKeyGroups=signers("g-1"))
    clips = path("/clips/*", ViewerProtocolPolicy="allow-all", TrustedKeyGroups=signers("g-1"))
    live = safe(DefaultCacheBehavior=signed, CacheBehaviors=listing(clips))
    (risk,) = describe(live, Account(NUMBER), "lectures").risks
    assert (risk.name, risk.text.rpartition(": ")[2]) == ("plain-http", "/clips/*")


def test_plain_http_is_not_a_risk_if_nothing_is_signed() -> None:
    """Public paths are another risk, and have no signed URLs that others could read."""
    live = safe(DefaultCacheBehavior=behavior(ViewerProtocolPolicy="allow-all"))
    assert names(live) == ["public"]


def test_a_disabled_distribution_is_public_to_nobody() -> None:
    """It serves nobody."""
    assert names(safe(Enabled=False, DefaultCacheBehavior=behavior())) == []


def test_an_identity_is_shared_when_another_distribution_reads_by_it() -> None:
    """The distribution itself does not count."""
    rows = [shown(config(Origins=OAI), id_=id_) for id_ in ("E1ABC", "E9OTHER")]
    assert names(safe(Origins=OAI), Account(NUMBER, rows=tuple(rows[:1]))) == []
    assert names(safe(Origins=OAI), Account(NUMBER, rows=tuple(rows))) == ["shared-oai"]


def test_only_some_of_many_sharers_of_an_identity_are_named() -> None:
    """An old account may have hundreds, so the sentence names only some."""
    rows = tuple(shown(config(Origins=OAI), id_=f"E{n}") for n in range(200))
    (risk,) = describe(safe(Origins=OAI), Account(NUMBER, rows=rows), "lectures").risks
    assert "let E0, E1, E2, E3, E4 and 195 more read" in risk.text


def test_signers_are_known_to_be_idle_when_all_is_deployed() -> None:
    """During a deploy their keys are unknown. The account's own number means self."""
    live = safe(DefaultCacheBehavior=behavior(TrustedSigners=signers("self")))
    assert names(replace(live, status="InProgress")) == []
    assert names(replace(live, active_signers={NUMBER: ("APKA1",)})) == []
    assert names(replace(live, active_signers={"self": ()})) == ["idle-signer"]


def test_rtmp_is_a_risk_of_its_own() -> None:
    """It is a risk even if everything else is right."""
    source = {
        "DomainName": "media.s3.amazonaws.com",
        "OriginAccessIdentity": "origin-access-identity/cloudfront/E3",
    }
    sent = streaming_config(S3Origin=source, TrustedSigners=signers("self"))
    assert names(replace(shown(sent), active_signers={"self": ("APKA1",)})) == ["rtmp"]
