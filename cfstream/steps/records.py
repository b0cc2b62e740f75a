"""The steps that create and delete records of a Route 53 zone, each batch as a whole or not at all.

Records have no ETag, and need none: CREATE is refused if a record exists, and DELETE if it is not exactly what the plan
saw (ChangeResourceRecordSets, InvalidChangeBatch). UPSERT, which overwrites, is never sent.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cfstream.errors import Missing, Refused, ReplyLost, Stale, Throttled, TimedOut, Unreachable
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import LOST, THROTTLED, not_yet, persist, polls, with_code
from cfstream.steps.content import same
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import Json, Verb, resolve

INVALID_BATCH = "InvalidChangeBatch"
REFUSED_BATCH = with_code(INVALID_BATCH, pauses=(0.0,))
"""What is live decides whether the batch was refused because it was carried out already."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, kw_only=True)
class _ChangeRecords(Step):
    """Sends one batch, and waits until all of Route 53's name servers have it."""

    zone: str
    records: tuple[Json, ...]
    """ResourceRecordSets as Route 53 spells them; for a deletion, as it listed them."""
    seconds: float
    """How long to wait for INSYNC."""

    def asks(self) -> Any:
        return {"zone": self.zone, "records": list(self.records)}

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Change the records. Raises Stale if the live records changed, TimedOut if they are not INSYNC in time."""
        records = resolve(list(self.records), context.outputs)
        change = self._submit(context, records)
        if change:
            self._wait(context, change)
        return {}

    def _submit(self, context: StepContext, records: Sequence[Json]) -> str:
        """Return the id of the change; empty if the records are as wanted already."""
        return persist(context, _Batch(self, context, records).attempt, THROTTLED, LOST, REFUSED_BATCH)

    @abstractmethod
    def batch(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        """Return what the batch does, in order: actions, and their records."""

    @abstractmethod
    def is_done(self, found: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        """Return whether the live records in these places are what this step leaves."""

    def moved(self, found: Sequence[Json | None], refusal: Refused) -> Stale:
        """Return the refusal to overwrite what is live now."""
        live = "; ".join(record_text(record) for record in found if record is not None) or "no record"
        return Stale(
            f"{self.address} changed after this plan was made: live is {live} ({refusal.message})",
            "run cfstream plan again and read the difference before applying",
        )

    def _wait(self, context: StepContext, change: str) -> None:
        for _ in polls(context.clock, self.seconds):
            try:
                status = context.aws.read(Call("route53", "get_change", {"Id": change}))["ChangeInfo"][
                    "Status"
                ]
            except Missing:  # Route 53 keeps only recent changes, and this one is old
                return
            except (Throttled, Unreachable) as error:
                status = not_yet(error)
            if status == "INSYNC":
                return
            context.progress(str(status), None)
        raise TimedOut(
            f"{self.address} was not INSYNC within {round(self.seconds)} s",
            "the records are changed, and Route 53's name servers will have them soon: run the same command again",
        )


class _Batch:
    """One batch, and the results of its attempts so far. Every attempt but the first reads before it sends."""

    def __init__(self, step: _ChangeRecords, context: StepContext, records: Sequence[Json]) -> None:
        self._step = step
        self._context = context
        self._records = records
        self._failed: Refused | ReplyLost | None = None
        self._lost: ReplyLost | None = None

    def attempt(self) -> str:
        """Return the id of the change; empty if the records are as wanted already."""
        if self._failed is not None:
            found = [_found(self._context, self._step.zone, record) for record in self._records]
            if self._step.is_done(found, self._records):
                return ""
            if isinstance(self._failed, Refused) and self._failed.code == INVALID_BATCH:
                # After a lost reply Route 53 most likely refuses what it has carried out, and reads lag behind.
                raise self._lost or self._step.moved(found, self._failed) from self._failed
        return self._send()

    def _send(self) -> str:
        changes = [
            {"Action": action, "ResourceRecordSet": record}
            for action, record in self._step.batch(self._records)
        ]
        batch = {"HostedZoneId": self._step.zone, "ChangeBatch": {"Changes": changes}}
        try:
            reply = self._context.aws.write(Call("route53", "change_resource_record_sets", batch))
        except (Refused, ReplyLost) as failed:
            self._failed = failed
            self._lost = failed if isinstance(failed, ReplyLost) else self._lost
            raise
        return str(reply["ChangeInfo"]["Id"])


@dataclass(frozen=True, kw_only=True)
class CreateRecords(_ChangeRecords):
    """Creates records where none exist. Law: running it twice leaves them once."""

    verb: ClassVar[Verb] = Verb.CREATE

    def batch(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [("CREATE", record) for record in records]

    def is_done(self, found: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        pairs = zip(found, records, strict=True)
        return all(live is not None and same_alias(live, record) for live, record in pairs)


@dataclass(frozen=True, kw_only=True)
class DeleteRecords(_ChangeRecords):
    """Deletes records that are as the plan saw them. Law: a record that is gone already is done."""

    verb: ClassVar[Verb] = Verb.DELETE

    def batch(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [("DELETE", record) for record in records]

    def is_done(self, found: Sequence[Json | None], _records: Sequence[Json], /) -> bool:
        return not any(found)


@dataclass(frozen=True, kw_only=True)
class ReplaceRecords(_ChangeRecords):
    """Replaces records by others in one batch, so that the name always resolves.

    Law: running it twice leaves what running it once leaves.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    former: tuple[Json, ...]
    """The records to delete, as Route 53 listed them."""

    def asks(self) -> Any:
        return {**super().asks(), "former": list(self.former)}

    def batch(self, records: Sequence[Json], /) -> list[tuple[str, Json]]:
        return [*(("DELETE", each) for each in self.former), *(("CREATE", each) for each in records)]

    def is_done(self, found: Sequence[Json | None], records: Sequence[Json], /) -> bool:
        pairs = zip(found, records, strict=True)
        return all(live is not None and same_alias(live, record) for live, record in pairs)


def plain_name(name: str) -> str:
    r"""Return a name as people write it: lower case, no dot at the end, ``*`` in place of Route 53's ``\052``."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name).rstrip(".").lower()


def alias_of(record: Json) -> str:
    """Return the name that a record is an alias of; empty for any other record."""
    return plain_name(str(at(record, "AliasTarget.DNSName") or ""))


def same_alias(live: Json, record: Json) -> bool:
    """Return whether two alias records mean the same, in any spelling."""
    return same(_spelled(live), _spelled(record))


def record_text(record: Json) -> str:
    """Return a record in a few words: ``media.example.com A 192.0.2.1``."""
    values = [row["Value"] for row in record.get("ResourceRecords", ())]
    target = f"alias of {alias_of(record)}" if alias_of(record) else ", ".join(values)
    return f"{plain_name(record['Name'])} {record['Type']} {target}".strip()


def _spelled(record: Json) -> Json:
    alias = {**record.get("AliasTarget", {}), "DNSName": alias_of(record)}
    return {**record, "Name": plain_name(record["Name"]), "AliasTarget": alias}


def _found(context: StepContext, zone: str, record: Json) -> Json | None:
    """Return the live record with the same name, type and set identifier; None if it does not exist."""
    start = {"HostedZoneId": zone, "StartRecordName": record["Name"], "StartRecordType": record["Type"]}
    page = context.aws.read(Call("route53", "list_resource_record_sets", start))
    key = _place(record)
    return next((live for live in page["ResourceRecordSets"] if _place(live) == key), None)


def _place(record: Json) -> tuple[str, str, str]:
    return plain_name(record["Name"]), record["Type"], record.get("SetIdentifier", "")
