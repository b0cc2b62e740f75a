"""Writes specs of live distributions. The plan of such a spec is empty."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.spec_file import create_spec, file_exists

if TYPE_CHECKING:
    from cfstream.adoption import Imported
    from cfstream.adoption.planned import Judge
    from cfstream.connection import Connection
    from cfstream.ports import Reads, World
    from cfstream.use_cases.terraform import StateFile

ANOTHER = "name another file, or move the existing one"
"""What to do if the file of a spec exists."""


@dataclass(frozen=True)
class Imports:
    """What was imported from an account."""

    account: str
    distributions: "tuple[Imported, ...]"
    state: "StateFile | None" = None
    """Terraform's state that named the distributions."""
    missing: tuple[str, ...] = ()
    """The ids of those that the state has, and the account does not have."""
    managed: tuple[tuple[str, str], ...] = ()
    """The ids of those that are left out because a stack manages them, each with the stack."""


def _check(name: str | None, out: Path | None) -> None:
    """Check the name and the file of an import. Raises WrongUsage."""
    from cfstream.spec.fields import STACK_NAME

    if name is not None and not STACK_NAME.fullmatch(name):
        what = f"{name!r} is not a valid stack name: it must start with a-z, then have at most 31 of a-z, 0-9 and -"
        raise WrongUsage(what, "choose a name like lectures")
    if out is not None and out.exists():
        raise file_exists(str(out), ANOTHER)


def import_distribution(
    target: str | None,
    connection: "Connection",
    *,
    name: str | None = None,
    out: Path | None = None,
    from_terraform: str | None = None,
) -> Imports:
    """Import one distribution, named by id, ARN or host name. With `out`, write its spec to that file.

    With `from_terraform`, a file with Terraform's state, it must be in that state, its address names it too, and
    without `target` it is the only one there. Raises WrongUsage for an invalid name or an existing file, or
    CannotImport.
    """
    from cfstream.adoption import find, import_one, read_account
    from cfstream.use_cases.terraform import open_state, with_belonging

    _check(name, out)
    state = open_state(from_terraform) if from_terraform is not None else None
    chosen = state.chosen(target) if state else None
    world = connection.world()
    reads = world.reads()
    account = read_account(reads, world.account)
    row = state.live(chosen, account) if state and chosen else find(account, target or "")
    imported = import_one(reads, account, row, _judge(world, reads), name or "")
    if state and chosen:
        (imported,) = with_belonging(state, {chosen.address: imported})
    if out is not None:
        imported = _beside(replace(imported, file=str(out)))
        _write({out: imported})
    return Imports(world.account, (imported,), state)


def import_account(
    folder: Path,
    connection: "Connection",
    report: "Callable[[Imported], None]",
    *,
    from_terraform: str | None = None,
    specs: Sequence[str] = (),
) -> Imports:
    """Import every distribution of the account, or of Terraform's state, and write a spec for each into a folder.

    Calls `report` for each. Of an account, those that a stack manages or that one of the `specs` adopts are left out. A
    distribution of the state that is not in the account is refused, and the others are imported. A file with a spec of
    the same distribution or stack is kept. Raises WrongUsage, before anything is written, if a file has any other text.
    """
    from cfstream.adoption import import_all, read_account
    from cfstream.spec.load import load
    from cfstream.use_cases.terraform import open_state, with_belonging

    state = open_state(from_terraform) if from_terraform is not None else None
    adopted = {each.spec.adopt: each.spec.name for each in (load(specs) if specs else ()) if each.spec.adopt}
    addresses = {each.id: each for each in state.all()} if state else {}
    world = connection.world()
    reads = world.reads()
    account = read_account(reads, world.account)
    rows, missing = state.rows(account) if state else (account.rows, [])
    owners = {} if state else {**adopted, **account.owners}  # Terraform must forget all of its state
    free = [row for row in rows if row.id not in owners]
    managed = tuple((row.id, owners[row.id]) for row in rows if row.id in owners)
    found = []
    for each in chain(import_all(reads, account, _judge(world, reads), free), missing):
        report(each)
        new = replace(each, file=str(folder / f"{each.name}.yaml"))
        found.append(_kept_in(folder, _beside(new)) if each.text else each)
    if state:
        found = [*with_belonging(state, {addresses[each.row.id].address: each for each in found})]
    folder.mkdir(parents=True, exist_ok=True)
    _write({Path(each.file): each for each in found if each.text and not each.kept})
    return Imports(world.account, tuple(found), state, tuple(each.row.id for each in missing), managed)


def _beside(imported: "Imported") -> "Imported":
    """Add whether the file has a spec of this distribution, and which other specs of it are near.

    These are the ones in the folder of its file, in the working directory, and in the directories in that.
    """
    own = Path(imported.file)
    places = ((own.parent, "*.y*ml"), (Path(), "*.y*ml"), (Path(), "[!.]*/*.y*ml"))
    near = {file.resolve(): file for folder, names in places for file in sorted(folder.glob(names))}
    same = re.compile(
        rf"(?m)^(adopt: *[\"']?{re.escape(imported.row.id)}|name: *[\"']?{imported.name})\b(?!-)"
    )
    alike = {real: str(file) for real, file in near.items() if same.search(_text(file))}
    kept = alike.pop(own.resolve(), None) is not None
    return replace(imported, kept=kept, others=tuple(alike.values()))


def _kept_in(folder: Path, imported: "Imported") -> "Imported":
    """Return the import with the spec that the folder has of it under another name, if it has one, which is kept."""
    there = next((file for file in imported.others if Path(file).parent == folder), None)
    if there is None or imported.kept or Path(imported.file).exists():
        return imported
    others = tuple(file for file in imported.others if file != there)
    return replace(imported, file=there, kept=True, others=others)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace") if file.is_file() else ""
    except OSError:
        return ""


def _judge(world: "World", reads: "Reads") -> "Judge":
    """Return a planner that reuses what was read: an import plans several candidates for a spec."""
    from cfstream.workflow import make_plan

    remembering = replace(world, reads=lambda: reads)
    return lambda stack: make_plan([stack], remembering).stacks[0]


def _write(specs: "Mapping[Path, Imported]") -> None:
    new = {}
    for path, imported in specs.items():
        if not path.exists():
            new[path] = imported.text
        elif not path.is_file() or path.read_bytes() != imported.text.encode():
            raise file_exists(str(path), ANOTHER)
    for path, text in new.items():
        create_spec(str(path), text, do=ANOTHER)
