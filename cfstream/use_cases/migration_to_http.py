"""``migrate --to http``: writes an http spec beside the rtmp one, and on the next run moves the host names to it."""

import os
from pathlib import Path

from cfstream.errors import WrongUsage
from cfstream.migration.beside import hand_over, name_beside, stack_beside
from cfstream.migration.player_urls import PlayerUrl, forms, mapped
from cfstream.spec.edit import BOM, EditableDocument
from cfstream.spec.load import load
from cfstream.spec.stack import Stack
from cfstream.use_cases.migration import Migrated, MigrationRequest, WrittenFile, check_texts, chosen, names
from cfstream.use_cases.spec_file import create_spec, read_spec, replace_spec


def migrate_to_http(asked: MigrationRequest) -> Migrated:
    """Advance the migration by one stage: write the new spec, then move the host names; after that, do nothing.

    Raises SpecProblems, WrongUsage and CannotEdit before anything is written.
    """
    stacks = chosen(load([asked.spec]), asked)
    if not stacks:
        return Migrated("nothing", asked.spec, asked.to)
    old = stacks[0]
    if old.spec.delivery == "http":
        return Migrated("nothing", asked.spec, asked.to, stacks=names(stacks))
    file = asked.out or _file_beside(asked.spec, old)
    table = tuple(map(mapped, asked.urls)) or forms(old.spec.cnames or ())
    if not Path(file).exists():
        return _begun(asked, old, file, table)
    new = _stack_in(file, old)
    if not old.spec.cnames:
        table = tuple(map(mapped, asked.urls)) or forms(new.spec.cnames or ())
        return Migrated("over", asked.spec, asked.to, stacks=names(stacks), new_spec=file, urls=table)
    return _handed_over(asked, old, new, table)


def _begun(asked: MigrationRequest, old: Stack, file: str, urls: tuple[PlayerUrl, ...]) -> Migrated:
    """Write the new spec."""
    mark = BOM if read_spec(asked.spec).startswith(BOM) else ""
    text = mark + stack_beside(old, name_beside(old.spec))
    check_texts({file: text})
    if not asked.dry_run:
        create_spec(file, text)
    return Migrated(
        "begun",
        asked.spec,
        asked.to,
        stacks=(old.spec.name, name_beside(old.spec)),
        files=(WrittenFile(file, "", text),),
        new_spec=file,
        urls=urls,
        dry_run=asked.dry_run,
        names=tuple(old.spec.cnames or ()),
    )


def _handed_over(asked: MigrationRequest, old: Stack, new: Stack, urls: tuple[PlayerUrl, ...]) -> Migrated:
    """Move the host names from the old spec to the new one."""
    before = {stack.path: read_spec(stack.path) for stack in (old, new)}
    done = hand_over(_editable(before, old), old.spec, _editable(before, new), new.spec)
    after = {new.path: done.new.text, old.path: done.old.text}
    check_texts(after)
    if not asked.dry_run:
        # The new spec first: if this stops, both specs have the names, plan refuses that, and the next run finishes.
        for path, text in after.items():
            replace_spec(path, text)
    return Migrated(
        "handed-over",
        asked.spec,
        asked.to,
        stacks=(old.spec.name, new.spec.name),
        files=tuple(
            WrittenFile(path, before[path], after[path])
            for path in sorted(after)
            if before[path] != after[path]
        ),
        new_spec=new.path,
        urls=urls,
        dry_run=asked.dry_run,
        names=done.names,
    )


def _editable(texts: dict[str, str], stack: Stack) -> EditableDocument:
    return EditableDocument.at(texts[stack.path], stack.document.root.at)


def _file_beside(spec: str, old: Stack) -> str:
    folder = os.path.dirname(spec)
    stem = Path(spec).stem if len(load([spec])) == 1 else old.spec.name
    return os.path.join(folder, f"{stem}-http.yaml")


def _stack_in(file: str, old: Stack) -> Stack:
    """Return the new http stack. Raises WrongUsage if the file does not have exactly one for this bucket."""
    bucket = old.spec.bucket.name
    found = [
        stack for stack in load([file]) if stack.spec.delivery == "http" and stack.spec.bucket.name == bucket
    ]
    if len(found) != 1 or os.path.realpath(file) == os.path.realpath(old.path):
        raise WrongUsage(
            f"{file} exists, and does not have exactly one http stack for the bucket {bucket}",
            "name another file with --out",
        )
    return found[0]
