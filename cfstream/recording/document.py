"""A snapshot as a JSON document, sorted so that two snapshots can be compared line by line.

Calls and rows are sorted. The members of a reply keep botocore's order, which is that of its models.

Each account has a section of its own under ``accounts``. Version 1 had no sections: all its reads are of the account of
the caller.

Times are ``{"$time": "2026-11-26T14:00:00+00:00"}``; everything else is as botocore returns it. Calls on single objects
with the same answer are merged: ``each`` has their keys.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from cfstream import __version__, errors
from cfstream.errors import CfstreamError, Refused, Unreachable
from cfstream.recording.recorded import Pages, ReadMethod, Recorded, RecordedCall
from cfstream.startup.frozen import dataclass
from cfstream.values import Account, digest

FORMAT_VERSION = 2
OF_ONE_ACCOUNT = 1
"""The version of older snapshots, which have the reads of one account."""
KIND = "cfstream snapshot"
TIME = "$time"
EACH = "Key"
"""The parameter that differs between calls on single objects."""

REFUSALS: Mapping[str, type[Refused]] = {
    kind.__name__: kind
    for kind in (
        errors.Refused,
        errors.NotAuthorized,
        errors.Missing,
        errors.AlreadyThere,
        errors.VersionMoved,
        errors.StillInUse,
        errors.StillEnabled,
    )
}


class Unusable(CfstreamError):
    """The file is not a snapshot, or this version of cfstream cannot read it."""


@dataclass(frozen=True)
class AccountSection:
    """What was recorded of one account."""

    account: Account
    partition: str
    recorded: Mapping[RecordedCall, Recorded] = field(repr=False)


@dataclass(frozen=True)
class UnreadRole:
    """A role that could not be assumed, so that its account was not recorded: why, and the fix."""

    role: str
    what: str
    do: str


@dataclass(frozen=True)
class Snapshot:
    """A recording, with its time and its specs. `account` and `partition` are those of the caller's credentials."""

    account: Account
    partition: str
    region: str
    real_aws: bool
    taken: datetime
    specs: tuple[str, ...]
    """The specs as the command line named them."""
    stacks: tuple[str, ...]
    sections: tuple[AccountSection, ...]
    """One for each account, sorted."""
    unread: tuple[UnreadRole, ...] = ()
    version: int = FORMAT_VERSION


def to_document(snapshot: Snapshot) -> dict[str, Any]:
    """Return the snapshot as a JSON document with its digest."""
    document = {
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "cfstream_version": __version__,
        "taken": snapshot.taken.isoformat(timespec="seconds"),
        "account": snapshot.account,
        "partition": snapshot.partition,
        "region": snapshot.region,
        "real_aws": snapshot.real_aws,
        "specs": list(snapshot.specs),
        "stacks": list(snapshot.stacks),
        "accounts": [
            {"account": each.account, "partition": each.partition, "reads": list(_reads(each.recorded))}
            for each in snapshot.sections
        ],
        "unread": [{"role": each.role, "what": each.what, "do": each.do} for each in snapshot.unread],
    }
    return sealed(document)


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the digest of its content. The digest detects accidents, not manipulation."""
    return {**document, "sha256": digest(document)}


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document as ASCII text, one item a line."""
    return json.dumps(document, indent=1) + "\n"


def checked(document: Any) -> Mapping[str, Any]:
    """Return the document if it is complete and of this version. Raises Unusable with the reason."""
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise Unusable("is not a snapshot")
    version = document.get("format_version")
    if version not in (OF_ONE_ACCOUNT, FORMAT_VERSION):
        made = document.get("cfstream_version")
        raise Unusable(
            f"has format_version {version!r} (of cfstream {made}); this is cfstream {__version__}, which reads "
            f"{OF_ONE_ACCOUNT} and {FORMAT_VERSION}",
            "make it again with this version, or use the other version",
        )
    if document.get("sha256") != digest(
        {name: value for name, value in document.items() if name != "sha256"}
    ):
        what = "was changed after it was made: its digest does not match"
        raise Unusable(what)
    return document


