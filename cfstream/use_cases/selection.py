"""Chooses stacks of a run by name, or by changes in git since a revision."""

import os
import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage
from cfstream.spec.wording import one_of
from cfstream.stack.declared_keys import declared_groups, declared_keys, declared_uses

if TYPE_CHECKING:
    from cfstream.spec.load import Stack


def select(
    stacks: "Sequence[Stack]", only: Sequence[str] = (), changed_since: str | None = None
) -> frozenset[str] | None:
    """Return the names of the chosen stacks; None if all are chosen.

    `only` are names and globs: a stack is chosen if one of them matches. `changed_since` is a git revision: a stack is
    chosen if its spec or a key file has changed since, or if it depends on a stack that has. With both, a stack must
    meet both. Raises WrongUsage for a pattern that matches no stack, and as `files_at`.
    """
    if not only and changed_since is None:
        return None
    chosen = frozenset(stack.spec.name for stack in stacks)
    if only:
        chosen &= frozenset().union(*(_matching(stacks, each) for each in only))
    if changed_since is not None:
        chosen &= _changed(stacks, changed_since)
    return chosen


def _matching(stacks: "Sequence[Stack]", pattern: str) -> frozenset[str]:
    names = [stack.spec.name for stack in stacks]
    found = frozenset(name for name in names if fnmatchcase(name, pattern))
    if not found:
        plain = re.sub(r"[*?\[\]!]", "", pattern)
        raise WrongUsage(f"--only {pattern} matches no stack", one_of(plain, sorted(names)))
    return found


def _changed(stacks: "Sequence[Stack]", revision: str) -> frozenset[str]:
    if any(stack.path == "-" for stack in stacks):
        raise WrongUsage(
            "--changed-since cannot be used with standard input",
            "name the files of the specs, or their directory",
        )
    changes: dict[str, frozenset[str]] = {}
    found: set[str] = set()
    for stack in stacks:
        folder = os.path.dirname(os.path.abspath(stack.path))
        if folder not in changes:
            changes[folder] = _changed_files(stack.path, revision)
        if any(os.path.realpath(file) in changes[folder] for file in _files(stack)):
            found.add(stack.spec.name)
    return _with_dependents(stacks, found)


def _changed_files(path: str, revision: str) -> frozenset[str]:
    """Return the real paths of changed, new and deleted files of the repository of `path`, also uncommitted ones."""
    # A plan of all stacks does not need git.
    from cfstream.use_cases.git_files import files_at, git

    at = files_at(path, revision)
    listed = (
        git(at.top, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", at.commit, "--"),
        git(at.top, "ls-files", "--others", "--exclude-standard", "-z"),
    )
    names = (name for output in listed for name in os.fsdecode(output).split("\0") if name)
    return frozenset(os.path.realpath(os.path.join(at.top, name)) for name in names)


def _files(stack: "Stack") -> Iterable[str]:
    """Yield the files that a stack is read from: its spec and its public keys."""
    yield stack.path
    folder = os.path.dirname(stack.path)
    yield from (os.path.join(folder, key.file) for key in declared_keys(stack.spec))


def _with_dependents(stacks: "Sequence[Stack]", changed: Collection[str]) -> frozenset[str]:
    """Return the names `changed`, and those of stacks that share a bucket or a key group with one of them."""
    found = set(changed)
    while True:
        shared = {each for stack in stacks if stack.spec.name in found for each in _shared(stack)}
        more = {stack.spec.name for stack in stacks if shared & {*_shared(stack)}} - found
        if not more:
            return frozenset(found)
        found |= more


def _shared(stack: "Stack") -> Iterable[tuple[str, str]]:
    """Yield what other stacks may depend on, or what this one depends on."""
    spec = stack.spec
    yield "bucket", spec.bucket.name
    yield from (("key group", group.name) for group in declared_groups(spec))
    yield from (("key group", use.reference) for use in declared_uses(spec))
