"""Route 53's records: moto's zones, with the rules that moto does not have.

This module answers ChangeResourceRecordSets, which is checked completely before anything changes, and GetChange, which
is PENDING first. Zones, and the lists of zones and records, are moto's. The messages are Route 53's own, from users'
reports.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import xmltodict
from moto.route53.exceptions import NoSuchHostedZone
from moto.route53.models import FakeZone, RecordSet, route53_backends

from cfstream.sandbox.cloudfront import CloudFront
from cfstream.sandbox.listener import Answer, Environ

Json = dict[str, Any]

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"

_CHANGE = re.compile(r"/2013-04-01/hostedzone/(?P<zone>[^/?]+)/rrset/?$")
_STATUS = re.compile(r"/2013-04-01/change/(?P<change>[^/?]+)$")
_UNUSUAL = re.compile(r"[^a-z0-9._-]")
_ESCAPED = re.compile(r"\\([0-7]{3})")


class ChangeRefused(Exception):
    """An InvalidChangeBatch error of Route 53."""


class Records:
    """Changes records, and tracks which changes are not INSYNC yet."""

    def __init__(self, cloudfront: Callable[[], CloudFront]) -> None:
        self._cloudfront = cloudfront
        self._pending: set[str] = set()

    def answer(self, environ: Environ, moto: Callable[[Environ], Answer]) -> Answer:
        """Answer ChangeResourceRecordSets and GetChange. moto answers anything else."""
        path = environ["RAW_URI"].partition("?")[0]
        changed = _CHANGE.match(path)
        asked = _STATUS.match(path)
        if environ["REQUEST_METHOD"] == "POST" and changed:
            return self._change(changed.group("zone"), environ["wsgi.input"].read())
        if environ["REQUEST_METHOD"] == "GET" and asked and asked.group("change") in self._pending:
            self._pending.discard(asked.group("change"))
            return _change_info("GetChangeResponse", asked.group("change"), "PENDING")
        return moto(environ)

    def _change(self, zone_id: str, body: bytes) -> Answer:
        try:
            zone = route53_backends[self._cloudfront().account]["aws"].get_hosted_zone(zone_id)
        except NoSuchHostedZone:
            return _refused(404, "NoSuchHostedZone", f"No hosted zone found with ID: {zone_id}")
        try:
            zone.rrsets = self._changed(zone, _changes(body))
        except ChangeRefused as refusal:
            return _refused(400, "InvalidChangeBatch", f"[{refusal}]")
        change = f"C{uuid.uuid4().hex[:20].upper()}"
        self._pending.add(change)
        return _change_info("ChangeResourceRecordSetsResponse", change, "PENDING")

    def _changed(self, zone: FakeZone, changes: list[Json]) -> list[RecordSet]:
        """Return the records of the zone after a batch, which is applied completely or refused."""
        records = {_place(_wire(record)): record for record in zone.rrsets}
        for change in changes:
            action, sent = change["Action"], _normal(change["ResourceRecordSet"])
            place, zone_name = _place(sent), _spelled(zone.name)
            described = f"[name='{sent['Name']}', type='{sent['Type']}']"
            if sent["Name"] != zone_name and not sent["Name"].endswith(f".{zone_name}"):
                raise ChangeRefused(
                    f"RRSet with DNS name {sent['Name']} is not permitted in zone {zone_name}"
                )
            if action == "DELETE":
                _judge_delete(records.get(place), sent, described)
                del records[place]
                continue
            if action == "CREATE" and place in records:
                raise ChangeRefused(f"Tried to create resource record set {described} but it already exists")
            self._judge_alias(zone, sent)
            _judge_neighbors(records, sent, zone_name)
            values = [row["Value"] for row in sent.get("ResourceRecords", ())]
            records[place] = RecordSet({**sent, "ResourceRecords": values})  # type: ignore[abstract]
        return list(records.values())

    def _judge_alias(self, zone: FakeZone, sent: Json) -> None:
        """Refuse a CloudFront alias unless it names a distribution; for AAAA, one with IPv6."""
        alias = sent.get("AliasTarget")
        if not alias or alias["HostedZoneId"] != CLOUDFRONT_ZONE:
            return
        target = f"Tried to create an alias that targets {alias['DNSName']}, type {sent['Type']} in zone"
        if not alias["DNSName"].endswith(".cloudfront.net."):
            raise ChangeRefused(
                f"{target} {CLOUDFRONT_ZONE}, but the alias target name does not lie within the target zone"
            )
        if zone.private_zone:
            raise ChangeRefused(f"{target} {CLOUDFRONT_ZONE}, which a private zone cannot")
        if alias["EvaluateTargetHealth"]:
            raise ChangeRefused(
                "EvaluateTargetHealth cannot be true for an alias of a CloudFront distribution"
            )
        found = [
            one for one in self._cloudfront().distributions() if f"{one.domain_name}." == alias["DNSName"]
        ]
        if not found or (sent["Type"] == "AAAA" and not found[0].config.get("IsIPV6Enabled")):
            raise ChangeRefused(f"{target} {CLOUDFRONT_ZONE}, but that target was not found")


def _judge_delete(live: RecordSet | None, sent: Json, described: str) -> None:
    if live is None:
        raise ChangeRefused(f"Tried to delete resource record set {described} but it was not found")
    if _comparable(_wire(live)) != _comparable(sent):
        what = "but the values provided do not match the current values"
        raise ChangeRefused(f"Tried to delete resource record set {described} {what}")


def _judge_neighbors(records: Mapping[tuple[str, str, str], RecordSet], sent: Json, zone: str) -> None:
    """Refuse a CNAME beside other records with its name."""
    for name, kind, _ in records:
        if name == sent["Name"] and kind != sent["Type"] and "CNAME" in (kind, sent["Type"]):
            raise ChangeRefused(
                f"RRSet of type {sent['Type']} with DNS name {name} is not permitted as it conflicts with other "
                f"records with the same DNS name in zone {zone}"
            )


def _changes(body: bytes) -> list[Json]:
    lists = ("Change", "ResourceRecord")
    request = xmltodict.parse(body, force_list=lists)["ChangeResourceRecordSetsRequest"]
    changes: list[Json] = request["ChangeBatch"]["Changes"]["Change"]
    return changes


def _normal(sent: Json) -> Json:
    """Return a record as it is stored: values by type, names in the spelling that lists show."""
    record = {**sent, "Name": _spelled(sent["Name"])}
    for member in ("TTL", "Weight"):
        if member in record:
            record[member] = int(record[member])
    if "ResourceRecords" in record:
        record["ResourceRecords"] = record["ResourceRecords"]["ResourceRecord"]
    if "AliasTarget" in record:
        alias = record["AliasTarget"]
        record["AliasTarget"] = {
            "HostedZoneId": alias["HostedZoneId"],
            "DNSName": _spelled(alias["DNSName"]),
            "EvaluateTargetHealth": alias["EvaluateTargetHealth"] == "true",
        }
    return record


def _wire(record: RecordSet) -> Json:
    """Return a stored record with the members of a request."""
    return {
        "Name": _spelled(record.name),
        "Type": record.type,
        "TTL": int(record.ttl) if record.ttl else None,
        "SetIdentifier": record.set_identifier,
        "Weight": record.weight,
        "ResourceRecords": [{"Value": _value(value)} for value in record.records],
        "AliasTarget": record.alias_target,
    }


def _value(value: Any) -> str:
    """Return a value. moto stores those of its own SOA and NS records as if they had been sent."""
    return str(value["Value"] if isinstance(value, Mapping) else value)


def _comparable(record: Json) -> Json:
    compared = ("TTL", "SetIdentifier", "Weight", "AliasTarget")
    values = sorted(row["Value"] for row in record.get("ResourceRecords") or ())
    return {**{name: record.get(name) for name in compared}, "values": values}


def _place(record: Json) -> tuple[str, str, str]:
    return record["Name"], record["Type"], record.get("SetIdentifier") or ""


def _spelled(name: str) -> str:
    r"""Return a name in lower case, with its final dot, and ``*`` as ``\052`` ("DNS domain name format")."""
    plain = _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name).lower().rstrip(".")
    return _UNUSUAL.sub(lambda found: f"\\{ord(found.group()):03o}", plain) + "."


def _change_info(root: str, change: str, status: str) -> Answer:
    submitted = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    info = f"<Id>/change/{change}</Id><Status>{status}</Status><SubmittedAt>{submitted}</SubmittedAt>"
    return _xml(200, f'<{root} xmlns="{NAMESPACE}"><ChangeInfo>{info}</ChangeInfo></{root}>')


def _refused(status: int, code: str, message: str) -> Answer:
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    tail = f"<RequestId>{uuid.uuid4()}</RequestId>"
    return _xml(status, f'<ErrorResponse xmlns="{NAMESPACE}">{error}{tail}</ErrorResponse>')


def _xml(status: int, document: str) -> Answer:
    return Answer(status, [("Content-Type", "text/xml")], f"<?xml version='1.0'?>\n{document}".encode())
