"""Load the specs that the command line names as stacks, or report every problem of every file at once.

The files are found and read by `reading`. Nothing is decided here: `draft` judges a document, `clashes` judges the
stacks against each other, `keys` judges a key file.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import TextIO

from cfstream.errors import WrongUsage, why_unread
from cfstream.spec.clashes import clashes
from cfstream.spec.draft import SpecDraft, draft_of
from cfstream.spec.fault import Fault
from cfstream.spec.files import Disk, Files
from cfstream.spec.foreign import specs_of
from cfstream.spec.keys import PUBLIC_HALF, NotAPublicKey, PemKey, new_pair, public_key
from cfstream.spec.reading import Reading, link_out
from cfstream.spec.signers import WITH_KEYS, key_sites
from cfstream.spec.source import Source
from cfstream.spec.stack import Stack
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass

__all__ = ["Stack", "load"]

MAX_KEY_FILE = 1 << 16
"""Bytes of a public key file. A key of 2048 bits has 451."""


def load(
    arguments: Sequence[str],
    *,
    stdin: TextIO | None = None,
    files: Files | None = None,
    skipped: list[str] | None = None,
    only: Sequence[str] = (),
) -> tuple[Stack, ...]:
    """Return the stacks of all documents of all files, in the order of the arguments.

    An argument is a file, a folder (every ``*.yaml`` and ``*.yml`` under it, sorted by path) or ``-`` for
    `stdin`. `files` is the disk by default. Files of a folder that contain only comments are skipped, and listed in
    `skipped`. Raises SpecProblems with every problem of every file, sorted by place, and WrongUsage without arguments.
    The fix names the specs without problems, of the stacks that `only` (names and globs) chooses.
    """
    if not arguments:
        raise WrongUsage("no spec was named", "name a file, a directory, or - for standard input")
    reading = Reading(stdin or sys.stdin, files or Disk(), [] if skipped is None else skipped)
    drafts = [
        draft_of(document)
        for source in reading.sources(arguments)
        for document in specs_of(source, reading.problems)
    ]
    named = [_read_keys(draft, reading.files) for draft in drafts]
    reading.problems += [problem for draft in drafts for problem in draft.problems]
    reading.problems += clashes(drafts)
    parsed = [(draft.document.source.file, draft.spec.name) for draft in drafts]
    reading.refuse_problems(arguments, parsed, only)
    return tuple(_stack(draft, keys) for draft, keys in zip(drafts, named, strict=True))


def texts(arguments: Sequence[str], *, stdin: TextIO | None = None) -> tuple[Source, ...]:
    """Return the files that the arguments name, as `load` finds them, without parsing them.

    Raises SpecProblems if one cannot be read, and WrongUsage without arguments.
    """
    if not arguments:
        raise WrongUsage("no spec was named", "name a file, a directory, or - for standard input")
    reading = Reading(stdin or sys.stdin, Disk(), [])
    found = tuple(reading.sources(arguments))
    reading.refuse_problems()
    return found


@dataclass
class _KeyFiles:
    """The key files that one spec names: the keys in them by name, and their text for the digest."""

    keys: dict[str, PemKey] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


def _stack(draft: SpecDraft, named: _KeyFiles) -> Stack:
    digest = hashlib.sha256()
    for text in (draft.document.text, *named.texts):
        digest.update(f"{len(text)}:{text}".encode())
    return Stack(draft.spec, draft.document.source.file, draft.document, digest.hexdigest(), named.keys)


def _read_keys(draft: SpecDraft, files: Files) -> _KeyFiles:
    """Read the key files of a spec; what is wrong with them is added to its problems."""
    named = _KeyFiles()
    if not draft.trouble.isdisjoint(WITH_KEYS):
        return named
    source = draft.document.source
    folder = os.path.dirname(source.file)
    for path, _, key in key_sites(draft.spec):
        if key.name in named.keys:
            continue
        try:
            text = _key_text(os.path.join(folder, key.file), files)
            named.keys[key.name] = public_key(key.name, text, os.path.join(folder, key.file))
            named.texts.append(text)
        except NotAPublicKey as error:
            target = files.link_out(key.file, folder, source.folder)
            half = _public_half(key.file, files.beside(os.path.join(folder, key.file)))
            do = f"write {half}, the public half" if half and error.is_elsewhere else error.do
            problem = (
                link_out(target, source.folder, "not a usable public key") if target else (error.what, do)
            )
            draft.add(Fault(*problem, (*path, "file")))
    _same_key(draft, named)
    return named


def _same_key(draft: SpecDraft, named: _KeyFiles) -> None:
    """Add a problem for each key that has two names: a rotation to the same key replaces nothing."""
    first: dict[str, str] = {}
    reported: set[str] = set()
    for path, _, key in key_sites(draft.spec):
        pem = named.keys.get(key.name)
        if pem is None:
            continue
        other = first.setdefault(pem.der_sha256, key.name)
        if other != key.name and key.name not in reported:
            reported.add(key.name)
            what = f"the keys {shown(other)} and {shown(key.name)} are the same key: only the names differ"
            folder = os.path.dirname(os.path.join(os.path.dirname(draft.document.source.file), key.file))
            do = f"run `{new_pair(key.name, folder)}` and write its file here, or delete one of the two"
            draft.add(Fault(what, do, (*path, "file")))


def _public_half(file: str, beside: Iterable[str]) -> str:
    """Return the public half that is beside a key file, as the spec should name it; empty if there is none."""
    folder, name = os.path.split(file)
    stem = name.removesuffix(".pem").removesuffix(".pub")
    wanted = stem + PUBLIC_HALF
    return os.path.join(folder, wanted) if wanted in beside and wanted != name else ""


def _make_key(file: str) -> str:
    """Return how to get the public key for this file."""
    folder, name = os.path.split(file)
    path = "or correct the path, which is relative to this spec"
    if not name.endswith(PUBLIC_HALF) or name == PUBLIC_HALF:
        return f"put the public half of a key pair there, {path}"
    return f"run `{new_pair(name.removesuffix(PUBLIC_HALF), folder)}`, {path}"


def _key_text(file: str, files: Files) -> str:
    """Return the text of a key file. Raises NotAPublicKey if the file cannot be one."""
    do = "write the path of its PEM file, relative to this spec"
    try:
        if not files.is_regular(file):
            raise NotAPublicKey(f"{shown(file)} is not a file", do)
        content = files.read(file, MAX_KEY_FILE)
    except FileNotFoundError as error:
        raise NotAPublicKey(
            f"{why_unread(error)}: {shown(file)}", _make_key(file), is_elsewhere=True
        ) from error
    except (OSError, ValueError) as error:
        raise NotAPublicKey(f"the key in {shown(file)}: {why_unread(error)}", do) from error
    if len(content) > MAX_KEY_FILE:
        raise NotAPublicKey(f"{shown(file)} is too large for a public key", do)
    return content.decode("utf-8", "replace")
