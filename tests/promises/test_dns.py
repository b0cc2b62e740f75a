"""`dns.route53`: records are created last and deleted first, and records of others never change."""

from typing import Any

import pytest

from cfstream.errors import ReplyLost
from cfstream.ports import Call
from tests.promises.site import CNAME, alias, change, members, named, record, records, zone
from tests.world.account import SandboxAccount
from tests.world.faults import landed_unanswered, never_arrived
from tests.world.plans import changes, hazards, outcome, problems, report_lines, steps
from tests.world.ports import Witness, once
from tests.world.specs import Json, rtmp, without

KIND = "dns-record"
WRITE = "change_resource_record_sets"


@pytest.fixture
def site(account: SandboxAccount) -> SandboxAccount:
    """Return an account with a certificate for all names of these tests."""
    account.certificate("example.com", "*.example.com", "*.lectures.example.com")
    return account


@pytest.fixture
def com(site: SandboxAccount) -> str:
    """Return the id of the zone ``example.com``."""
    return zone(site)


def notices(account: SandboxAccount, document: Json) -> str:
    """Return the notices of a plan."""
    return "\n".join(notice.text for notice in account.stack(document).notices)


def test_wildcards_and_the_apex_have_records_too(site: SandboxAccount, com: str) -> None:
    """Route 53 shows an asterisk as its octal code."""
    document = named("*.example.com", "example.com")
    site.converge(document)
    assert {*records(site, com)} == {
        r"\052.example.com. A",
        r"\052.example.com. AAAA",
        "example.com. A",
        "example.com. AAAA",
    }


