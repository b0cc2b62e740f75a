"""Plan files: written whole or not at all, and read back with the specs that they were made from."""

import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cfstream.errors import CfstreamError, WrongUsage
from cfstream.planning import Plan
from cfstream.private_file import write_private
from cfstream.render.json import FORMAT_VERSION, as_text, saved_document
from cfstream.values import Json

HEAD = 4096
"""Bytes at the start of a file that tell whether it is a plan or a snapshot: `format_version` is its first key."""


@dataclass(frozen=True)
class SavedPlan:
    """A plan file as it was read. Its steps are for people: apply plans anew and compares."""

    document: Json
    specs: tuple[str, ...]
    """The specs as they were named, from where this process stands."""


def save(plan: Plan, specs: Sequence[str], target: str) -> None:
    """Writes the plan to `target`. Raises WrongUsage for specs from stdin, else as `write_whole`."""
    if "-" in specs:
        raise WrongUsage(
            "a plan of a spec from standard input cannot be saved: apply could not read the spec again",
            "write the spec to a file, and plan that",
        )
    folder = os.path.relpath(Path.cwd(), Path(target).resolve().parent)
    write_whole(target, as_text(saved_document(plan, specs, folder)))


def refuse_foreign(target: str) -> None:
    """Returns when a plan or a snapshot may be written there. Raises WrongUsage where something else is: a spec."""
    path = Path(target)
    if path.is_file() and path.stat().st_size and not _is_ours(path):
        raise WrongUsage(
            f"{target} is there already, and neither a plan nor a snapshot: it stays as it is",
            "name another file with --out",
        )


def write_whole(target: str, text: str) -> None:
    """Write a file as `write_private` does: whole or not at all, with mode 0600.

    Raises CfstreamError that names what the system said: no space, no permission, no such folder.
    """
    try:
        write_private(Path(target), text)
    except OSError as error:
        raise CfstreamError(
            f"{target} could not be written: {error.strerror}",
            "name a file in a folder where you may write, on a disk with room",
        ) from error


def find(arguments: Sequence[str]) -> SavedPlan | None:
    """The plan that the arguments name, or None when they name specs. Raises WrongUsage for a useless plan."""
    plans = [argument for argument in arguments if _is_ours(Path(argument))]
    if not plans:
        return None
    if len(arguments) > 1:
        raise WrongUsage(
            f"{plans[0]} is a saved plan, and is applied alone",
            f"run: cfstream apply {shlex.quote(plans[0])}",
        )
    return _read(plans[0])


def _is_ours(path: Path) -> bool:
    """Whether a file is a plan or a snapshot."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(HEAD).lstrip()
    except OSError:
        return False
    return head.startswith(b"{") and b'"format_version"' in head


def _read(target: str) -> SavedPlan:
    try:
        document = json.loads(Path(target).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise WrongUsage(
            f"{target} looks like a saved plan, but cannot be read: {error}",
            "make it again: cfstream plan --out",
        ) from error
    if document.get("kind") == "cfstream snapshot":
        raise WrongUsage(
            f"{target} is a snapshot, from which nothing can be applied",
            "apply the specs, or a plan that was made from AWS: cfstream plan --out",
        )
    if document.get("format_version") != FORMAT_VERSION:
        raise WrongUsage(
            f"{target} has format_version {document.get('format_version')!r}; this cfstream reads {FORMAT_VERSION}",
            "make the plan with the same cfstream that applies it",
        )
    return SavedPlan(document, _specs(document, target))


def _specs(document: Mapping[str, Any], target: str) -> tuple[str, ...]:
    """The specs as named when the plan was made, from here if they are here, else from where that was."""
    named = document.get("specs")
    if not (isinstance(named, list) and named and all(isinstance(spec, str) for spec in named)):
        raise WrongUsage(
            f"{target} does not say which specs it was made from",
            "make it with: cfstream plan --out (what --format json prints is for reading)",
        )
    if all(Path(spec).exists() for spec in named):
        return tuple(named)
    origin = Path(target).resolve().parent / str(document.get("folder", "."))
    return tuple(str(Path(os.path.relpath(origin / spec))) for spec in named)
