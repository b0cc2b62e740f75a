"""Find and read the files that the command line's arguments name.

This is the only module of `spec` that opens spec files, through `files`. A spec may be a symbolic link out of the
folder that the user named. Such a file is read, so shared specs work. If it has problems, only their number is reported
and no content, because the checkout may belong to somebody else.
"""

import json
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from fnmatch import fnmatchcase
from typing import TextIO, TypeAlias

from cfstream.errors import OtherSpecs, Problem, SpecProblems, Where, reason_of, why_unread
from cfstream.spec.files import Files
from cfstream.spec.source import BYTE_ORDER_MARK, Source
from cfstream.spec.wording import nearest, shown, some_of
from cfstream.startup.frozen import dataclass

MAX_FILE = 1 << 20
"""Bytes of a spec file. A fleet of ten thousand small specs has three quarters of that."""

STDIN = "-"

_NOTHING = re.compile(r"(?:[ \t]*(?:#.*)?|---[ \t]*|\.\.\.[ \t]*)")
"""A line without content: blank, a comment, or the mark between documents."""


NamedSpec: TypeAlias = tuple[str, str]
"""The file of a spec, and the name of its stack."""


@dataclass
class Reading:
    """One run over the arguments: where files come from, and every problem found so far."""

    stdin: TextIO
    files: Files
    skipped: list[str]
    """The files of a folder that contain only comments."""
    problems: list[Problem] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _links: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each link that leads out of its folder: the file that it leads to, and the folder."""

    def sources(self, arguments: Sequence[str]) -> Iterator[Source]:
        """Yield every file that the arguments name, each once."""
        for argument in arguments:
            if argument == STDIN or not self.files.is_folder(argument):
                yield from self._read_all([argument], os.path.dirname(argument))
                continue
            names = self._in_folder(argument)
            found = self._read_all(names, argument)
            # An empty file among others is a leftover. If there is nothing else, the user meant it.
            empty = [source for source in found if all(map(_NOTHING.fullmatch, source.lines))]
            if len(empty) < len(names):
                self.skipped += [source.file for source in empty]
                found = [source for source in found if source.file not in self.skipped]
            yield from found

    def refuse_problems(
        self, arguments: Sequence[str] = (), specs: Sequence[NamedSpec] = (), only: Sequence[str] = ()
    ) -> None:
        """Raise SpecProblems with every problem, sorted by place; those of linked files outside as one.

        `specs` of `arguments` were parsed: the fix names the files of those without problems, of the stacks that `only`
        chooses.
        """
        quotable = {problem for problem in self.problems if problem.where.file not in self._links}
        linked = {
            Problem(
                Where(problem.where.file), *link_out(*self._links[problem.where.file], "not a valid spec")
            )
            for problem in {*self.problems} - quotable
        }
        if self.problems:
            found = sorted(quotable | linked, key=lambda each: (each.where.file, each.absent, each))
            advice, files = _without(found, specs, only)
            listed = f": {some_of([shlex.quote(file) for file in files], NAMED)}" if files else ""
            error = SpecProblems(tuple(found), advice + listed)
            if files:
                error.others = OtherSpecs(advice, tuple(arguments), files)
            raise error

    def _read_all(self, names: Sequence[str], folder: str) -> list[Source]:
        """Return the files with these names that were not read yet."""
        found: list[Source] = []
        for name in names:
            real = name if name == STDIN or "\0" in name else self.files.identity(name)
            if real not in self._seen:
                self._seen.add(real)
                found += self._source(name, folder)
        return found

    def _in_folder(self, folder: str) -> list[str]:
        def report(error: OSError) -> None:
            what = f"the directory cannot be read: {reason_of(error)}"
            self.problems.append(Problem(Where(str(error.filename)), what, "check its permissions"))

        before = len(self.problems)
        found = [name for name in self.files.under(folder, report) if name.endswith((".yaml", ".yml"))]
        if not found and len(self.problems) == before:
            what = "there is no spec in this directory: no file in it ends in .yaml or .yml"
            self.problems.append(Problem(Where(folder), what, "name another directory, or a file"))
        return sorted(found)

    def _source(self, file: str, folder: str) -> Iterator[Source]:
        """Yield the text of a spec file, without its byte order mark; nothing, and a problem, if it cannot be read."""
        target = (
            ""
            if file == STDIN
            else self.files.link_out(os.path.basename(file), os.path.dirname(file), folder)
        )
        if target:
            self._links[file] = target, folder
        try:
            content = _stdin_bytes(self.stdin) if file == STDIN else self.files.read(file, MAX_FILE)
        except (OSError, ValueError) as error:
            self.problems.append(Problem(Where(file), why_unread(error), _instead(file, self.files, error)))
            return
        if (other := _no_spec(file, content)) is not None:
            self.problems.append(Problem(Where(file), *other))
        elif len(content) > MAX_FILE:
            do = "split it into several files, and name their directory"
            self.problems.append(Problem(Where(file), "the file is larger than 1 MiB", do))
        else:
            yield from self._text(Source(file, "", "", folder, target), content)

    def _text(self, empty: Source, content: bytes) -> Iterator[Source]:
        try:
            text = content.decode()
        except UnicodeDecodeError as error:
            before = content[: error.start].decode().removeprefix("\ufeff").split("\n")
            byte = f"0x{content[error.start]:02x} at offset {error.start}"
            what = f"the file is not UTF-8: the byte {byte} does not fit"
            where = Where(empty.file, len(before), len(before[-1]) + 1)
            self.problems.append(Problem(where, what, "save the file as UTF-8"))
            return
        bare = text.removeprefix(BYTE_ORDER_MARK)
        yield replace(empty, text=bare, mark=text[: len(text) - len(bare)])


def _without(
    problems: Sequence[Problem], specs: Sequence[NamedSpec], only: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Return how to go on with the specs that have no problem, and their files; empty if there are none."""
    broken = {each.where.file for each in problems}
    sound = [(file, name) for file, name in specs if file not in broken]
    chosen = [spec for spec in sound if _is_chosen(spec[1], only)]
    files = tuple(dict.fromkeys(file for file, _ in chosen or sound))
    if not files:
        return "", ()
    if chosen:
        others = "then other specs do not count for who may read"
        return f"correct the specs above, or name only these ({others})", files
    if only and not any(_is_chosen(name, only) for _, name in specs):
        names = some_of(sorted({name for _, name in specs}), NAMED)
        unknown = f"no stack that can be read matches {', '.join(only)}"
        return f"correct the specs above, and --only: {unknown}, but there are {names}", ()
    return "correct the specs above, or name only the others", files


