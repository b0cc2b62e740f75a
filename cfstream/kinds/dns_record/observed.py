"""The wanted records and the live zones of Route 53, and how zones are read."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from cfstream.domain import LiveDistribution
from cfstream.ports import Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.steps.records import alias_of, plain_name
from cfstream.values import Json

ALL_ZONES = Call("route53", "list_hosted_zones")


@dataclass(frozen=True)
class WantedRecords:
    """The zone and the names of the spec. Without a zone, no record is wanted."""

    zone: str
    names: tuple[str, ...] | None
    """None if the spec does not manage cnames."""


@dataclass(frozen=True)
class Zone:
    """A public hosted zone, with the records of the cnames, the aliases of the distribution, and delegations."""

    id: str
    name: str
    records: tuple[Json, ...] = ()


@dataclass(frozen=True)
class PointedStack:
    """A distribution of another stack."""

    stack: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class LiveRecords:
    """The zones that match the spec, and the stack's distribution."""

    zones: tuple[Zone, ...] = ()
    private: bool = False
    """Whether private zones have that name. They cannot be used, because CloudFront's names are public."""
    near: str = ""
    """The zone of the account whose name is most similar to one that does not exist; empty if there is none."""
    distribution: LiveDistribution | None = None
    pointed: Mapping[str, PointedStack] = field(default_factory=dict)
    """The distributions of other stacks to which records point, by domain name."""
    given_up: Mapping[tuple[str, str], Spec] = field(default_factory=dict)
    """By name and target of a record: the other stack of the run to which it points, and which no longer has the name.
    """

    def ours(self, record: Json) -> bool:
        """Return whether a record is an alias of the stack's distribution."""
        live = self.distribution
        return live is not None and alias_of(record) == live.domain_name.lower()


def own_names(context: StackContext, live: LiveDistribution | None) -> set[str]:
    """Return every name that an owned record may have."""
    aliases = live.aliases if live else ()
    return {name.lower() for name in (*aliases, *(context.stack.spec.cnames or ()))}


def zones_named(aws: Reads, name: str) -> list[Json]:
    """Return the zones with this name: they come first in a list that starts at the name (ListHostedZonesByName)."""
    page = aws.read(Call("route53", "list_hosted_zones_by_name", {"DNSName": name, "MaxItems": "100"}))
    return [row for row in page["HostedZones"] if plain_name(row["Name"]) == name]


def zones_above(aws: Reads, names: Iterable[str]) -> list[Json]:
    """Return the zones that contain one of these names."""
    names = [f".{name}" for name in names]
    if not names:
        return []
    rows = aws.items(ALL_ZONES)
    return [row for row in rows if any(name.endswith(f".{plain_name(row['Name'])}") for name in names)]


def read_zone(aws: Reads, row: Json, want: WantedRecords, have: LiveRecords, *, read: bool) -> Zone:
    """Return the zone of a row, with the records that matter to the stack if `read`. Raises as `Reads.items`."""
    zone_id, name = row["Id"].removeprefix("/hostedzone/"), plain_name(row["Name"])
    if not read:
        return Zone(zone_id, name)
    records = aws.items(records_call(zone_id))
    return Zone(zone_id, name, tuple(one for one in records if _concerns(one, name, want, have)))


def records_call(zone: str) -> Call:
    """Return the call that lists the records of a zone."""
    return Call("route53", "list_resource_record_sets", {"HostedZoneId": zone})


def _concerns(record: Json, zone: str, want: WantedRecords, have: LiveRecords) -> bool:
    name = plain_name(record["Name"])
    delegates = record["Type"] == "NS" and name != zone
    return delegates or name in (want.names or ()) or have.ours(record)
