"""From the command line's arguments to stacks, or to every problem of every file at once.

This is the only place of the language that opens files, by the door of `files`. It decides nothing: `draft` judges
a document, `clashes` judges the stacks against each other, `keys` judges a key file.
"""

import hashlib
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TextIO

from cfstream.errors import Problem, SpecProblems, Where, WrongUsage
from cfstream.spec.clashes import clashes
from cfstream.spec.compose import documents
from cfstream.spec.draft import Draft, draft_of
from cfstream.spec.fault import Fault
from cfstream.spec.files import Disk, Files
from cfstream.spec.keys import NotAPublicKey, PemKey, public_key
from cfstream.spec.signers import key_sites
from cfstream.spec.source import BYTE_ORDER_MARK, Source
from cfstream.spec.stack import Stack
from cfstream.spec.wording import shown

__all__ = ["Stack", "load"]

MAX_FILE = 1 << 20
"""Bytes of a spec file. A fleet of ten thousand small specs has three quarters of that."""

PUBLIC_HALF = ".pub.pem"
"""How a file ends that ``keys new`` has made of a public key."""

MAX_KEY_FILE = 1 << 16
"""Bytes of a public key file. A key of 2048 bits has 451."""

STDIN = "-"

_NOTHING = re.compile(r"(?:[ \t]*(?:#.*)?|---[ \t]*|\.\.\.[ \t]*)")
"""A line that says nothing: blank, a comment, or the mark between documents."""


def load(
    arguments: Sequence[str],
    *,
    stdin: TextIO | None = None,
    files: Files | None = None,
    passed_over: list[str] | None = None,
) -> tuple[Stack, ...]:
    """The stacks of all documents of all files named, in the order of the arguments.

    An argument is a file, a folder (every ``*.yaml`` and ``*.yml`` under it, sorted by path) or ``-`` for
    `stdin`. `files` is the disk unless it is something else. Of the files of a folder, those with nothing in them but
    comments are left out, and named in `passed_over`. Raises SpecProblems with every problem of every file, sorted by
    place, and WrongUsage without arguments.
    """
    if not arguments:
        raise WrongUsage("no spec was named", "name a file, a folder, or - for standard input")
    disk = files or Disk()
    problems: list[Problem] = []
    drafts: list[Draft] = []
    left_out = [] if passed_over is None else passed_over
    for source in _sources(arguments, stdin or sys.stdin, disk, problems, left_out):
        drafts += [draft_of(document) for document in documents(source, problems)]
    named = [_read_keys(draft, disk) for draft in drafts]
    problems += [problem for draft in drafts for problem in draft.problems]
    problems += clashes(drafts)
    if problems:
        raise SpecProblems(tuple(sorted(set(problems))))
    return tuple(_stack(draft, keys) for draft, keys in zip(drafts, named, strict=True))


def texts(arguments: Sequence[str], *, stdin: TextIO | None = None) -> tuple[Source, ...]:
    """The files that the arguments name, as `load` finds them, without a look at what they mean.

    Raises SpecProblems where one cannot be read, and WrongUsage without arguments.
    """
    if not arguments:
        raise WrongUsage("no spec was named", "name a file, a folder, or - for standard input")
    problems: list[Problem] = []
    found = tuple(_sources(arguments, stdin or sys.stdin, Disk(), problems, []))
    if problems:
        raise SpecProblems(tuple(sorted(set(problems))))
    return found


@dataclass
class _KeyFiles:
    """The key files that one spec names: the keys in them by name, and their text for the digest."""

    keys: dict[str, PemKey] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def _stack(draft: Draft, named: _KeyFiles) -> Stack:
    digest = hashlib.sha256()
    for text in (draft.document.text, *named.texts):
        digest.update(f"{len(text)}:{text}".encode())
    return Stack(draft.spec, draft.document.source.file, draft.document, digest.hexdigest(), named.keys)


def _sources(
    arguments: Sequence[str], stdin: TextIO, files: Files, problems: list[Problem], passed_over: list[str]
) -> Iterator[Source]:
    """Every file that the arguments name, each once."""
    seen: set[str] = set()
    for argument in arguments:
        if argument == STDIN or not files.is_folder(argument):
            yield from _read_all([argument], seen, stdin, files, problems)
            continue
        names = _in_folder(argument, files, problems)
        found = _read_all(names, seen, stdin, files, problems)
        # An empty file among others is left over from something; where there is nothing else, it is what was meant.
        empty = [source for source in found if all(map(_NOTHING.fullmatch, source.lines))]
        if len(empty) < len(names):
            passed_over += [source.file for source in empty]
            found = [source for source in found if source.file not in passed_over]
        yield from found


def _read_all(
    names: Sequence[str], seen: set[str], stdin: TextIO, files: Files, problems: list[Problem]
) -> list[Source]:
    """The files of these names that were not `seen` yet."""
    found: list[Source] = []
    for name in names:
        real = name if name == STDIN or "\0" in name else files.identity(name)
        if real not in seen:
            seen.add(real)
            found += _source(name, stdin, files, problems)
    return found