def from_document(document: Mapping[str, Any]) -> Snapshot:
    """Return the snapshot in a checked document. Raises Unusable if its content is invalid."""
    try:
        return Snapshot(
            account=Account(str(document["account"])),
            partition=str(document["partition"]),
            region=str(document["region"]),
            real_aws=bool(document["real_aws"]),
            taken=datetime.fromisoformat(document["taken"]),
            specs=tuple(document["specs"]),
            stacks=tuple(document["stacks"]),
            sections=tuple(_section(each) for each in sections_of(document)),
            unread=tuple(UnreadRole(**each) for each in document.get("unread", ())),
            version=document["format_version"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"does not have a snapshot's content ({type(error).__name__}: {error})"
        raise Unusable(what) from error


def sections_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the sections of a document of any version."""
    if document["format_version"] == OF_ONE_ACCOUNT:
        return [{name: document[name] for name in ("account", "partition", "reads")}]
    return list(document["accounts"])


def _section(section: Mapping[str, Any]) -> AccountSection:
    recorded = dict(pair for entry in section["reads"] for pair in _recorded(entry))
    return AccountSection(Account(str(section["account"])), str(section["partition"]), recorded)


def _reads(recorded: Mapping[RecordedCall, Recorded]) -> Iterator[dict[str, Any]]:
    """Yield an entry for each call, sorted; one for all objects with the same answer."""
    alike: dict[str, dict[str, Any]] = {}
    for asked in sorted(recorded):
        entry = _entry(asked, recorded[asked])
        key = entry["params"].get(EACH)
        if key is None:
            yield entry
            continue
        del entry["params"][EACH]
        known = alike.setdefault(json.dumps(entry, sort_keys=True), {**entry, "each": []})
        known["each"].append(key)
    yield from (alike[entry] for entry in sorted(alike))


def _entry(asked: RecordedCall, recorded: Recorded) -> dict[str, Any]:
    return {
        "service": asked.service,
        "operation": asked.operation,
        "region": asked.region,
        "params": json.loads(asked.params),
        **_answer(asked.way, recorded),
    }


def _answer(way: ReadMethod, recorded: Recorded) -> dict[str, Any]:
    match recorded:
        case Refused():
            return {"way": way, "refused": _refusal(recorded)}
        case CfstreamError():
            return {"way": way, "unreachable": {"what": recorded.what, "do": recorded.do}}
        case Pages():
            return {"pages": [_plain(page) for page in recorded.pages], "whole": recorded.whole}
        case list():
            return {"rows": sorted((_plain(row) for row in recorded), key=_text)}
    return {"reply": _plain(recorded)}


def _refusal(refused: Refused) -> dict[str, Any]:
    """Return a refusal without its request id, which differs each time."""
    return {
        "as": type(refused).__name__,
        "operation": refused.operation,
        "code": refused.code,
        "message": refused.message,
        "status": refused.status,
        "region": refused.region,
        "do": refused.do,
    }


def _recorded(entry: Mapping[str, Any]) -> Iterable[tuple[RecordedCall, Recorded]]:
    way, recorded = _said(entry)
    for key in entry.get("each", [None]):
        params = {**entry["params"], **({EACH: key} if key is not None else {})}
        text = json.dumps(params, sort_keys=True, separators=(",", ":"))
        yield RecordedCall(entry["service"], entry["operation"], text, way, entry["region"]), recorded


def _said(entry: Mapping[str, Any]) -> tuple[ReadMethod, Recorded]:
    if "refused" in entry:
        recorded = entry["refused"]
        kind = REFUSALS[recorded["as"]]
        refused = kind(
            recorded["operation"],
            recorded["code"],
            recorded["message"],
            status=recorded["status"],
            do=recorded["do"],
        )
        refused.region = recorded["region"]
        return ReadMethod(entry["way"]), refused
    if "unreachable" in entry:
        return ReadMethod(entry["way"]), Unreachable(entry["unreachable"]["what"], entry["unreachable"]["do"])
    if "pages" in entry:
        return ReadMethod.PAGES, Pages(tuple(map(_timed, entry["pages"])), bool(entry["whole"]))
    if "rows" in entry:
        return ReadMethod.ITEMS, [_timed(row) for row in entry["rows"]]
    return ReadMethod.READ, _timed(entry["reply"])


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return {TIME: value.isoformat()}
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    return value


def _timed(value: Any) -> Any:
    match value:
        case {"$time": str() as text}:
            return datetime.fromisoformat(text)
        case dict():
            return {name: _timed(item) for name, item in value.items()}
        case list():
            return [_timed(item) for item in value]
    return value


def _text(row: Any) -> str:
    return json.dumps(row, sort_keys=True)
