"""A site: a chosen certificate, names in Route 53, and pages of other origins that may read."""

from typing import Any

import pytest

from tests.promises.test_bounds import IDENTITY, Count
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, behavior_of
from tests.world.plans import changes, hazards, outcome, problems, report_lines, steps
from tests.world.ports import Witness
from tests.world.specs import Json, signed, without

CNAME = "media.example.com"
PAGE = "https://www.example.com"


def named(*cnames: str, **fields: Any) -> Json:
    """Return a spec with cnames, whose certificate cfstream chooses."""
    return signed(cnames=list(cnames or [CNAME]), **fields)


def in_route53(*cnames: str, **fields: Any) -> Json:
    """Return the same with records in the zone."""
    return named(*cnames, dns={"route53": "example.com"}, **fields)


def cors(credentials: bool = True, **fields: Any) -> Json:
    """Return a spec whose media can be read by pages of another origin."""
    return signed(http={"cors": {"origins": [PAGE], "credentials": credentials}, **fields})


@pytest.fixture
def site(account: SandboxAccount) -> SandboxAccount:
    """Return an account with a certificate for ``*.example.com`` and the zone ``example.com``."""
    account.certificate("*.example.com", "example.com")
    account.clients("route53").create_hosted_zone(Name="example.com", CallerReference="by-hand")
    return account


@pytest.fixture
def count(caplog: pytest.LogCaptureFixture) -> Count:
    """Count the calls of a plan."""
    return Count(caplog)


def zone_of(account: SandboxAccount) -> str:
    """Return the id of the one zone."""
    (zone,) = account.clients("route53").list_hosted_zones()["HostedZones"]
    return str(zone["Id"])


def records(account: SandboxAccount) -> dict[tuple[str, str], Json]:
    """Return the zone's records by name and type, without those that every zone has."""
    listed = account.clients("route53").list_resource_record_sets(HostedZoneId=zone_of(account))
    kept = [one for one in listed["ResourceRecordSets"] if one["Type"] not in ("NS", "SOA")]
    return {(one["Name"], one["Type"]): one for one in kept}


def put_record(account: SandboxAccount, name: str, kind: str, **fields: Any) -> None:
    """Create a record by hand."""
    record = {"Name": name, "Type": kind, **fields}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    account.clients("route53").change_resource_record_sets(HostedZoneId=zone_of(account), ChangeBatch=batch)


# the certificate


def test_a_certificate_that_covers_every_cname_is_chosen(site: SandboxAccount) -> None:
    """The next plan keeps it."""
    site.converge(named())
    certificate = site.config()["ViewerCertificate"]
    assert certificate["ACMCertificateArn"].startswith("arn:aws:acm:us-east-1:")
    assert (certificate["SSLSupportMethod"], certificate["MinimumProtocolVersion"]) == (
        "sni-only",
        "TLSv1.2_2021",
    )


def test_without_a_certificate_that_covers_all_there_is_a_problem(site: SandboxAccount) -> None:
    """A wildcard covers one label. Nothing is written."""
    document = named(CNAME, "a.b.example.com")
    assert any("a.b.example.com" in what for what in problems(site.stack(document)))
    assert outcome(site.apply(document)) == "blocked"
    assert site.distributions() == []


# names


def test_records_are_aliases_made_once_the_distribution_is_deployed(site: SandboxAccount) -> None:
    """A and AAAA for each cname are the last step of a new stack."""
    site.sandbox.cloudfront.settings.deploy_after_reads = 4
    seen: list[str] = []

    def look(call: Any) -> None:
        if call.operation == "change_resource_record_sets":
            seen.append(site.live()["Status"])

    plan = site.plan(in_route53())
    report = site.run(plan, port=Witness(site.world.aws, before=look))
    assert report.exit_code == 0, report_lines(report)
    assert {*seen} == {"Deployed"}
    assert steps(plan)[-1].startswith("create dns-record:lectures")
    live = site.live()
    found = records(site)
    assert {*found} == {(f"{CNAME}.", "A"), (f"{CNAME}.", "AAAA")}
    assert {one["AliasTarget"]["DNSName"].rstrip(".") for one in found.values()} == {live["DomainName"]}
    assert steps(site.plan(in_route53())) == []


def test_records_of_others_stay_and_a_conflict_is_a_problem(site: SandboxAccount) -> None:
    """The problem names it, and it does not change."""
    put_record(site, "www.example.com", "A", TTL=60, ResourceRecords=[{"Value": "192.0.2.1"}])
    put_record(site, CNAME, "A", TTL=60, ResourceRecords=[{"Value": "192.0.2.2"}])
    before = records(site)
    assert any(
        CNAME in what and "cfstream does not own" in what for what in problems(site.stack(in_route53()))
    )
    assert outcome(site.apply(in_route53())) == "blocked"
    assert records(site) == before
    site.converge(in_route53("video.example.com"))
    assert records(site).items() >= before.items()