def _in_folder(folder: str, files: Files, problems: list[Problem]) -> list[str]:
    def report(error: OSError) -> None:
        what = f"the folder cannot be read: {error.strerror}"
        problems.append(Problem(Where(str(error.filename)), what, "check who may read it"))

    before = len(problems)
    found = [name for name in files.under(folder, report) if name.endswith((".yaml", ".yml"))]
    if not found and len(problems) == before:
        what = "there is no spec in this folder: no file in it ends in .yaml or .yml"
        problems.append(Problem(Where(folder), what, "name another folder, or a file"))
    return sorted(found)


def _source(file: str, stdin: TextIO, files: Files, problems: list[Problem]) -> Iterator[Source]:
    """The text of a spec file, without its byte order mark; nothing, and a problem, if it cannot be read."""
    try:
        content = _stdin_bytes(stdin) if file == STDIN else files.read(file, MAX_FILE)
    except (OSError, ValueError) as error:
        problems.append(Problem(Where(file), _why(error), _instead(file, files, error)))
        return
    if (other := _no_spec(file, content)) is not None:
        problems.append(Problem(Where(file), *other))
        return
    if len(content) > MAX_FILE:
        do = "split it into several files, and name their folder"
        problems.append(Problem(Where(file), "the file is larger than 1 MiB", do))
        return
    try:
        text = content.decode()
        bare = text.removeprefix(BYTE_ORDER_MARK)
        yield Source(file, bare, text[: len(text) - len(bare)])
    except UnicodeDecodeError as error:
        before = content[: error.start].decode().removeprefix("\ufeff").split("\n")
        byte = f"0x{content[error.start]:02x} at offset {error.start}"
        what = f"the file is not UTF-8: the byte {byte} does not fit"
        where = Where(file, len(before), len(before[-1]) + 1)
        problems.append(Problem(where, what, "save the file as UTF-8"))


def _instead(file: str, files: Files, error: OSError | ValueError) -> str:
    """What to do about a file that cannot be read: the nearest that there is, where the name may be a slip."""
    folder, name = os.path.split(file)
    if isinstance(error, FileNotFoundError):
        stems = {
            os.path.splitext(each)[0]: each for each in files.beside(file) if each.endswith((".yaml", ".yml"))
        }
        if near := get_close_matches(os.path.splitext(name)[0], stems, n=1):
            return f"did you mean {shown(os.path.join(folder, stems[near[0]]))}?"
    return "check the name, and who may read it"


def _no_spec(file: str, content: bytes) -> tuple[str, str] | None:
    """What the file is, and what to do with it, where it is one that cfstream has written and no spec."""
    head = content[:200]
    if re.match(rb'\s*\{\s*"', head) is None:
        return None
    if b'"kind": "cfstream snapshot"' in head:
        return (
            "this is a snapshot, and no spec",
            f"plan from it: `cfstream plan SPEC --live {shlex.quote(file)}`",
        )
    if b'"cfstream_version": "' in head and b'"fingerprint": "' in content[:1000]:
        return "this is a saved plan, and no spec", f"do what it says: `cfstream apply {shlex.quote(file)}`"
    return None


def _stdin_bytes(stdin: TextIO) -> bytes:
    buffer = getattr(stdin, "buffer", None)
    content = buffer.read(MAX_FILE + 1) if buffer else stdin.read(MAX_FILE + 1)
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")


def _why(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or folder"
        case OSError():
            return f"the file cannot be read: {error.strerror}"
    return "this is no name of a file"


def _read_keys(draft: Draft, files: Files) -> _KeyFiles:
    """Reads the key files of a spec; what is wrong with them goes among its problems."""
    named = _KeyFiles()
    if not draft.trouble.isdisjoint({"key_groups", "http"}):
        return named
    folder = os.path.dirname(draft.document.source.file)
    for path, _, key in key_sites(draft.spec):
        if key.name in named.keys:
            continue
        try:
            text = _key_text(os.path.join(folder, key.file), files)
            named.keys[key.name] = public_key(key.name, text, key.file)
            named.texts.append(text)
        except NotAPublicKey as error:
            draft.add(Fault(error.what, error.do, (*path, "file")))
    return named


def _make_key(file: str) -> str:
    """How to get the public key that is to be in this file."""
    folder, name = os.path.split(file)
    path = "or correct the path, which is relative to this spec"
    if not name.endswith(PUBLIC_HALF) or name == PUBLIC_HALF:
        return f"keep the public half of a key pair there, {path}"
    where = "" if folder == "keys" else f" --dir {shlex.quote(folder or '.')}"
    return f"run `cfstream keys new {shlex.quote(name.removesuffix(PUBLIC_HALF))}{where}`, {path}"


def _key_text(file: str, files: Files) -> str:
    """The text of a key file. Raises NotAPublicKey if it cannot be one, whatever is in it."""
    do = "write the path of its PEM file, relative to this spec"
    try:
        if not files.is_regular(file):
            raise NotAPublicKey(f"{shown(file)} is not a file", do)
        content = files.read(file, MAX_KEY_FILE)
    except FileNotFoundError as error:
        raise NotAPublicKey(f"there is no file {shown(file)}", _make_key(file)) from error
    except (OSError, ValueError) as error:
        raise NotAPublicKey(f"the key in {shown(file)}: {_why(error)}", do) from error
    if len(content) > MAX_KEY_FILE:
        raise NotAPublicKey(f"{shown(file)} is too large for a public key", do)
    return content.decode("utf-8", "replace")
