"""Rotates the keys of a group, one stage at a time: finds the stage, and edits the spec for it."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from cfstream.errors import Notice, SpecProblems, WrongUsage
from cfstream.kinds.key_group.rotation import (
    ApplyFirst,
    Begin,
    Complete,
    Stage,
    TakeOut,
    WaitForExpiry,
    gone_keys,
    group_of,
    leaving_keys,
    names_taken,
    new_name,
    places_of,
    stage_of,
    unreplaced_keys,
)
from cfstream.spec.edit import EditableDocument, Entry, append, remove
from cfstream.spec.keys import der_digest
from cfstream.spec.load import load
from cfstream.spec.stack import Stack
from cfstream.spec.wording import by_number, one_of
from cfstream.stack.declared_keys import DeclaredGroup
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.key_pairs import Pair, resume_pair
from cfstream.use_cases.spec_file import read_spec, replace_spec
from cfstream.use_cases.targets import own_context

if TYPE_CHECKING:
    from datetime import timedelta

    from cfstream.connection import Connection
    from cfstream.stack.declared_keys import SpecPath


RotationOutcome: TypeAlias = Literal["begun", "apply-first", "waiting", "taken-out", "complete"]


@dataclass(frozen=True)
class Rotated:
    """What a run found and wrote. The paths of files are relative like the user's."""

    outcome: RotationOutcome
    spec: str
    group: str
    validity: "timedelta"
    line: int = 0
    """The line of the new key in the spec."""
    joined: str = ""
    leaving: tuple[str, ...] = ()
    """The keys that have left the group, or will leave it."""
    remaining: tuple[str, ...] = ()
    """The keys of the group that another rotation could replace, if this one is complete."""
    named: tuple[str, ...] = ()
    """The keys that the same command names with ``--replaces``, because the group has others; none if it has no others.
    """
    private_file: str = ""
    public_file: str = ""
    made: bool = False
    """Whether the key files are new; False if an earlier run created them."""
    why: str = ""
    until: "datetime | None" = None
    seconds_left: int = 0
    cuts_viewers: bool = False
    flags: str = ""
    """The flags that the next commands need to reach the same AWS, with a space before each."""
    notices: tuple[Notice, ...] = ()
    """Notices about new key files."""


@dataclass(frozen=True)
class _Opened:
    """A spec to edit: its file as text, its stack, its key group, and the AWS that it describes."""

    file: str
    text: str
    stack: Stack
    group: DeclaredGroup
    connection: "Connection"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(key.name for key in self.group.keys)

    @property
    def validity(self) -> "timedelta":
        return self.stack.spec.sign.max_validity

    def with_key(self, entry: Entry) -> str:
        """Return the text with another key in the group."""
        return append(self._editable(self.text), self._places, entry).text

    def without(self, leaving: tuple[str, ...], text: str) -> str:
        """Return `text` without these keys in the group."""
        edited = self._editable(text)
        for number in reversed(range(len(self.names))):
            if self.names[number] in leaving:
                edited = remove(edited, self._places, number)
        return edited.text

    def _editable(self, text: str) -> EditableDocument:
        return EditableDocument.at(text, self.stack.document.root.at)

    @property
    def _places(self) -> "tuple[SpecPath, ...]":
        return places_of(self.stack.spec, self.group.name)


def rotate(
    spec: str,
    group: str | None,
    connection: "Connection",
    *,
    new: str | None = None,
    replaces: Sequence[str] = (),
    now: bool = False,
) -> Rotated:
    """Advance the rotation of a key group by one stage: edit the spec, and return what to do next.

    Without `group`, rotates the only key group of the spec. `new` names the new key, and `replaces` the keys that will
    leave; it is needed for a group with several keys, and for another rotation soon after one. With `now`, they leave
    at once.
    Raises SpecProblems, WrongUsage and CannotEdit before anything is written.
    """
    opened = _Opened(spec, read_spec(spec), *group_of(load([spec]), group), connection)
    _refuse_others(opened, replaces, now=now)
    done = _advance(opened, new, tuple(replaces), now=now)
    replaced = leaving_keys(opened.group) or (done.leaving if done.outcome == "begun" else tuple(replaces))
    others = [
        key.name
        for key in opened.group.keys
        if key.name not in replaced and not {*key.replaces} & {*replaced}
    ]
    return replace(done, flags=connection.flags(), named=replaced if others else ())


def _refuse_others(opened: _Opened, replaces: Sequence[str], *, now: bool) -> None:
    """Raise WrongUsage for a key that is not in the group, or while other keys are being replaced.

    With `now`, keys that are not being replaced can always be: they have leaked.
    """
    group, leaving = opened.group.name, leaving_keys(opened.group)
    if _ended(opened, replaces):
        return
    for name in replaces:
        if name not in opened.names:
            raise WrongUsage(f"the key group {group} has no key {name}", one_of(name, opened.names))
    leaked = now and not {*replaces} & {*leaving}
    if replaces and leaving and {*replaces} != {*leaving} and not leaked:
        are = by_number(leaving, "is", "are")
        do = "finish that first: run the command without --replaces"
        if not {*replaces} & {*leaving}:
            do += f". If {' or '.join(replaces)} has leaked, add --now"
        raise WrongUsage(f"{', '.join(leaving)} {are} already being replaced in {group}", do)


def _ended(opened: _Opened, replaces: Sequence[str]) -> bool:
    """Return whether all these keys have been replaced and have left the group: the command was repeated."""
    return bool(replaces) and {*replaces} <= {*gone_keys(opened.group)}


