"""Route 53 records for the cnames (``dns.route53``): aliases of the distribution, created last and deleted first.

A stack owns the records that are aliases of its distribution's domain name. Other records never change. A record of
others with the name of a wanted one is a problem, unless it is a CNAME that points to the distribution: then the stack
needs none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem
from cfstream.indexed import having
from cfstream.kinds.dns_record.observed import (
    ALL_ZONES,
    LiveRecords,
    PointedStack,
    WantedRecords,
    Zone,
    own_names,
    read_zone,
    records_call,
    zones_above,
    zones_named,
)
from cfstream.kinds.dns_record.scopes import CHANGES, RECORDS, ZONES, zone_reads
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.spec.wording import nearest
from cfstream.stack.calls import Needs, calls
from cfstream.stack.context import StackContext, names
from cfstream.stack.handover import gives_up, records_given_up, records_taken
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.stack.survey import listed
from cfstream.startup.frozen import dataclass
from cfstream.steps.content import canonical
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.records import (
    CreateRecords,
    DeleteRecords,
    ReplaceRecords,
    alias_of,
    plain_name,
    record_text,
)
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import Address, Json, Known, digest

KIND = "dns-record"

CLOUDFRONT_ZONES: Mapping[str, str] = {"aws": "Z2FDTNDATAQYW2", "aws-cn": "Z3RFFRIM2A3IF5"}
"""The zone of CloudFront's own names, by partition (shape AliasTarget)."""


class DnsRecordKind(Kind[WantedRecords, LiveRecords]):
    """The kind ``dns-record``. Each name is a member."""

    name = KIND
    scopes = (ZONES, RECORDS, CHANGES)

    def desire(self, context: StackContext) -> WantedRecords | None:
        """Return the zone and the names; None if the spec does not manage records."""
        spec = context.stack.spec
        if spec.dns is None:
            return None
        if not spec.dns:
            return WantedRecords("", ())
        return WantedRecords(spec.dns.route53, () if context.destroying else spec.cnames)

    def observe(self, aws: Reads, state: LiveState, want: WantedRecords | None) -> LiveRecords:
        """Find the zone and list its records. Raises as `Reads.read`."""
        if want is None:
            return LiveRecords()
        context, live = state.context, state.own
        named = zones_named(aws, want.zone) if want.zone else zones_above(aws, own_names(context, live))
        public = [row for row in named if not row["Config"]["PrivateZone"]]
        lone = not want.zone or len(public) == 1 or context.destroying
        have = LiveRecords(private=len(public) < len(named), near=_near(aws, want, public), distribution=live)
        zones = [read_zone(aws, row, want, have, read=lone) for row in public]
        others = [record for zone in zones for record in zone.records if not have.ours(record)]
        led = {(plain_name(record["Name"]), alias_of(record)) for record in others if alias_of(record)}
        given_up = records_given_up(aws, context, state.distributions, led)
        targets = {domain for _, domain in led}
        pointed = {
            row.domain_name.lower(): PointedStack(state.stacks[row.id], row.aliases)
            for row in (state.distributions if targets else ())
            if row.domain_name.lower() in targets and state.stacks.get(row.id, context.name) != context.name
        }
        zones = sorted(zones, key=lambda zone: zone.id)
        return replace(have, zones=tuple(zones), given_up=given_up, pointed=pointed)

    def propose(
        self, context: StackContext, want: WantedRecords | None, have: LiveRecords, results: KindResults
    ) -> Proposal:
        """Create missing records once the distribution is deployed; delete those whose name is no longer a cname.

        They are deleted before the distribution loses the name, so no name points to a distribution that refuses it.
        """
        if want is None:
            return Proposal()
        if context.destroying:
            return Proposal(
                steps=tuple(step for zone in have.zones for step in _removals(context, want, have, zone))
            )
        if want.zone and len(have.zones) != 1:
            return Proposal(problems=(_no_zone(context, want, have),))
        if want.names is None:
            return Proposal(notices=(Notice("dns has no effect, because the spec does not manage cnames"),))
        target = results.get(context.distribution, "domain_name")
        if target is None:
            return Proposal()
        records = tuple(record for zone in have.zones for record in zone.records)
        found = [_Name(context, have, have.zones[0], name, target) for name in want.names]
        gone = [step for zone in have.zones for step in _removals(context, want, have, zone)]
        return Proposal(
            steps=(*gone, *(step for one in found for step in one.steps())),
            relied_on=(_relied(context, records),),
            problems=tuple(problem for one in found for problem in one.problems()),
            notices=tuple(notice for one in found for notice in one.notices()),
        )

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:
        """Return the records that lead to the distribution: those of the stack, or those to create by hand."""
        spec, target = context.stack.spec, results.get(context.distribution, "domain_name")
        types = _types(context, results.own) if spec.dns else ("CNAME",)
        records = [
            {"name": name, "type": kind, "value": target} for name in spec.cnames or () for kind in types
        ]
        return {"dns_records": records}

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the records that are not deleted yet."""
        records = [record for step in steps if isinstance(step, DeleteRecords) for record in step.records]
        return {
            "dns_records": [
                {"name": plain_name(record["Name"]), "type": record["Type"], "value": alias_of(record)}
                for record in records
            ]
        }

    def infer(self, asked: Call, listed: Callable[[Call], Sequence[Json] | None]) -> Answer | None:
        """Return the zones of a name, from the list of all."""
        rows = listed(ALL_ZONES) if asked.operation == "list_hosted_zones_by_name" else None
        if rows is None:
            return None
        name = plain_name(str(asked.params["DNSName"]))
        return {"HostedZones": [row for row in rows if plain_name(row["Name"]) == name]}

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the records of its aliases."""
        return (f"DNS records of {alias}" for alias in live.aliases)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the reads of the zone, or of all zones if no record is wanted."""
        yield from zone_reads(spec, destroying=destroying)

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the calls that change records and wait for the change."""
        if spec.dns is not None and spec.cnames:
            yield from calls(RECORDS, "route53", "change_resource_record_sets")
            yield from calls(CHANGES, "route53", "get_change")

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:
        """Read the records of each public zone that has a cname of the specs."""
        names = [f".{name}" for state in stacks for name in state.context.stack.spec.cnames or ()]
        for row in listed(aws, ALL_ZONES):
            zone = f".{plain_name(row['Name'])}"
            if not row["Config"]["PrivateZone"] and any(name.endswith(zone) for name in names):
                listed(aws, records_call(row["Id"].removeprefix("/hostedzone/")))


