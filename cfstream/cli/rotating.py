"""From the arguments of `keys rotate` to one edit of the spec: which stage it is, and what that stage writes."""

import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, assert_never

from cfstream.cli import connection
from cfstream.cli.key_pair import Pair, resume_pair
from cfstream.cli.spec_file import read_spec, replace_spec
from cfstream.cli.targets import scene_of
from cfstream.errors import SpecProblems, WrongUsage
from cfstream.inventory.rotation import (
    ApplyFirst,
    Begin,
    Stage,
    TakeOut,
    Wait,
    group_of,
    leaving_keys,
    names_taken,
    new_name,
    places_of,
    stage_of,
)
from cfstream.render.rotation import Rotated
from cfstream.spec.edit import Entry, Manuscript, append, remove
from cfstream.spec.keys import der_digest
from cfstream.spec.load import load
from cfstream.spec.stack import Stack
from cfstream.stack.declared_keys import DeclaredGroup

if TYPE_CHECKING:
    from datetime import timedelta

    from cfstream.stack.declared_keys import SpecPath


@dataclass(frozen=True)
class _Opened:
    """A spec that is to be edited: its file as text, its stack, and the group in question."""

    file: str
    text: str
    stack: Stack
    group: DeclaredGroup

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(key.name for key in self.group.keys)

    @property
    def validity(self) -> "timedelta":
        return self.stack.spec.sign.max_validity

    def with_key(self, entry: Entry) -> str:
        """The text with one more key in the group."""
        return append(self._manuscript(self.text), self._places, entry).text

    def without(self, leaving: tuple[str, ...], text: str) -> str:
        """`text` without these keys in the group."""
        edited = self._manuscript(text)
        for number in reversed(range(len(self.names))):
            if self.names[number] in leaving:
                edited = remove(edited, self._places, number)
        return edited.text

    def _manuscript(self, text: str) -> Manuscript:
        return Manuscript.at(text, self.stack.document.root.at)

    @property
    def _places(self) -> "tuple[SpecPath, ...]":
        return places_of(self.stack.spec, self.group.name)


def rotate(spec: str, name: str | None, *, new: str | None, now: bool) -> Rotated:
    """Takes the rotation of a key group, or of the only one, one stage further, as far as the spec goes.

    Raises SpecProblems, WrongUsage and CannotEdit before anything is written.
    """
    text = read_spec(spec)
    opened = _Opened(spec, text, *group_of(load([spec]), name))
    name, leaving = opened.group.name, leaving_keys(opened.group)
    if now:
        return _take_out(opened, leaving, cuts=True) if leaving else _begin(opened, new, now=True)
    stage, today = _stage(opened.stack, opened.group)
    match stage:
        case Begin():
            return _begin(opened, new, now=False)
        case TakeOut():
            return _take_out(opened, stage.leaving, cuts=False)
        case ApplyFirst():
            return Rotated("apply-first", spec, name, opened.validity, why=stage.why, cuts_viewers=stage.cuts)
        case Wait():
            left = max(1, int((stage.until - today).total_seconds()) + 1)
            return Rotated(
                "waiting",
                spec,
                name,
                opened.validity,
                leaving=stage.leaving,
                until=stage.until,
                seconds_left=left,
            )
        case _:
            assert_never(stage)


def _stage(stack: Stack, group: DeclaredGroup) -> tuple[Stage, datetime]:
    """Which stage comes next, and at what time that was told; a group that was never rotated needs no AWS for it."""
    if not any(key.replaces for key in group.keys):
        return Begin(), connection.current().clock().now()
    world = connection.current().world()
    scene = scene_of(stack, world)
    return stage_of(world.reads(), scene, group), scene.now or world.clock.now()


def _begin(opened: _Opened, new: str | None, *, now: bool) -> Rotated:
    """Makes the key, and then writes it into the spec, so that the spec never names a file that is not there."""
    newest = opened.group.keys[-1]
    folder = os.path.dirname(newest.file)
    taken = names_taken(opened.stack.spec)
    name = new or new_name(newest.name, connection.current().clock().now(), taken)
    if name in taken:
        raise WrongUsage(
            f"the spec knows a key {name} already, and a key cannot change", "choose another --name"
        )
    file = os.path.join(folder, f"{name}.pub.pem")
    edited = opened.with_key({"name": name, "file": file, "replaces": opened.names})
    if now:
        edited = opened.without(opened.names, edited)
    pair = resume_pair(
        os.path.join(os.path.dirname(opened.file), folder), name, _kind(opened.stack, newest.name)
    )
    _refuse_old_key(opened.stack, pair)
    _write(opened, edited)
    return Rotated(
        "begun",
        opened.file,
        opened.group.name,
        opened.validity,
        line=_new_line(opened.text, edited),
        joined=name,
        leaving=opened.names,
        private_file=str(pair.private),
        public_file=str(pair.public),
        made=pair.made,
        cuts_viewers=now,
    )


def _take_out(opened: _Opened, leaving: tuple[str, ...], *, cuts: bool) -> Rotated:
    _write(opened, opened.without(leaving, opened.text))
    return Rotated(
        "taken-out", opened.file, opened.group.name, opened.validity, leaving=leaving, cuts_viewers=cuts
    )


def _kind(stack: Stack, name: str) -> Literal["rsa", "ecdsa"]:
    """The kind of the key that is replaced: a PEM of RSA has nine lines, one of P-256 four."""
    return "rsa" if len(stack.public_keys[name].pem.splitlines()) > 4 else "ecdsa"


def _refuse_old_key(stack: Stack, pair: Pair) -> None:
    """A pair that was there already must not be one that it replaces."""
    found = der_digest(pair.public.read_text("utf-8", "replace"))
    same = [key.name for key in stack.public_keys.values() if key.der_sha256 == found]
    if same:
        raise WrongUsage(f"{pair.private} is the key {same[0]} under another name", "choose another --name")


def _write(opened: _Opened, text: str) -> None:
    """Writes the new text, and takes it back if the spec then has a problem."""
    replace_spec(opened.file, text)
    try:
        load([opened.file])
    except SpecProblems:
        replace_spec(opened.file, opened.text)
        raise


def _new_line(old: str, new: str) -> int:
    """The number of the first line that is new."""
    before = set(old.splitlines())
    return next((number for number, line in enumerate(new.splitlines(), 1) if line not in before), 0)
