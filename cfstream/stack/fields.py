"""The fields of a raw config that a spec owns: how each is read, written, shown, and when changing it is dangerous.

A config is never built from the spec: the owned fields are laid over the document that was read, so that all that
others put there survives. A new distribution is the same overlay over AWS's defaults.
"""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cfstream.steps.hazards import Hazard
from cfstream.steps.step import Change
from cfstream.values import Json, plain

Danger = Callable[[Any, Any], tuple[Hazard, ...]]


def no_danger(_before: Any, _after: Any) -> tuple[Hazard, ...]:
    """Most changes are harmless."""
    return ()


@dataclass(frozen=True)
class OwnedField:
    """One owned field of a config. `read` gives the value in the form of `want`, so that equal means equal."""

    path: str
    """Its path in the spec."""
    want: Any
    read: Callable[[Json], Any]
    write: Callable[[dict[str, Any], Any], None]
    show: Callable[[Any], Any] = plain
    danger: Danger = no_danger


@dataclass(frozen=True)
class Overlay:
    """A config with our fields laid over it, and what that changed."""

    config: Json
    changes: tuple[Change, ...] = ()
    hazards: tuple[Hazard, ...] = ()


def overlay(base: Json, fields: Iterable[OwnedField]) -> Overlay:
    """`base` with each field as wanted. Law: laying the same fields over the result changes nothing."""
    config = copy.deepcopy(dict(base))
    changes: list[Change] = []
    hazards: list[Hazard] = []
    for field in fields:
        before = field.read(config)
        if before == field.want:
            continue
        field.write(config, field.want)
        hazards.extend(field.danger(before, field.want))
        changes.append(Change(field.path, field.show(before), field.show(field.want)))
    return Overlay(config, tuple(changes), tuple(dict.fromkeys(hazards)))


def creation(base: Json, fields: Iterable[OwnedField]) -> Overlay:
    """`base`, AWS's defaults, with each field as wanted; every field that says something is a change from nothing.

    A field that says no more than AWS's own nothing (no comment, no logs) is not shown.
    """
    config = copy.deepcopy(dict(base))
    changes: list[Change] = []
    for field in fields:
        shown = field.show(field.want)
        says = shown not in ("", [], False) or field.read(config) != field.want
        if says and shown is not None:
            changes.append(Change(field.path, None, shown))
        field.write(config, field.want)
    return Overlay(config, tuple(changes))


def scalar(path: str, name: str, want: Any, danger: Danger = no_danger) -> OwnedField:
    """A field that is one value at the top of the config."""

    def write(config: dict[str, Any], value: Any) -> None:
        config[name] = value

    return OwnedField(path, want, lambda config: config.get(name, type(want)()), write, danger=danger)