@dataclass(frozen=True)
class _Name:
    """One cname, and its records in the zone."""

    context: StackContext
    have: LiveRecords
    zone: Zone
    name: str
    target: Known

    @property
    def _standing(self) -> list[Json]:
        return [
            record
            for record in self.zone.records
            if plain_name(record["Name"]) == self.name and not self._will_be_deleted(record)
        ]

    def _will_be_deleted(self, record: Json) -> bool:
        """Return whether an earlier stack of the run deletes the record: an rtmp stack that no longer has the name."""
        giver = self.have.given_up.get((self.name, alias_of(record)))
        return giver is not None and giver.delivery == "rtmp"

    @property
    def _served(self) -> bool:
        """Whether a CNAME that the user created points to the distribution. Plans without `dns` ask for one."""
        live = self.have.distribution
        values = [
            plain_name(row["Value"])
            for record in self._standing
            if record["Type"] == "CNAME"
            for row in record.get("ResourceRecords", ())
        ]
        return live is not None and values == [live.domain_name.lower()]

    @property
    def _former(self) -> list[Json]:
        """Records that point to another stack of the run, which no longer has the name."""
        return [record for record in self._standing if (self.name, alias_of(record)) in self.have.given_up]

    def _of_type(self, kind: str) -> list[Json]:
        return [record for record in self._standing if record["Type"] == kind]

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for each type that has records, none of which points to the distribution.

        If a type has several records, for example weighted ones, one that points to the distribution is enough.
        """
        if self._served:
            return
        for kind in ("CNAME", *_types(self.context, self.have.distribution)):
            standing = self._of_type(kind)
            if standing and not any(self.have.ours(each) or each in self._former for each in standing):
                zone = f"{self.zone.name} ({self.zone.id})"
                what = f"the zone {zone} already has the record {record_text(standing[0])}, "
                owner = self.have.pointed.get(alias_of(standing[0]))
                if owner is not None and self._blocked_by(owner):
                    continue
                if owner is None:
                    what += "which cfstream does not own"
                    do = f"delete it once {self.name} may point to this distribution, or remove dns from the spec"
                else:
                    what += f"which points to the stack {owner.stack}"
                    do = (
                        f"name the spec of {owner.stack} in the same command, with `dns` and without {self.name} in "
                        "its `cnames`; or remove dns from this spec"
                    )
                number = (self.context.stack.spec.cnames or ()).index(self.name)
                yield self.context.stack.problem(what, do, "cnames", number)

    def _blocked_by(self, owner: PointedStack) -> bool:
        """Return whether the other stack still holds the name: the distribution has a problem that says so."""
        beside = having(self.context.beside, names, owner.stack)
        return self.name in owner.aliases and not any(gives_up(spec, self.name) for spec in beside)

    def notices(self) -> Iterator[Notice]:
        """Yield a notice if a CNAME already points to the distribution, or if the name is delegated."""
        if self._served:
            yield Notice(
                f"the CNAME record {self.name} already points to the distribution, and stays as it is"
            )
        for record in self.zone.records:
            under = plain_name(record["Name"])
            if record["Type"] == "NS" and (self.name == under or self.name.endswith(f".{under}")):
                text = f"{under} is delegated to other name servers, so a record for {self.name} in the zone "
                yield Notice(f"{text}{self.zone.name} has no effect", warning=True)

    def steps(self) -> Iterator[Step]:
        """Yield the one step that creates the missing records."""
        kinds = _types(self.context, self.have.distribution)
        missing = [kind for kind in kinds if not self._of_type(kind)]
        context = self.context
        if self._former:
            yield self._takeover(self._former, kinds)
            return
        if self._served or not missing:
            return
        yield CreateRecords(
            address=context.address(KIND, self.name),
            stage=Stage.DNS,
            because="point the name to the distribution",
            line=context.stack.line("dns"),
            changes=tuple(Change(f"dns[{self.name}].{kind}", None, self.target) for kind in missing),
            zone=self.zone.id,
            records=tuple(_alias(context, self.name, kind, self.target) for kind in missing),
            seconds=context.stack.spec.wait.timeout.total_seconds(),
        )

    def _takeover(self, former: Sequence[Json], kinds: Sequence[str]) -> Step:
        """Return the step that deletes the records of the other stack and creates the wanted ones, in one batch."""
        context = self.context
        led = {record["Type"]: alias_of(record) for record in former}
        stays = [record["Type"] for record in self._standing if self.have.ours(record)]
        made = [kind for kind in kinds if kind not in stays]
        changes = [Change(f"dns[{self.name}].{kind}", led.get(kind), self.target) for kind in made]
        changes += [Change(f"dns[{self.name}].{kind}", led[kind], None) for kind in led if kind not in made]
        givers = {self.have.given_up[self.name, domain].name for domain in led.values()}
        return ReplaceRecords(
            address=context.address(KIND, self.name),
            stage=Stage.DNS,
            because=f"the name moves from {' and '.join(sorted(givers))}",
            line=context.stack.line("dns"),
            changes=tuple(changes),
            zone=self.zone.id,
            records=tuple(_alias(context, self.name, kind, self.target) for kind in made),
            former=tuple(former),
            seconds=context.stack.spec.wait.timeout.total_seconds(),
        )


def _near(aws: Reads, want: WantedRecords, public: Sequence[Json]) -> str:
    """Return the public zone of the account whose name is most similar to a missing one; empty if there is none."""
    if public or not want.zone:
        return ""
    rows = (row for row in listed(aws, ALL_ZONES) if not row["Config"]["PrivateZone"])
    return nearest(want.zone, [plain_name(row["Name"]) for row in rows], alike=0.75) or ""


def _alias(context: StackContext, name: str, kind: str, target: Known) -> Json:
    """Return an alias of a distribution. Route 53 cannot evaluate its health (shape AliasTarget)."""
    zone = CLOUDFRONT_ZONES.get(context.partition, CLOUDFRONT_ZONES["aws"])
    alias = {"HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": f"{name}.", "Type": kind, "AliasTarget": alias}


def _types(context: StackContext, live: LiveDistribution | None) -> tuple[str, ...]:
    """Return A, and AAAA if IPv6 is on: in the spec, else in the live distribution. A new one has IPv6 on."""
    spec = context.stack.spec
    if spec.delivery == "rtmp":
        return ("A",)
    ipv6 = spec.http.ipv6 if spec.http.ipv6 is not None else not live or live.config.get("IsIPV6Enabled")
    return ("A", "AAAA") if ipv6 else ("A",)


def _removals(context: StackContext, want: WantedRecords, have: LiveRecords, zone: Zone) -> Iterator[Step]:
    """Yield a step for each name with owned records that are unwanted. Those that another stack takes over stay."""
    ours = [record for record in zone.records if have.ours(record)]
    kept = records_taken(context, {plain_name(record["Name"]) for record in ours}, zone.name)
    ours = [record for record in ours if plain_name(record["Name"]) not in kept]
    by_name = sorted(ours, key=lambda record: (plain_name(record["Name"]), record["Type"]))
    for name, group in groupby(by_name, key=lambda record: plain_name(record["Name"])):
        wanted = _wanted(name, want.names or ())
        off = "AAAA" not in _types(context, have.distribution)
        going = [record for record in group if not wanted or (off and record["Type"] == "AAAA")]
        if not going:
            continue
        because = "ipv6 is off" if wanted else _why_not_wanted(context, want)
        yield DeleteRecords(
            address=context.address(KIND, name),
            stage=Stage.DELETE_RECORDS,
            because=because,
            line=context.stack.line("dns"),
            changes=tuple(Change(f"dns[{name}].{one['Type']}", alias_of(one), None) for one in going),
            hazards=() if wanted else _cutting_hazards(have, name),
            zone=zone.id,
            records=tuple(going),
            seconds=context.stack.spec.wait.timeout.total_seconds(),
        )


def _why_not_wanted(context: StackContext, want: WantedRecords) -> str:
    if context.destroying:
        return "points to the distribution, which will be deleted"
    return "not one of the spec's cnames" if want.zone else "dns is off"


def _wanted(name: str, cnames: Iterable[str]) -> bool:
    """Return whether a name is one of the cnames, or matches a wildcard among them.

    CloudFront's wildcards also match deeper names (Developer Guide, "Use wildcards in alternate domain names").
    """
    return any(name == cname or (cname.startswith("*.") and name.endswith(cname[1:])) for cname in cnames)


def _cutting_hazards(have: LiveRecords, name: str) -> tuple[Hazard, ...]:
    live = have.distribution
    aliases = live.aliases if live else ()
    if not _wanted(name, aliases):
        return ()
    return (Hazard(HazardName.CUTS_VIEWERS, f"{name} will not resolve"),)


def _no_zone(context: StackContext, want: WantedRecords, have: LiveRecords) -> Problem:
    if have.zones:
        ids = ", ".join(zone.id for zone in have.zones)
        what = f"several public hosted zones have the name {want.zone}: {ids}"
        do = (
            "delete those that no name server record points to, or remove dns and create the records yourself"
        )
    else:
        only = "; the private ones cannot resolve CloudFront's public names" if have.private else ""
        what = f"no public hosted zone {want.zone} exists in account {context.account}{only}"
        create = f"aws route53 create-hosted-zone --name {want.zone} --caller-reference {want.zone}"
        other = f"remove dns and create the records yourself, or create the zone: `{create}`"
        do = f"write {have.near}, a zone of this account; or {other}" if have.near else other
    return context.stack.problem(what, do, "dns", "route53")


def _relied(context: StackContext, records: Sequence[Json]) -> Relied:
    content = canonical(list(records))
    return Relied(context.address(KIND), digest(content), document=content)
