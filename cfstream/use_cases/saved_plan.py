"""Plan files: written atomically, and read back with the specs of the plan."""

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cfstream.errors import CfstreamError, WrongUsage, reason_of, why_unread
from cfstream.private_file import write_private
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

FORMAT_VERSION = 1
"""The version of plan files that this cfstream reads; `render.json` writes it."""

HEAD = 4096
"""Bytes at the start of a file that identify a plan or a snapshot: `format_version` is its first key."""


@dataclass(frozen=True)
class SavedPlan:
    """A plan file. Its steps are only shown: apply plans again and compares."""

    file: str
    document: Json
    specs: tuple[str, ...]
    """The paths of the specs, from the working directory."""

    @property
    def again(self) -> str:
        """The command that makes the plan again."""
        return f"cfstream plan {shlex.join([*self.arguments, '--out', self.file])}"

    @property
    def all_objects(self) -> bool:
        """Whether the plan was made with --all-objects: apply must read the same ACLs."""
        return self.document.get("all_objects") is True

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of apply that do what is left of the plan. The file itself is stale then."""
        only = [word for name in self.document.get("only") or () for word in ("--only", str(name))]
        return (*self.specs, *only, *(["--all-objects"] if self.all_objects else []))

    def chosen(self, only: Sequence[str] | None, changed_since: str | None) -> frozenset[str] | None:
        """Return the names of the stacks in the plan; None if it has all stacks of its specs.

        Raises WrongUsage if the arguments also choose stacks.
        """
        if only or changed_since is not None:
            flag = "--only" if only else "--changed-since"
            raise WrongUsage(
                f"{flag} and a saved plan exclude each other: the plan lists its stacks", f"remove {flag}"
            )
        names = self.document.get("only")
        return None if names is None else frozenset(map(str, names))


def refuse_stdin(specs: Sequence[str]) -> None:
    """Raise WrongUsage for a spec from standard input: its plan cannot be saved."""
    if "-" in specs:
        raise WrongUsage(
            "a plan of a spec from standard input cannot be saved: apply could not read the spec again",
            "write the spec to a file, and plan that",
        )


def folder_seen_from(target: str) -> str:
    """Return the working directory as a path relative to the folder of `target`."""
    return os.path.relpath(Path.cwd(), Path(target).resolve().parent)


def refuse_foreign(target: str) -> None:
    """Raise WrongUsage if `target` exists and is neither a plan nor a snapshot."""
    path = Path(target)
    if path.is_file() and path.stat().st_size and not _is_saved(path):
        raise WrongUsage(
            f"{target} exists, and is neither a plan nor a snapshot",
            "name another file with --out",
        )


def write_whole(target: str, text: str) -> None:
    """Write a file atomically, with mode 0600.

    Raises CfstreamError with the reason, such as no space or no permission.
    """
    try:
        write_private(Path(target), text)
    except OSError as error:
        raise CfstreamError(
            f"{target} could not be written: {reason_of(error)}",
            "name a file in a directory that you can write to, on a disk with free space",
        ) from error


def find(arguments: Sequence[str]) -> SavedPlan | None:
    """Return the saved plan that the arguments name, or None if they name specs. Raises WrongUsage."""
    plans = [argument for argument in arguments if _is_saved(Path(argument))]
    if not plans:
        return None
    if len(arguments) > 1:
        raise WrongUsage(
            f"{plans[0]} is a saved plan, and a saved plan must be the only argument",
            f"run: cfstream apply {shlex.quote(plans[0])}",
        )
    return _read(plans[0])


def _is_saved(path: Path) -> bool:
    """Return whether a file is a plan or a snapshot."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(HEAD).lstrip()
    except OSError:
        return False
    return head.startswith(b"{") and b'"format_version"' in head


def _read(target: str) -> SavedPlan:
    text = ""
    try:
        text = Path(target).read_text(encoding="utf-8")
        document = json.loads(text)
    except OSError as error:
        raise WrongUsage(f"{target}: {why_unread(error)}", "check its permissions") from error
    except ValueError as error:
        what = f"{target} is incomplete, or was changed after it was made: {error}"
        raise WrongUsage(what, f"make it again: {_making(text, target)}") from error
    if document.get("kind") == "cfstream snapshot":
        specs = shlex.join(map(str, document.get("specs") or ["SPEC"]))
        what = f"{target} is a snapshot, and a snapshot cannot be applied"
        raise WrongUsage(what, f"apply the specs: cfstream apply {specs}")
    if document.get("format_version") != FORMAT_VERSION:
        raise WrongUsage(
            f"{target} has format_version {document.get('format_version')!r}; this cfstream reads {FORMAT_VERSION}",
            "create the plan with the same version of cfstream that applies it",
        )
    return SavedPlan(target, document, _specs(document, text, target))


def _making(text: str, target: str) -> str:
    """Return the command that makes a plan file, with the specs that its text names, even if a part is missing."""
    specs = dict.fromkeys(re.findall(r'"spec": "([^"\\]+)"', text))
    return f"`cfstream plan {shlex.join(specs) or 'SPEC'} --out {shlex.quote(target)}`"


def _specs(document: Mapping[str, Any], text: str, target: str) -> tuple[str, ...]:
    """Return the paths of the plan's specs: from here, if they exist, or else from the folder of that run."""
    named = document.get("specs")
    if not (isinstance(named, list) and named and all(isinstance(spec, str) for spec in named)):
        raise WrongUsage(
            f"{target} does not name the specs that it was made from",
            f"create it with: {_making(text, target)}\napply does not accept the output of --format json",
        )
    if all(Path(spec).exists() for spec in named):
        return tuple(named)
    origin = Path(target).resolve().parent / str(document.get("folder", "."))
    return tuple(str(Path(os.path.relpath(origin / spec))) for spec in named)
