"""Snapshot files: written, and read back as a world for plans, without boto3 and without credentials."""

import json
import secrets
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cfstream.errors import WrongUsage, why_unread
from cfstream.recording import accounts
from cfstream.recording.document import (
    Snapshot,
    Unusable,
    as_text,
    checked,
    from_document,
    sealed,
    to_document,
)
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.connection import Connection
    from cfstream.planning import SnapshotSource
    from cfstream.ports import World
    from cfstream.recording.document import UnreadRole
    from cfstream.recording.taking import Recording
    from cfstream.spec.load import Stack

STALE_AFTER = timedelta(hours=24)
"""The age at which a snapshot is reported as old."""


@dataclass(frozen=True)
class Recalled:
    """A snapshot as a world for plans."""

    world: "World"
    source: "SnapshotSource"


@dataclass(frozen=True)
class TakenSnapshot:
    """A snapshot that was taken: its text, the number of recorded answers, and the roles that were not assumed."""

    text: str
    answers: int
    unread: "tuple[UnreadRole, ...]" = ()


def take_snapshot(
    stacks: "Sequence[Stack]",
    specs: Sequence[str],
    out: str,
    connection: "Connection",
    *,
    hash_accounts: bool = False,
) -> TakenSnapshot:
    """Record what a plan reads, and write it to a file; ``-`` writes none. `specs` are the paths of the stacks.

    Raises WrongUsage for a file that is neither a plan nor a snapshot of this account.
    """
    from cfstream.recording.taking import record
    from cfstream.use_cases.saved_plan import refuse_foreign, write_whole

    if out != "-":
        refuse_foreign(out)
    world = replace(connection, cache=False).world()
    if out != "-":
        refuse_another_account(out, world.account)
    found = record(stacks, world)
    text = to_text(found, world, specs, stacks, hash_accounts=hash_accounts)
    if out != "-":
        write_whole(out, text)
    return TakenSnapshot(text, sum(len(each.recorded) for each in found.sections), found.unread)


def to_text(
    found: "Recording",
    world: "World",
    specs: Sequence[str],
    stacks: "Sequence[Stack]",
    *,
    hash_accounts: bool = False,
) -> str:
    """Return the text of the file; with `hash_accounts`, without account numbers."""
    snapshot = Snapshot(
        account=world.account,
        partition=world.partition,
        region=world.region,
        real_aws=world.real_aws,
        taken=world.clock.aws_now(),
        specs=tuple(specs),
        stacks=tuple(sorted(stack.spec.name for stack in stacks)),
        sections=found.sections,
        unread=found.unread,
    )
    document = to_document(snapshot)
    if hash_accounts:
        document = sealed(accounts.hidden(document, secrets.token_hex(16)))
    return as_text(document)


def recall(file: str, specs: Sequence[str], stacks: "Sequence[Stack]", max_age: str | None) -> Recalled:
    """Return the world recorded in a file. Raises WrongUsage if the file does not match these specs."""
    from cfstream.aws.clock import SystemClock
    from cfstream.recording.taking import replayed

    limit = _limit(max_age)
    text, document = _read(file, specs)
    salt = str(document.get("salt", ""))
    command = _command(file, document, specs)
    again = f"record it again: {command}"
    named = [string for stack in stacks for string in accounts.strings(stack.spec.model_dump(mode="json"))]
    if salt:
        document = json.loads(accounts.revealed(text, salt, named))
    try:
        snapshot = from_document(document)
    except Unusable as unusable:
        raise WrongUsage(f"{file} {unusable.what}", again) from unusable
    _refuse_foreign(file, snapshot, stacks)
    clock = SystemClock()
    age = clock.now() - snapshot.taken
    if limit is not None and age > limit:
        raise WrongUsage(f"{file} is {_age_text(age)} old, and --max-age allows {max_age}", again)
    hidden = bool(salt) and not any(each.account in string for each in snapshot.sections for string in named)
    source = _source(file, snapshot, age, command, hidden=hidden)
    return Recalled(replayed(snapshot, clock, file, again), source)


def _command(file: str, document: Mapping[str, Any], specs: Sequence[str]) -> str:
    """Return the command that records a snapshot again, with all its specs."""
    wanted = shlex.join(dict.fromkeys([*map(str, document.get("specs", ())), *specs]))
    hashed = " --hash-accounts" if document.get("salt") else ""
    return f"cfstream snapshot {wanted} --out {shlex.quote(file)}{hashed}"


