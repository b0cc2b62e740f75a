"""Claims about Route 53's records: what a batch of changes can do, and how records are listed."""

from typing import Any

import pytest

from tests.contract.claims import make_bucket
from tests.world.configs import BUCKET, make, refused

CLOUDFRONT = "Z2FDTNDATAQYW2"


def zone(route53: Any, name: str = "example.com", **settings: Any) -> str:
    """Create a zone and return its id."""
    created = route53.create_hosted_zone(Name=name, CallerReference=f"{name}{settings}", **settings)
    return str(created["HostedZone"]["Id"])


def change(route53: Any, zone_id: str, *changes: tuple[str, Any]) -> Any:
    """Return the result of a batch."""
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    return route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": batch})


def address(name: str = "media.example.com", value: str = "192.0.2.1", kind: str = "A", ttl: int = 60) -> Any:
    """Return a plain record."""
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": [{"Value": value}]}


def alias(target: str, kind: str = "A", *, name: str = "media.example.com", health: bool = False) -> Any:
    """Return an alias of a distribution."""
    to = {"HostedZoneId": CLOUDFRONT, "DNSName": target, "EvaluateTargetHealth": health}
    return {"Name": name, "Type": kind, "AliasTarget": to}


def names(route53: Any, zone_id: str) -> list[str]:
    """Return names and types of the zone's records, without its initial ones."""
    rows = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return [f"{row['Name']} {row['Type']}" for row in rows if row["Type"] not in ("NS", "SOA")]


def test_create_never_overwrites(strict_route53: Any) -> None:
    """CREATE is refused if a record with this name and type exists, with any content."""
    zone_id = zone(strict_route53)
    change(strict_route53, zone_id, ("CREATE", address()))
    with refused("InvalidChangeBatch", 400, "already exists"):
        change(strict_route53, zone_id, ("CREATE", address(value="192.0.2.2")))


def test_delete_needs_the_exact_record(strict_route53: Any) -> None:
    """DELETE is refused for another value or TTL, and for a missing record."""
    zone_id = zone(strict_route53)
    change(strict_route53, zone_id, ("CREATE", address()))
    for other in (address(value="192.0.2.2"), address(ttl=300)):
        with refused("InvalidChangeBatch", 400, "do not match the current values"):
            change(strict_route53, zone_id, ("DELETE", other))
    with refused("InvalidChangeBatch", 400, "not found"):
        change(strict_route53, zone_id, ("DELETE", address(kind="AAAA", value="2001:db8::1")))


def test_a_deleted_record_can_be_created_again(route53: Any) -> None:
    """The name is free after the deletion."""
    zone_id = zone(route53)
    for action in ("CREATE", "DELETE", "CREATE"):
        change(route53, zone_id, (action, address()))
    assert names(route53, zone_id) == ["media.example.com. A"]


def test_a_batch_is_atomic(strict_route53: Any) -> None:
    """A refused change undoes those before it."""
    zone_id = zone(strict_route53)
    with refused("InvalidChangeBatch", 400):
        change(strict_route53, zone_id, ("CREATE", address()), ("DELETE", address(kind="TXT", value='"x"')))
    assert names(strict_route53, zone_id) == []


def test_a_cname_excludes_other_records(strict_route53: Any) -> None:
    """No other record can have the name of a CNAME, in either order."""
    zone_id = zone(strict_route53)
    cname = address(kind="CNAME", value="d1.cloudfront.net")
    change(strict_route53, zone_id, ("CREATE", cname))
    with refused("InvalidChangeBatch", 400, "conflicts with other records"):
        change(strict_route53, zone_id, ("CREATE", address()))


def test_names_must_be_in_their_zone(strict_route53: Any) -> None:
    """A name that only ends with the same letters is refused."""
    zone_id = zone(strict_route53)
    with refused("InvalidChangeBatch", 400, "not permitted in zone"):
        change(strict_route53, zone_id, ("CREATE", address("notexample.com")))


