"""Records for the cnames: aliases of the distribution, one step per name. Only owned records are ever deleted."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.kinds.dns_record import DnsRecordKind
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.records import CreateRecords, DeleteRecords
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Json, Ref, StepId
from tests.unit.kinds.live import context, distribution, live, ours, proposal

KIND = DnsRecordKind()
MEDIA = "media.example.com"
TARGET = "e1.cloudfront.net"
DISTRIBUTION = Address("distribution", "lectures")
ZONE = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": False}}

SPEC = f"version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\ncnames: [{MEDIA}]\n"
NAMED = f"{SPEC}dns: {{route53: example.com}}\n"
OFF = f"{SPEC}dns: false\n"


def alias(name: str = f"{MEDIA}.", kind: str = "A", target: Any = f"{TARGET}.") -> Json:
    """Return an alias record of a distribution."""
    to = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": kind, "AliasTarget": to}


def account(*records: Json, **config: Any) -> dict[str, Any]:
    """Return replies of an account with the zone, these records in it, and the stack's distribution."""
    row = {
        **distribution("E1"),
        "IsIPV6Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [MEDIA]},
        **config,
    }
    return {**ours(row), **zones(*records)}


def zones(*records: Json) -> dict[str, Any]:
    """Return replies of an account with the zone, and these records in it."""
    return {
        "list_hosted_zones_by_name": {"HostedZones": [ZONE, {**ZONE, "Name": "example.community."}]},
        "list_hosted_zones": [ZONE, {**ZONE, "Id": "/hostedzone/Z2", "Name": "ample.com."}],
        "list_resource_record_sets": lambda params: list(records) if params["HostedZoneId"] == "Z1" else [],
    }


def known(target: Any = TARGET) -> KindResults:
    """Return what the distribution's kind has brought."""
    return KindResults({DISTRIBUTION: {"domain_name": target}})


def proposed(text: str, replies: dict[str, Any], target: Any = TARGET) -> Proposal:
    """Return what is proposed in this account."""
    return proposal(KIND, context(text), live(**replies), known(target))


def test_records_of_a_new_distribution_wait_for_its_name() -> None:
    """One step creates A and AAAA in one batch, as aliases of the distribution that the plan creates."""
    target = Ref(StepId(f"create {DISTRIBUTION}"), "domain_name")
    (step,) = proposed(NAMED, zones(), target).steps
    assert step == CreateRecords(
        address=Address("dns-record", "lectures", MEDIA),
        stage=Stage.DNS,
        because="point the name to the distribution",
        line=6,
        changes=(Change(f"dns[{MEDIA}].A", None, target), Change(f"dns[{MEDIA}].AAAA", None, target)),
        zone="Z1",
        records=(alias(target=target), alias(kind="AAAA", target=target)),
        seconds=1800,
    )


def test_existing_records_stay_and_are_relied_on() -> None:
    """The spelling of the names does not matter."""
    there = [alias("MEDIA.example.com."), alias(kind="AAAA", target="E1.CloudFront.net.")]
    found = proposed(NAMED, account(*there))
    assert found.steps == ()
    (relied,) = found.relied_on
    assert relied.address == Address("dns-record", "lectures")
    assert found.relied_on != proposed(NAMED, account(there[0])).relied_on
    txt = {"Name": "www.example.com.", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
    assert found.relied_on == proposed(NAMED, account(*there, txt)).relied_on


def test_records_of_a_removed_cname_are_deleted_as_listed() -> None:
    """Every type of alias of the distribution is deleted before the distribution loses the name."""
    old = [alias("old.example.com.", kind) for kind in ("A", "HTTPS")]
    there = [alias(), alias(kind="AAAA")]
    row = {"Quantity": 2, "Items": [MEDIA, "Old.example.com"]}
    (step,) = proposed(NAMED, account(*there, *old, Aliases=row)).steps
    assert step == DeleteRecords(
        address=Address("dns-record", "lectures", "old.example.com"),
        stage=Stage.DELETE_RECORDS,
        because="not one of the spec's cnames",
        line=6,
        changes=tuple(Change(f"dns[old.example.com].{kind}", TARGET, None) for kind in ("A", "HTTPS")),
        hazards=(Hazard(HazardName.CUTS_VIEWERS, "old.example.com will not resolve"),),
        zone="Z1",
        records=tuple(old),
        seconds=1800,
    )


def test_route53_false_reads_every_zone_that_could_have_a_record() -> None:
    """It skips ``ample.com``, though the name ends with the same letters."""
    found = proposed(OFF, account(alias(), {**alias("x.example.com."), "AliasTarget": {"DNSName": "d2."}}))
    (step,) = found.steps
    assert isinstance(step, DeleteRecords)
    assert (step.because, step.records) == ("dns is off", (alias(),))


@pytest.mark.parametrize("text", [SPEC, NAMED.replace("dns: {route53: example.com}\n", "")])
def test_without_the_field_nothing_is_read(text: str) -> None:
    """Without `dns`, neither zones nor records are read."""
    assert proposed(text, {"list_hosted_zones_by_name": AssertionError}) == Proposal()


def test_china_has_a_zone_of_its_own() -> None:
    """CloudFront's names are in another zone there."""
    stack_context: StackContext = replace(context(NAMED), partition="aws-cn")
    (step,) = proposal(KIND, stack_context, live(**zones()), known()).steps
    assert isinstance(step, CreateRecords)
    assert {record["AliasTarget"]["HostedZoneId"] for record in step.records} == {"Z3RFFRIM2A3IF5"}


def test_two_public_zones_are_not_read() -> None:
    """It is unknown which of them is in use."""
    twins = {"HostedZones": [ZONE, {**ZONE, "Id": "/hostedzone/Z9"}]}
    replies = {**account(), "list_hosted_zones_by_name": twins, "list_resource_record_sets": AssertionError}
    (problem,) = proposed(NAMED, replies).problems
    assert problem.what == "several public hosted zones have the name example.com: Z1, Z9"
    assert str(problem.where) == "lectures.yaml:6:16"


def test_a_stack_without_a_future_distribution_has_no_records() -> None:
    """If the spec adopts a missing distribution, another kind reports that problem."""
    assert proposal(KIND, context(NAMED), live(**zones()), KindResults()) == Proposal()


def test_outputs_list_the_records_of_the_distribution() -> None:
    """They have the records that the stack creates, or the one to create by hand."""
    records = [{"name": MEDIA, "type": kind, "value": TARGET} for kind in ("A", "AAAA")]
    by_hand = [{"name": MEDIA, "type": "CNAME", "value": TARGET}]
    assert KIND.outputs(context(NAMED), known(TARGET)) == {"dns_records": records}
    assert KIND.outputs(context(SPEC), known(TARGET)) == {"dns_records": by_hand}