def test_absent_dns_is_not_managed_and_the_plan_prints_the_records(site: SandboxAccount) -> None:
    """`dns: false` deletes the stack's records, which is a hazard while the name is served."""
    site.converge(in_route53())
    created = records(site)
    site.converge(named())
    assert records(site) == created
    fresh = site.stack(named("video.example.com", name="clips"))
    assert any("video.example.com CNAME" in notice.text for notice in fresh.notices)
    off = named(dns=False)
    assert hazards(site.stack(off)) == ["cuts-viewers"]
    assert outcome(site.apply(off)) == "blocked"
    site.converge(off, allow=["cuts-viewers"])
    assert records(site) == {}


def test_the_record_of_a_removed_cname_is_deleted_first(site: SandboxAccount) -> None:
    """No name ever points to a distribution that refuses it."""
    site.converge(in_route53(CNAME, "video.example.com"))
    order: list[str] = []
    witness = Witness(site.world.aws, before=lambda call: order.append(call.operation))
    report = site.run(site.plan(in_route53()), allow=["cuts-viewers"], port=witness)
    assert report.exit_code == 0, report_lines(report)
    assert order == ["change_resource_record_sets", "update_distribution"]
    assert {name for name, _ in records(site)} == {f"{CNAME}."}


def test_a_zone_that_does_not_exist_is_a_problem(account: SandboxAccount) -> None:
    """It must be created first."""
    account.certificate("*.example.com")
    assert any("no public hosted zone example.com" in what for what in problems(account.stack(in_route53())))


# other pages


def policies(account: SandboxAccount) -> dict[str, Json]:
    """Return the account's own response headers policies by name."""
    listed = account.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    own = [one["ResponseHeadersPolicy"] for one in listed.get("Items", [])]
    return {one["ResponseHeadersPolicyConfig"]["Name"]: one for one in own}


def test_cors_is_a_policy_of_ours_on_the_default_behavior(account: SandboxAccount) -> None:
    """It is named after the stack, and its comment has the mark."""
    account.converge(cors())
    policy = policies(account)["cfstream-lectures"]
    config = policy["ResponseHeadersPolicyConfig"]
    assert config["Comment"].split(" ")[0] == "cfstream:lectures"
    assert config["CorsConfig"]["AccessControlAllowOrigins"]["Items"] == [PAGE]
    assert config["CorsConfig"]["AccessControlAllowCredentials"] is True
    assert behavior_of(account.config(), "")["ResponseHeadersPolicyId"] == policy["Id"]


def test_cors_is_for_the_default_behavior(account: SandboxAccount) -> None:
    """Policies of other paths stay."""
    account.converge(signed())
    simple = "60669652-455b-4ae9-85a4-c4c02393f86c"
    account.edit(add_behavior("/a/*", ResponseHeadersPolicyId=simple))
    account.converge(cors())
    assert behavior_of(account.config(), "/a/*")["ResponseHeadersPolicyId"] == simple


def test_absent_cors_is_not_managed_and_false_removes_it(account: SandboxAccount) -> None:
    """The policy is deleted with its last use."""
    account.converge(cors())
    assert steps(account.plan(signed())) == []
    account.converge(signed(http={"cors": False}))
    assert not behavior_of(account.config(), "").get("ResponseHeadersPolicyId")
    assert policies(account) == {}


def test_a_policy_of_our_name_that_is_not_ours_is_a_problem(account: SandboxAccount) -> None:
    """It does not change."""
    config = {
        "Name": "cfstream-lectures",
        "Comment": "by hand",
        "CorsConfig": {
            "AccessControlAllowOrigins": {"Quantity": 1, "Items": ["*"]},
            "AccessControlAllowHeaders": {"Quantity": 1, "Items": ["*"]},
            "AccessControlAllowMethods": {"Quantity": 1, "Items": ["GET"]},
            "AccessControlAllowCredentials": False,
            "OriginOverride": True,
        },
    }
    account.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    assert any("cfstream-lectures" in what for what in problems(account.stack(cors())))
    assert outcome(account.apply(cors())) == "blocked"
    assert policies(account)["cfstream-lectures"]["ResponseHeadersPolicyConfig"]["Comment"] == "by hand"


# the bounds


def test_dns_and_a_chosen_certificate_cost_two_calls_each_and_cors_one(
    site: SandboxAccount, count: Count
) -> None:
    """They are added to the sixteen."""
    site.converge(signed())
    plain = count.plan(site, signed()).total()
    site.converge(named())
    chosen = count.plan(site, named()).total()
    site.converge(in_route53())
    with_dns = count.plan(site, in_route53()).total()
    everything = {**in_route53(), "http": cors()["http"]}
    site.converge(everything)
    whole = count.plan(site, everything).total()
    assert chosen - plain <= 2
    assert with_dns - chosen <= 2
    assert whole - with_dns <= 1
    assert whole + IDENTITY <= 16 + 2 + 2 + 1


def test_names_do_not_change_who_can_read(site: SandboxAccount) -> None:
    """Exposure does not depend on host names."""
    site.converge(in_route53())
    exposure = site.stack({**without(in_route53(), "trusted_signers"), "public": True}).exposure
    assert exposure.after == ("anyone through distribution lectures",)
    assert changes(site.stack(in_route53())) == {}