def test_ipv6_decides_about_aaaa(site: SandboxAccount, com: str) -> None:
    """With IPv6 off there is only A, and an owned AAAA is deleted. If IPv6 is not managed, the live value decides."""
    off = named(http={"ipv6": False})
    site.converge(off)
    assert {*records(site, com)} == {f"{CNAME}. A"}
    assert steps(site.plan(named())) == []
    site.converge(named(http={"ipv6": True}))
    assert {*records(site, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}
    plan = site.stack(off)
    assert hazards(plan) == []
    assert steps(plan)[0] == f"delete {KIND}:lectures/{CNAME}"
    site.converge(off)
    assert {*records(site, com)} == {f"{CNAME}. A"}


def test_a_streaming_distribution_has_no_ipv6(empty: SandboxAccount) -> None:
    """Its names get A records."""
    empty.bucket("media", ObjectOwnership="BucketOwnerPreferred")
    com = zone(empty)
    empty.converge(rtmp(cnames=[CNAME], dns={"route53": "example.com"}))
    assert {*records(empty, com)} == {f"{CNAME}. A"}


def test_the_outputs_are_the_records(site: SandboxAccount, com: str) -> None:
    """With dns they are the created records, without it those to create by hand."""
    report = site.apply(named())
    target = site.live()["DomainName"]
    records = [{"name": CNAME, "type": kind, "value": target} for kind in ("A", "AAAA")]
    assert report.stacks[0].outputs["dns_records"] == records
    report = site.apply(without(named(), "dns"))
    assert report.stacks[0].outputs["dns_records"] == [{"name": CNAME, "type": "CNAME", "value": target}]


FOREIGN: dict[str, list[Json]] = {
    "A": [record("192.0.2.1")],
    "AAAA": [record("2001:db8::1", "AAAA")],
    "CNAME": [record("www.example.org", "CNAME")],
    "weighted": [record(f"192.0.2.{n}", SetIdentifier=f"s{n}", Weight=n) for n in (1, 2)],
}


@pytest.mark.parametrize("standing", FOREIGN.values(), ids=FOREIGN)
def test_a_conflicting_record_is_named_and_stays(
    site: SandboxAccount, com: str, standing: list[Json]
) -> None:
    """It does not change, and the stack is blocked."""
    for one in standing:
        change(site, com, "CREATE", one)
    before = records(site, com)
    (problem,) = site.stack(named()).problems
    assert "which cfstream does not own" in problem.what
    assert (problem.where.line, CNAME in problem.what) == (1, True)
    assert outcome(site.apply(named())) == "blocked"
    assert records(site, com) == before
    assert site.distributions() == []


def test_records_of_other_types_do_not_conflict(site: SandboxAccount, com: str) -> None:
    """A TXT record with the same name stays."""
    change(site, com, "CREATE", record('"hello"', "TXT"))
    site.converge(named())
    assert {*records(site, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA", f"{CNAME}. TXT"}


def test_a_cname_made_by_hand_is_sufficient(site: SandboxAccount, com: str) -> None:
    """The plan of a new name asks for it, without dns. With dns it stays as it is."""
    bare = without(named(), "dns")
    assert f"create the DNS record {CNAME} CNAME (the new distribution's domain name)" in notices(site, bare)
    site.converge(bare)
    target = site.live()["DomainName"]
    assert "DNS:" not in notices(site, bare)
    change(site, com, "CREATE", record(target, "CNAME"))
    assert steps(site.plan(named())) == []
    assert "already points to the distribution" in notices(site, named())
    assert "DNS:" not in notices(site, named())


def test_an_alias_made_by_hand_is_ours(site: SandboxAccount, com: str) -> None:
    """It is an alias of the distribution, so the stack owns it. Missing records are created."""
    site.converge(without(named(), "dns"))
    change(site, com, "CREATE", alias(site))
    assert changes(site.stack(named())) == {f"dns[{CNAME}].AAAA": (None, site.live()["DomainName"])}
    site.converge(named())
    assert len(records(site, com)) == 2


def test_weighted_records_that_include_the_distribution_are_sufficient(
    site: SandboxAccount, com: str
) -> None:
    """Several records of a type were set up by a person, and stay."""
    site.converge(without(named(), "dns"))
    for kind, other in (("A", "192.0.2.1"), ("AAAA", "2001:db8::1")):
        change(site, com, "CREATE", alias(site, kind, SetIdentifier="ours", Weight=9))
        change(site, com, "CREATE", record(other, kind, SetIdentifier="theirs", Weight=1))
    before = records(site, com)
    assert len(before) == 4
    site.converge(named())
    assert records(site, com) == before


def test_a_name_under_our_own_wildcard_is_kept(site: SandboxAccount, com: str) -> None:
    """It is an alias of the distribution, which serves it by ``*.example.com``."""
    document = named("*.example.com")
    site.converge(document)
    change(site, com, "CREATE", alias(site, name="a.b.example.com"))
    assert steps(site.plan(document)) == []


def test_a_record_of_a_name_that_nothing_serves_is_deleted_without_a_hazard(
    site: SandboxAccount, com: str
) -> None:
    """The distribution does not have the name, so no viewer is cut off."""
    site.converge(named())
    change(site, com, "CREATE", alias(site, name="old.example.com"))
    plan = site.stack(named())
    assert steps(plan) == [f"delete {KIND}:lectures/old.example.com"]
    assert hazards(plan) == []
    site.converge(named())
    assert {*records(site, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}


def test_records_of_another_stack_are_not_ours(site: SandboxAccount, com: str) -> None:
    """Two stacks share a zone, each with its own name."""
    both = (named(), named("clips.example.com", name="clips"))
    site.converge(*both)
    assert len(records(site, com)) == 4
    site.converge(named(cnames=[]), both[1], allow=["cuts-viewers"])
    assert {*records(site, com)} == {"clips.example.com. A", "clips.example.com. AAAA"}


def test_private_zones_are_skipped(site: SandboxAccount) -> None:
    """A public zone with the name is used. Without one, the problem explains why."""
    vpc: Json = {
        "VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1"},
        "HostedZoneConfig": {"PrivateZone": True},
    }
    zone(site, reference="private", **vpc)
    zone(site, name="exmple.com", reference="public")
    (problem,) = site.stack(named()).problems
    assert problem.do.startswith("write exmple.com, a zone of this account; or remove dns")
    what = problem.what
    assert "no public hosted zone example.com exists" in what
    assert "private" in what
    com = zone(site)
    site.converge(named())
    assert len(records(site, com)) == 2


def test_two_zones_of_one_name_are_a_problem(site: SandboxAccount, com: str) -> None:
    """It is unknown which of them is in use, so the problem names both."""
    other = zone(site, reference="2")
    (what,) = problems(site.stack(named()))
    assert all(one.removeprefix("/hostedzone/") in what for one in (com, other))


def test_a_zone_within_the_zone_is_reported(site: SandboxAccount, com: str) -> None:
    """A record above a delegation has no effect."""
    change(site, com, "CREATE", record("ns.example.org", "NS", "lectures.example.com"))
    document = named("media.lectures.example.com")
    assert "lectures.example.com is delegated to other name servers" in notices(site, document)
    assert "delegated" not in notices(site, named())


def test_dns_without_cnames_has_no_effect(site: SandboxAccount, com: str) -> None:
    """Names that are not managed get no records, and lose none."""
    site.converge(named())
    document = without(named(), "cnames")
    assert steps(site.plan(document)) == []
    assert "dns has no effect" in notices(site, document)


def test_a_record_that_was_created_meanwhile_is_not_overwritten(site: SandboxAccount, com: str) -> None:
    """If someone created one with the name after the plan, the run is stale, and theirs stays."""
    theirs = record("192.0.2.1")
    meddle = once("create_distribution_with_tags", lambda: change(site, com, "CREATE", theirs))
    report = site.apply(named(), port=Witness(site.world.aws, before=meddle))
    assert (report.exit_code, outcome(report)) == (4, "stale")
    assert "192.0.2.1" in "\n".join(report_lines(report))
    assert [*records(site, com)] == [f"{CNAME}. A"]


def test_a_saved_plan_is_held_to_the_records(site: SandboxAccount, com: str) -> None:
    """A new record makes a saved plan stale."""
    before = site.plan(named()).fingerprint
    change(site, com, "CREATE", record('"hello"', "TXT"))
    assert site.plan(named()).fingerprint != before


@pytest.mark.parametrize("fault", [landed_unanswered, never_arrived])
def test_a_failed_write_leaves_each_record_once(site: SandboxAccount, com: str, fault: Any) -> None:
    """A write with a lost reply is found. One that never arrived is done by the next run."""
    lost: list[Call] = []

    class Losing(Witness):
        def write(self, call: Call) -> Any:
            if call.operation == WRITE and not lost:
                lost.append(call)
                return fault(self.aws, call)
            return super().write(call)

    report = site.apply(named(), port=Losing(site.world.aws))
    assert (report.exit_code == 0) is (fault is landed_unanswered), report_lines(report)
    site.converge(named())
    assert len(records(site, com)) == 2
    lost.clear()
    gone = named(cnames=[])
    site.apply(gone, allow=["cuts-viewers"], port=Losing(site.world.aws))
    site.converge(gone, allow=["cuts-viewers"])
    assert records(site, com) == {}


def test_without_a_reply_the_outcome_is_unknown(site: SandboxAccount, com: str) -> None:
    """After several attempts the step is unknown, and the next run continues."""

    class Silent(Witness):
        def write(self, call: Call) -> Any:
            if call.operation == WRITE:
                raise ReplyLost("the connection was closed")
            return super().write(call)

    report = site.apply(named(), port=Silent(site.world.aws))
    assert (report.exit_code, report.stacks[0].steps[-1].outcome) == (1, "unknown")
    site.converge(named())
    assert len(records(site, com)) == 2


def test_name_servers_that_take_long_time_out(site: SandboxAccount, com: str) -> None:
    """The exit code is 6, and created records stay."""

    class Slow(Witness):
        def read(self, call: Call) -> Any:
            if call.operation == "get_change":
                return {"ChangeInfo": {"Status": "PENDING"}}
            return super().read(call)

    report = site.apply(named(), port=Slow(site.world.aws))
    assert (report.exit_code, outcome(report)) == (6, "timed-out")
    assert "INSYNC" in "\n".join(report_lines(report))
    assert steps(site.plan(named())) == []


def test_each_name_is_a_step_of_its_own(site: SandboxAccount, com: str) -> None:
    """A and AAAA of a name are in one batch."""
    plan = site.stack(named(CNAME, "clips.example.com"))
    assert members(plan, KIND) == [
        f"create {KIND}:lectures/clips.example.com",
        f"create {KIND}:lectures/{CNAME}",
    ]
