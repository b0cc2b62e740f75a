"""From the command line's arguments to stacks, or to every problem of every file at once.

This is the only place of the language that opens files. It decides nothing: `draft` judges a document,
`clashes` judges the stacks against each other, `keys` judges a key file.
"""

import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from cfstream.errors import Problem, SpecProblems, Where, WrongUsage
from cfstream.spec.clashes import clashes
from cfstream.spec.compose import documents
from cfstream.spec.draft import Draft, draft_of
from cfstream.spec.fault import Fault
from cfstream.spec.keys import NotAPublicKey, PemKey, public_key
from cfstream.spec.signers import key_sites
from cfstream.spec.source import Source
from cfstream.spec.stack import Stack
from cfstream.spec.wording import shown

__all__ = ["Stack", "load"]

MAX_FILE = 1 << 20
"""Bytes of a spec file. A fleet of ten thousand small specs has three quarters of that."""

MAX_KEY_FILE = 1 << 16
"""Bytes of a public key file. A key of 2048 bits has 451."""

STDIN = "-"


def load(arguments: Sequence[str], *, stdin: TextIO | None = None) -> tuple[Stack, ...]:
    """The stacks of all documents of all files named, in the order of the arguments.

    An argument is a file, a folder (every ``*.yaml`` and ``*.yml`` under it, sorted by path) or ``-`` for
    `stdin`. Raises SpecProblems with every problem of every file, sorted by place, and WrongUsage without
    arguments.
    """
    if not arguments:
        raise WrongUsage("no spec was named", "name a file, a folder, or - for standard input")
    problems: list[Problem] = []
    drafts: list[Draft] = []
    for file in _files(arguments, problems):
        source = _source(file, stdin or sys.stdin, problems)
        if source is not None:
            drafts += [draft_of(document) for document in documents(source, problems)]
    named = [_read_keys(draft) for draft in drafts]
    problems += [problem for draft in drafts for problem in draft.problems]
    problems += clashes(drafts)
    if problems:
        raise SpecProblems(tuple(sorted(set(problems))))
    return tuple(_stack(draft, keys) for draft, keys in zip(drafts, named, strict=True))


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


def _files(arguments: Sequence[str], problems: list[Problem]) -> Iterator[str]:
    """Every file that the arguments name, each once."""
    seen: set[str] = set()
    for argument in arguments:
        folder = argument != STDIN and os.path.isdir(argument)
        for name in _in_folder(argument, problems) if folder else [argument]:
            real = name if name == STDIN or "\0" in name else os.path.realpath(name)
            if real not in seen:
                seen.add(real)
                yield name


def _in_folder(folder: str, problems: list[Problem]) -> list[str]:
    def report(error: OSError) -> None:
        what = f"the folder cannot be read: {error.strerror}"
        problems.append(Problem(Where(str(error.filename)), what, "check who may read it"))

    before = len(problems)
    found = [
        os.path.join(above, name)
        for above, _, names in os.walk(folder, onerror=report)
        for name in names
        if name.endswith((".yaml", ".yml"))
    ]
    if not found and len(problems) == before:
        what = "there is no spec in this folder: no file in it ends in .yaml or .yml"
        problems.append(Problem(Where(folder), what, "name another folder, or a file"))
    return sorted(found)


def _source(file: str, stdin: TextIO, problems: list[Problem]) -> Source | None:
    """The text of a spec file, without its byte order mark; None, and a problem, if it cannot be read."""
    try:
        content = _stdin_bytes(stdin) if file == STDIN else _read(file, MAX_FILE)
    except (OSError, ValueError) as error:
        problems.append(Problem(Where(file), _why(error), "check the name, and who may read it"))
        return None
    if len(content) > MAX_FILE:
        do = "split it into several files, and name their folder"
        problems.append(Problem(Where(file), "the file is larger than 1 MiB", do))
        return None
    try:
        return Source(file, content.decode().removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        before = content[: error.start].decode().removeprefix("\ufeff").split("\n")
        byte = f"0x{content[error.start]:02x} at offset {error.start}"
        what = f"the file is not UTF-8: the byte {byte} does not fit"
        where = Where(file, len(before), len(before[-1]) + 1)
        problems.append(Problem(where, what, "save the file as UTF-8"))
        return None


def _stdin_bytes(stdin: TextIO) -> bytes:
    buffer = getattr(stdin, "buffer", None)
    content = buffer.read(MAX_FILE + 1) if buffer else stdin.read(MAX_FILE + 1)
    return content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape")


def _read(file: str, limit: int) -> bytes:
    """At most one byte more than `limit` of the file."""
    with open(file, "rb") as opened:
        return opened.read(limit + 1)


def _why(error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file or folder"
        case OSError():
            return f"the file cannot be read: {error.strerror}"
    return "this is no name of a file"


def _read_keys(draft: Draft) -> _KeyFiles:
    """Reads the key files of a spec; what is wrong with them goes among its problems."""
    named = _KeyFiles()
    if not draft.trouble.isdisjoint({"key_groups", "http"}):
        return named
    folder = os.path.dirname(draft.document.source.file)
    for path, _, key in key_sites(draft.spec):
        if key.name in named.keys:
            continue
        try:
            text = _key_text(os.path.join(folder, key.file))
            named.keys[key.name] = public_key(key.name, text, key.file)
            named.texts.append(text)
        except NotAPublicKey as error:
            draft.add(Fault(error.what, error.do, (*path, "file")))
    return named


def _key_text(file: str) -> str:
    """The text of a key file. Raises NotAPublicKey if it cannot be one, whatever is in it."""
    do = "write the path of its PEM file, relative to this spec"
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            raise NotAPublicKey(f"{shown(file)} is not a file", do)
        content = _read(file, MAX_KEY_FILE)
    except FileNotFoundError as error:
        make = "keep the public half of a key pair there, or correct the path, which is relative to this spec"
        raise NotAPublicKey(f"there is no file {shown(file)}", make) from error
    except (OSError, ValueError) as error:
        raise NotAPublicKey(f"the key in {shown(file)}: {_why(error)}", do) from error
    if len(content) > MAX_KEY_FILE:
        raise NotAPublicKey(f"{shown(file)} is too large for a public key", do)
    return content.decode("utf-8", "replace")