def _is_chosen(name: str, only: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in only)


NAMED = 5
"""How many specs without problems the fix names."""


def link_out(target: str, folder: str, fault: str) -> tuple[str, str]:
    """Return what is wrong with a link that leads out of a folder to a file with a fault, and how to fix it."""
    check = (
        f"cfstream validate {shlex.quote(target)}" if "spec" in fault else f"head -n 1 {shlex.quote(target)}"
    )
    where = f"outside {folder or 'this directory'}"
    what = f"this is a link to {target}, which is {where} and is {fault}; files outside are not quoted"
    return what, f"to see what is wrong, run: {check}; or replace the link by a copy"


def _instead(file: str, files: Files, error: OSError | ValueError) -> str:
    """Return how to fix a file that cannot be read: the nearest name, if there is one."""
    folder, name = os.path.split(file)
    if isinstance(error, FileNotFoundError):
        stems = {
            os.path.splitext(each)[0]: each for each in files.beside(file) if each.endswith((".yaml", ".yml"))
        }
        if near := nearest(os.path.splitext(name)[0], stems):
            return f"did you mean {shown(os.path.join(folder, stems[near]))}?"
        return "name a file or directory that exists; `cfstream init` writes a new spec"
    return "check its permissions" if isinstance(error, PermissionError) else "check the name"


def _no_spec(file: str, content: bytes) -> tuple[str, str] | None:
    """Return what the file is, and what to do with it, if cfstream or Terraform has written it and it is not a spec."""
    head = content[:200]
    if re.match(rb'\s*\{\s*"', head) is None:
        return None
    if b'"kind": "cfstream snapshot"' in head:
        specs = shlex.join(_specs_of(content))
        do = f"plan from it: `cfstream plan {specs} --live {shlex.quote(file)}`"
        return "this is a snapshot, not a spec", do
    if b'"cfstream_version": "' in head and b'"fingerprint": "' in content[:1000]:
        return "this is a saved plan, not a spec", f"apply it: `cfstream apply {shlex.quote(file)}`"
    if re.search(rb'"terraform_version":\s*"', head):
        state = "STATEFILE" if file == STDIN else shlex.quote(file)
        do = f"write a spec from it: `cfstream import --from-terraform {state}`"
        return "this is a file of Terraform, not a spec", do
    return None


def _specs_of(snapshot: bytes) -> list[str]:
    """Return the specs that a snapshot was taken for. Only its beginning may have been read."""
    found = re.search(rb'"specs":\s*(\[[^\]]*\])', snapshot)
    try:
        return list(map(str, json.loads(found[1]))) if found else ["SPEC"]
    except ValueError:
        return ["SPEC"]


def _stdin_bytes(stdin: TextIO) -> bytes:
    buffer = getattr(stdin, "buffer", None)
    content = buffer.read(MAX_FILE + 1) if buffer else stdin.read(MAX_FILE + 1)
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")
