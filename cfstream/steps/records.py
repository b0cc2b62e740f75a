"""The steps that make and remove records of a Route 53 zone, each batch whole or not at all.

Records have no ETag. None is needed: CREATE is refused where a record stands, and DELETE where it is not to the letter
what the plan saw (ChangeResourceRecordSets, InvalidChangeBatch). UPSERT, which overwrites, is never sent.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.errors import Missing, Refused, ReplyLost, Stale, TimedOut
from cfstream.ports import Call
from cfstream.steps.content import same
from cfstream.steps.step import Doors, Step, at
from cfstream.steps.wait import pauses
from cfstream.values import Json, Verb, resolve

ATTEMPTS = 3

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True)
class _ChangeRecords(Step):
    """Sends one batch, and waits until all of Route 53's name servers have it."""

    zone: str
    records: tuple[Json, ...]
    """ResourceRecordSets as Route 53 spells them; of those to be deleted as it listed them."""
    seconds: float
    """How long to wait for INSYNC."""

    def asks(self) -> Any:
        return {"zone": self.zone, "records": list(self.records)}

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Changes the records. Raises Stale when what stands there has moved, TimedOut when INSYNC does not come."""
        records = resolve(list(self.records), doors.outputs)
        change = self._submit(doors, records)
        if change:
            self._wait(doors, change)
        return {}

    def _submit(self, doors: Doors, records: Sequence[Json]) -> str:
        """The id of the change; empty when an earlier one, whose answer was lost, has done it already."""
        changes = [
            {"Action": action, "ResourceRecordSet": record} for action, record in self._changes(records)
        ]
        batch = {"HostedZoneId": self.zone, "ChangeBatch": {"Changes": changes}}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                reply = doors.aws.write(Call("route53", "change_resource_record_sets", batch))
                return str(reply["ChangeInfo"]["Id"])
            except (ReplyLost, Refused) as refusal:
                if isinstance(refusal, Refused) and refusal.code != "InvalidChangeBatch":
                    raise
                standing = [_standing(doors, self.zone, record) for record in records]
                if self._is_done(standing, records):
                    return ""
                if isinstance(refusal, Refused):
                    raise self._moved(standing, refusal) from refusal
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    @abstractmethod
    def _changes(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        """What the batch does, in order: actions, and the records that they are about."""

    @abstractmethod
    def _is_done(self, standing: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        """Whether what stands in the records' places is what this step would leave."""

    def _moved(self, standing: Sequence[Json | None], refusal: Refused) -> Stale:
        live = "; ".join(told(record) for record in standing if record is not None) or "nothing"
        return Stale(
            f"{self.address} changed after this plan was made: {live} stands there now ({refusal.message})",
            "run cfstream plan again and read the difference before applying",
        )

    def _wait(self, doors: Doors, change: str) -> None:
        began = doors.clock.monotonic()
        for pause in pauses(doors.clock):
            try:
                status = doors.aws.read(Call("route53", "get_change", {"Id": change}))["ChangeInfo"]["Status"]
            except Missing:  # forgotten: it was made long ago
                return
            waited = doors.clock.monotonic() - began
            if status == "INSYNC":
                return
            if waited >= self.seconds:
                break
            doors.progress(str(status), min(waited / self.seconds, 1.0))
            doors.clock.sleep(min(pause, self.seconds - waited))
        raise TimedOut(
            f"{self.address} was not INSYNC within {round(self.seconds)} s",
            "the records are made, and Route 53's name servers will have them soon: run the same command again",
        )


@dataclass(frozen=True, kw_only=True)
class CreateRecords(_ChangeRecords):
    """Makes records where none stand. Law: running it twice leaves them once."""

    verb: ClassVar[Verb] = Verb.CREATE

    def _changes(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [("CREATE", record) for record in records]

    def _is_done(self, standing: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        pairs = zip(standing, records, strict=True)
        return all(live is not None and same_alias(live, record) for live, record in pairs)


@dataclass(frozen=True, kw_only=True)
class DeleteRecords(_ChangeRecords):
    """Removes records that are as the plan saw them. Law: gone already is done."""

    verb: ClassVar[Verb] = Verb.DELETE

    def _changes(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [("DELETE", record) for record in records]

    def _is_done(self, standing: Sequence[Json | None], _records: Sequence[Json], /) -> bool:
        return not any(standing)


@dataclass(frozen=True, kw_only=True)
class ReplaceRecords(_ChangeRecords):
    """Takes records away and makes others in their place, in one batch: at no moment does the name lead nowhere.

    Law: running it twice leaves what running it once does.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    former: tuple[Json, ...]
    """Those that go, as Route 53 listed them."""

    def asks(self) -> Any:
        return {**super().asks(), "former": list(self.former)}

    def _changes(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [*(("DELETE", each) for each in self.former), *(("CREATE", each) for each in records)]

    def _is_done(self, standing: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        pairs = zip(standing, records, strict=True)
        return all(live is not None and same_alias(live, record) for live, record in pairs)


def plain_name(name: str) -> str:
    r"""A name as people write it: lower case, no dot at the end, ``*`` where Route 53 says ``\052``."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name).rstrip(".").lower()


def alias_of(record: Json) -> str:
    """The name that a record is an alias of; empty for any other record."""
    return plain_name(str(at(record, "AliasTarget.DNSName") or ""))


def same_alias(live: Json, record: Json) -> bool:
    """Whether two alias records say the same, in whatever spelling."""
    return same(_spelled(live), _spelled(record))


def told(record: Json) -> str:
    """A record in a few words: ``media.example.com A 192.0.2.1``."""
    values = [row["Value"] for row in record.get("ResourceRecords", ())]
    target = f"alias of {alias_of(record)}" if alias_of(record) else ", ".join(values)
    return f"{plain_name(record['Name'])} {record['Type']} {target}".strip()


def _spelled(record: Json) -> Json:
    alias = {**record.get("AliasTarget", {}), "DNSName": alias_of(record)}
    return {**record, "Name": plain_name(record["Name"]), "AliasTarget": alias}


def _standing(doors: Doors, zone: str, record: Json) -> Json | None:
    """What stands in the place of a record: of its name, type and set identifier."""
    start = {"HostedZoneId": zone, "StartRecordName": record["Name"], "StartRecordType": record["Type"]}
    page = doors.aws.read(Call("route53", "list_resource_record_sets", start))
    key = _place(record)
    return next((live for live in page["ResourceRecordSets"] if _place(live) == key), None)


def _place(record: Json) -> tuple[str, str, str]:
    return plain_name(record["Name"]), record["Type"], record.get("SetIdentifier", "")