def _source(file: str, snapshot: Snapshot, age: timedelta, command: str, *, hidden: bool) -> "SnapshotSource":
    """Return what a plan shows of its snapshot. `hidden` is whether its account numbers are not the real ones."""
    from cfstream.planning import SnapshotSource

    what = "AWS" if snapshot.real_aws else "a sandbox, not of AWS"
    taken = f"{snapshot.taken:%Y-%m-%d %H:%M} UTC"
    numbers = [each.account for each in snapshot.sections]
    whose = f"account {numbers[0]}" if len(numbers) == 1 else f"accounts {', '.join(numbers)}"
    if hidden:
        whose += " (not the real number: recorded with --hash-accounts)"
    old = f"Later changes are not in this plan. Record it again: `{command}`"
    return SnapshotSource(
        file,
        snapshot.taken.isoformat(),
        int(age.total_seconds()),
        text=f"From {file}, a snapshot of {what}: {whose}, {taken}, {_age_text(age)} old.",
        warning=old if age >= STALE_AFTER else "",
    )


def refuse_flags_of_aws(connection: "Connection", out: str | None) -> None:
    """Raise WrongUsage for flags that ``--live`` excludes: those about AWS, and ``--out``."""
    for flag in ("sandbox", "profile", "region", "endpoint_url"):
        if getattr(connection, flag):
            name = f"--{flag.replace('_', '-')}"
            raise WrongUsage(
                f"--live and {name} exclude each other", f"leave out {name}: --live does not use AWS"
            )
    if out is not None:
        what = "--live and --out exclude each other: apply needs a plan made from AWS, not from a snapshot"
        raise WrongUsage(what, "leave out --live to save the plan, or --out to read it")


def refuse_another_account(file: str, account: str) -> None:
    """Raise WrongUsage if the file is a snapshot of another account, so that a wrong profile does not overwrite it."""
    try:
        document: Any = json.loads(Path(file).read_text(encoding="utf-8"))
        before, salt = str(checked(document)["account"]), str(document.get("salt", ""))
    except (OSError, ValueError, Unusable):
        return
    if before != (accounts.pseudonym(account, salt) if salt else account):
        raise WrongUsage(
            f"{file} is a snapshot of account {before}, and the credentials are for {account}",
            "check --profile, or name another file",
        )


def _read(file: str, specs: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
    make = f"record one: cfstream snapshot {shlex.join(specs)} --out {shlex.quote(file or 'live.json')}"
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise WrongUsage(f"{file or 'the empty name'}: {why_unread(error)}", make) from error
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{file} is not a snapshot: it is not text", make) from error
    try:
        return text, checked(json.loads(text))
    except Unusable as unusable:
        raise WrongUsage(f"{file} {unusable.what}", unusable.do or make) from unusable
    except (ValueError, RecursionError) as error:
        cut = text.lstrip().startswith("{")
        what = (
            f"is incomplete, or was merged by hand: {error}" if cut else "is not a snapshot: it is not JSON"
        )
        raise WrongUsage(f"{file} {what}", make) from error


def _refuse_foreign(file: str, snapshot: Snapshot, stacks: "Sequence[Stack]") -> None:
    """Raise WrongUsage if a certificate is of another account than its stack: CloudFront would refuse it."""
    for stack in stacks:
        arn, own = stack.spec.http.certificate, stack.spec.home or snapshot.account
        account = arn.split(":")[4] if arn.startswith("arn:") else own
        if account != own:
            what = f"{stack.path} has a certificate of account {account}, but {file} is of account {own}"
            raise WrongUsage(what, "take the snapshot with credentials of that account")


def _limit(max_age: str | None) -> timedelta | None:
    from cfstream.spec.durations import duration

    if max_age is None:
        return None
    try:
        return duration(max_age)
    except ValueError as error:
        raise WrongUsage(f"--max-age {max_age}: {error}", "write an age like 12h or 7d") from error


def _age_text(age: timedelta) -> str:
    """Return an age in words, in its largest unit."""
    seconds = max(int(age.total_seconds()), 0)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'s' * (number != 1)}"
    return f"{seconds} second{'s' * (seconds != 1)}"