def _refuse_all_of_several(opened: _Opened, replaces: Sequence[str]) -> None:
    """Raise WrongUsage if a rotation would replace several keys by one, and the user has not named them."""
    if not replaces and len(opened.names) > 1:
        raise WrongUsage(
            f"the key group {opened.group.name} has {len(opened.names)} keys: {', '.join(opened.names)}",
            "name each key that the new one replaces: --replaces NAME",
        )


def _advance(opened: _Opened, new: str | None, replaces: tuple[str, ...], *, now: bool) -> Rotated:
    spec, name, leaving = opened.file, opened.group.name, leaving_keys(opened.group)
    replaced = tuple(each for each in opened.names if each in replaces) or opened.names
    ended = _ended(opened, replaces)
    if now and leaving and not {*replaces} - {*leaving}:
        return _take_out(opened, leaving, cuts=True)
    stage, today = (
        (Begin(), opened.connection.clock().now()) if now and replaces and not ended else _stage(opened)
    )
    match stage:
        case Begin() | Complete() if ended or (isinstance(stage, Complete) and not replaces):
            return _complete(opened, new, replaces, now=now)
        case Begin() | Complete():
            _refuse_all_of_several(opened, replaces)
            return _begin(opened, new, replaced, now=now)
        case TakeOut():
            return _take_out(opened, stage.leaving, cuts=False)
        case ApplyFirst():
            return Rotated("apply-first", spec, name, opened.validity, why=stage.why, cuts_viewers=stage.cuts)
        case WaitForExpiry():
            left = max(1, int((stage.until - today).total_seconds()) + 1)
            found = Rotated("waiting", spec, name, opened.validity, leaving=stage.leaving)
            return replace(found, until=stage.until, seconds_left=left)
        case _:
            assert_never(stage)


def _stage(opened: _Opened) -> tuple[Stage, datetime]:
    """Return the next stage, and the current time. Does not use AWS if the group was never rotated."""
    if not any(key.replaces for key in opened.group.keys):
        return Begin(), opened.connection.clock().now()
    context, world = own_context(opened.stack, opened.connection.world())
    return stage_of(world.reads(), context, opened.group), context.now or world.clock.aws_now()


def _begin(opened: _Opened, new: str | None, replaced: tuple[str, ...], *, now: bool) -> Rotated:
    """Create the key before editing the spec, so that the spec never names a missing file."""
    newest = next(key for key in reversed(opened.group.keys) if key.name in replaced)
    folder = os.path.dirname(newest.file)
    taken = names_taken(opened.stack.spec)
    name = new or new_name(newest.name, opened.connection.clock().now(), taken)
    if name in taken:
        raise WrongUsage(
            f"the spec already has a key {name}, and a key cannot change", "choose another --name"
        )
    edited = _with_new_key(opened, name, os.path.join(folder, f"{name}.pub.pem"), replaced, now=now)
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
        leaving=replaced,
        private_file=str(pair.private),
        public_file=str(pair.public),
        made=pair.made,
        cuts_viewers=now,
        notices=pair.notices,
    )


def _with_new_key(opened: _Opened, name: str, file: str, replaced: tuple[str, ...], *, now: bool) -> str:
    """Return the text with the new key; with `now`, without the keys that it replaces."""
    # A key that is removed now may be replacing others, which stay until their time: the new one replaces those too.
    removed = [key for key in opened.group.keys if now and key.name in replaced]
    others = {old for key in removed for old in key.replaces if old in opened.names and old not in replaced}
    edited = opened.with_key({"name": name, "file": file, "replaces": (*replaced, *sorted(others))})
    return opened.without(replaced, edited) if now else edited


def _complete(opened: _Opened, new: str | None, replaces: Sequence[str], *, now: bool) -> Rotated:
    """Return that nothing is left to do. Raises WrongUsage if the user asks for another rotation, but for no key."""
    if (new or now) and not replaces:
        left = ", ".join(gone_keys(opened.group))
        more = f"{' --now' * now}{f' --name {new}' if new else ''}"
        each = [f"--replaces {name}{more}" for name in unreplaced_keys(opened.group)]
        raise WrongUsage(
            f"the rotation of {left} is complete", f"name the key to replace: {' or '.join(each)}"
        )
    return Rotated(
        "complete",
        opened.file,
        opened.group.name,
        opened.validity,
        leaving=gone_keys(opened.group),
        remaining=unreplaced_keys(opened.group),
    )


def _take_out(opened: _Opened, leaving: tuple[str, ...], *, cuts: bool) -> Rotated:
    _write(opened, opened.without(leaving, opened.text))
    return Rotated(
        "taken-out", opened.file, opened.group.name, opened.validity, leaving=leaving, cuts_viewers=cuts
    )


def _kind(stack: Stack, name: str) -> Literal["rsa", "ecdsa"]:
    """Return the type of the key that is replaced: a PEM of RSA has nine lines, of P-256 four."""
    return "rsa" if len(stack.public_keys[name].pem.splitlines()) > 4 else "ecdsa"


def _refuse_old_key(stack: Stack, pair: Pair) -> None:
    """Raise WrongUsage if the stack already has this key pair under another name."""
    found = der_digest(pair.public.read_text("utf-8", "replace"))
    same = [key.name for key in stack.public_keys.values() if key.der_sha256 == found]
    if same:
        raise WrongUsage(f"{pair.private} contains the same key as {same[0]}", "choose another --name")


def _write(opened: _Opened, text: str) -> None:
    """Write the new text; restore the old one if the new one has a problem."""
    replace_spec(opened.file, text)
    try:
        load([opened.file])
    except SpecProblems:
        replace_spec(opened.file, opened.text)
        raise


def _new_line(old: str, new: str) -> int:
    """Return the number of the first new line; 0 if there is none."""
    before = set(old.splitlines())
    return next((number for number, line in enumerate(new.splitlines(), 1) if line not in before), 0)