def test_wildcards_are_listed_in_octal(route53: Any) -> None:
    r"""``*`` reads back as ``\052``, and every name with a final dot. Both spellings are the same record."""
    zone_id = zone(route53)
    change(route53, zone_id, ("CREATE", address("*.example.com")))
    assert names(route53, zone_id) == [r"\052.example.com. A"]
    with refused("InvalidChangeBatch", 400, "already exists"):
        change(route53, zone_id, ("CREATE", address(r"\052.example.com.")))
    change(route53, zone_id, ("DELETE", address("*.Example.COM.")))
    assert names(route53, zone_id) == []


def test_records_come_in_pages(route53: Any) -> None:
    """NextRecordName and NextRecordType give the next page, and are missing on the last one."""
    zone_id = zone(route53)
    change(route53, zone_id, *(("CREATE", address(f"{letter}.example.com")) for letter in "abc"))
    first = route53.list_resource_record_sets(HostedZoneId=zone_id, MaxItems="3")
    assert (first["NextRecordName"], first["NextRecordType"]) == ("b.example.com.", "A")
    rest = route53.list_resource_record_sets(
        HostedZoneId=zone_id, StartRecordName=first["NextRecordName"], StartRecordType="A"
    )
    assert [row["Name"] for row in rest["ResourceRecordSets"]] == ["b.example.com.", "c.example.com."]
    assert "NextRecordName" not in rest


def test_a_change_is_pending_first(strict_route53: Any) -> None:
    """A change is PENDING at first, and INSYNC after some reads of GetChange."""
    zone_id = zone(strict_route53)
    pending = change(strict_route53, zone_id, ("UPSERT", address()))["ChangeInfo"]
    asked = [strict_route53.get_change(Id=pending["Id"])["ChangeInfo"]["Status"] for _ in range(2)]
    assert [pending["Status"], *asked] == ["PENDING", "PENDING", "INSYNC"]


def test_an_alias_names_a_distribution(route53: Any, cloudfront: Any, s3: Any) -> None:
    """An alias of CloudFront needs an existing distribution, for AAAA with IPv6, and cannot evaluate its health."""
    make_bucket(s3, BUCKET)
    target = make(cloudfront)["DomainName"]
    zone_id = zone(route53)
    with refused("InvalidChangeBatch", 400, "that target was not found"):
        change(route53, zone_id, ("CREATE", alias("d000000000000.cloudfront.net")))
    with refused("InvalidChangeBatch", 400, "does not lie within the target zone"):
        change(route53, zone_id, ("CREATE", alias("www.example.com")))
    with refused("InvalidChangeBatch", 400, "EvaluateTargetHealth"):
        change(route53, zone_id, ("CREATE", alias(target, health=True)))
    change(route53, zone_id, ("CREATE", alias(target)))
    rows = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert alias(f"{target}.", name="media.example.com.") in rows


@pytest.mark.parametrize("ipv6", [True, False])
def test_an_alias_of_ipv6_needs_ipv6(route53: Any, cloudfront: Any, s3: Any, ipv6: bool) -> None:
    """AAAA is refused for a distribution that has no IPv6."""
    make_bucket(s3, BUCKET)
    created = make(cloudfront)
    reply = cloudfront.get_distribution_config(Id=created["Id"])
    config = {**reply["DistributionConfig"], "IsIPV6Enabled": ipv6}
    cloudfront.update_distribution(Id=created["Id"], IfMatch=reply["ETag"], DistributionConfig=config)
    zone_id = zone(route53)
    if ipv6:
        change(route53, zone_id, ("CREATE", alias(created["DomainName"], "AAAA")))
        return
    with refused("InvalidChangeBatch", 400, "that target was not found"):
        change(route53, zone_id, ("CREATE", alias(created["DomainName"], "AAAA")))


def test_an_unknown_zone(route53: Any) -> None:
    """A batch for an unknown zone is refused with NoSuchHostedZone."""
    with refused("NoSuchHostedZone", 404):
        change(route53, "Z000000000000", ("CREATE", address()))
