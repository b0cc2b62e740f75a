"""The owned fields of a raw configuration: how each is read, written and shown, and when a change is dangerous.

A configuration is never built from the spec. The owned fields are set in the document that was read, so that all other
members survive. For a new distribution, they are set in AWS's defaults.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from cfstream.errors import Notice
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard
from cfstream.steps.step import Change
from cfstream.values import Json, copied, plain

HazardsOf = Callable[[Any, Any], tuple[Hazard, ...]]
"""Return the hazards of a change from one value to another."""


def no_hazards(_before: Any, _after: Any) -> tuple[Hazard, ...]:
    """Return no hazard: most changes are harmless."""
    return ()


WarningsOf = Callable[[Any, Any], Iterator[str]]
"""Yield what people must know of a change from one value to another although it is not a hazard."""


def no_warnings(_before: Any, _after: Any) -> Iterator[str]:
    """Yield nothing: the plan shows the change itself."""
    yield from ()


@dataclass(frozen=True)
class OwnedField:
    """One owned field of a configuration. `read` returns the value in the form of `want`, to compare them."""

    path: str
    """Its path in the spec."""
    want: Any
    read: Callable[[Json], Any]
    write: Callable[[dict[str, Any], Any], None]
    show: Callable[[Any], Any] = plain
    hazards: HazardsOf = no_hazards
    warnings: WarningsOf = no_warnings


@dataclass(frozen=True)
class Overlay:
    """A configuration with our fields set, and what that changed."""

    config: Json
    changes: tuple[Change, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    notices: tuple[Notice, ...] = ()


def overlay(base: Json, fields: Iterable[OwnedField]) -> Overlay:
    """Return `base` with each field as wanted, in a copy if anything changes.

    Law: setting the same fields in the result changes nothing.
    """
    config: Json = base
    own: dict[str, Any] | None = None
    changes: list[Change] = []
    hazards: list[Hazard] = []
    notices: list[Notice] = []
    for field in fields:
        before = field.read(config)
        if before == field.want:
            continue
        if own is None:
            config = own = copied(base)
        field.write(own, field.want)
        hazards.extend(replace(each, field=field.path) for each in field.hazards(before, field.want))
        warnings = field.warnings(before, field.want)
        notices.extend(Notice(text, warning=True, always=True) for text in warnings)
        changes.append(Change(field.path, field.show(before), field.show(field.want)))
    return Overlay(config, tuple(changes), tuple(dict.fromkeys(hazards)), tuple(notices))


def creation(base: Json, fields: Iterable[OwnedField]) -> Overlay:
    """Return `base`, AWS's defaults, with each field as wanted.

    The changes show every field from None to its value, except empty values that equal the default.
    """
    config = copied(base)
    changes: list[Change] = []
    for field in fields:
        shown = field.show(field.want)
        says = shown not in ("", [], {}, False) or field.read(config) != field.want
        if says and shown is not None:
            changes.append(Change(field.path, None, shown))
        field.write(config, field.want)
    return Overlay(config, tuple(changes))


def scalar(path: str, name: str, want: Any, hazards: HazardsOf = no_hazards) -> OwnedField:
    """Return a field that is one member at the top of the configuration."""

    def write(config: dict[str, Any], value: Any) -> None:
        config[name] = value

    return OwnedField(path, want, lambda config: config.get(name, type(want)()), write, hazards=hazards)
