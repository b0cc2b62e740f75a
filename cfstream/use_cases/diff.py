"""Compares specs with another git revision, or with other files."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import SpecProblems, WrongUsage

if TYPE_CHECKING:
    from cfstream.comparing import Comparison
    from cfstream.spec.load import Stack


def diff(before: str, after: str | None = None) -> "Comparison":
    """Return what changes in meaning from `before` to `after`; by default `after` is the same path now.

    Each is a path, or a path at a git revision: ``specs/@main``. Raises SpecProblems and WrongUsage.
    """
    from cfstream.comparing import compare

    path, revision = _split(before)
    new = after if after is not None else path
    if after is None and not revision:
        raise WrongUsage(
            f"{before} has no revision to compare with", f"name one: cfstream diff {shlex.quote(before)}@HEAD"
        )
    old_stacks, new_stacks = _stacks(before), _stacks(new)
    if old_stacks is None and new_stacks is None:
        raise WrongUsage(f"neither {before} nor {new} exists", "check the names")
    if None in (old_stacks, new_stacks) and not revision and not _split(new)[1]:
        # Only between revisions can a spec be new or deleted. Between two files, a missing one is a typo.
        raise WrongUsage(f"{before if old_stacks is None else new} does not exist", "check the name")
    return compare(old_stacks or (), new_stacks or ())


def _split(named: str) -> tuple[str, str]:
    """Return path and revision. Both may contain an @: ``a.yaml@HEAD@{1}``."""
    if "@" not in named or Path(named).exists():
        return named, ""
    cuts = [place for place, sign in enumerate(named) if sign == "@"]
    cut = next((cut for cut in cuts if Path(named[:cut] or ".").exists()), cuts[0])
    return named[:cut] or ".", named[cut + 1 :]


def _stacks(named: str) -> "tuple[Stack, ...] | None":
    """Return the stacks under a name; None if the file or folder does not exist: the spec is new, or deleted."""
    from cfstream.spec.load import load
    from cfstream.use_cases.git_files import files_at

    path, revision = _split(named)
    if not revision:
        return load([path]) if path == "-" or Path(path).exists() else None
    files = files_at(path, revision)
    if not files.exists(path):
        return None
    try:
        stacks = load([path], files=files)
    except SpecProblems as found:
        problems = [
            replace(problem, where=replace(problem.where, file=f"{problem.where.file}@{revision}"))
            for problem in found.problems
        ]
        raise SpecProblems(tuple(problems)) from found
    return tuple(replace(stack, path=f"{stack.path}@{revision}") for stack in stacks)
