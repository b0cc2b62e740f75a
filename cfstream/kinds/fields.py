"""The fields of a raw config that a spec owns: how each is read, written, shown, and when changing it is dangerous.

A config is never built from the spec: the owned fields are laid over the document that was read, so that all that
others put there survives. A new distribution is the same overlay over AWS's defaults.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from cfstream.domain import Signers, bucket_of, document
from cfstream.kinds.kind import Scene
from cfstream.steps.step import Change, Hazard
from cfstream.values import Json, plain

Danger = Callable[[Any, Any], tuple[Hazard, ...]]


def no_danger(_before: Any, _after: Any) -> tuple[Hazard, ...]:
    """Most changes are harmless."""
    return ()


@dataclass(frozen=True)
class Field:
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


def overlay(base: Json, fields: Iterable[Field]) -> Overlay:
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


def creation(base: Json, fields: Iterable[Field]) -> Overlay:
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


def common_fields(scene: Scene, apart: Set[str] = frozenset()) -> list[Field]:
    """The fields that both kinds of distribution have in the same place. What the spec leaves out is not ours.

    Names that are `apart` come and go by a call of their own, and stay on or off as they are.
    """
    spec = scene.stack.spec
    fields = [scalar("enabled", "Enabled", spec.enabled)]
    if spec.comment is not None:
        fields.append(scalar("comment", "Comment", spec.comment))
    if spec.price_class is not None:
        fields.append(scalar("price_class", "PriceClass", spec.price_class))
    if spec.cnames is not None:
        fields.append(_aliases(spec.cnames, apart))
    if spec.logging is not None:
        fields.append(_logging(spec.logging))
    return fields


def normal(signers: Signers, account: str) -> Signers:
    """Return the signers with our own account as ``self``: the console and the API spell it differently."""
    return replace(signers, accounts=normal_signers(signers.accounts, account))


def normal_signers(accounts: Iterable[str], account: str) -> tuple[str, ...]:
    """Return account numbers in one order, our own as ``self``."""
    return tuple(sorted({"self" if number == account else number for number in accounts}))


def opened(path: str, signed: Callable[[Json], bool]) -> Field:
    """What a plan says where nobody needs to sign; the fields of the signers, which are then empty, write it."""

    def write(_config: dict[str, Any], _value: Any) -> None: ...

    return Field(path, want=True, read=lambda config: not signed(config), write=write)


def scalar(path: str, name: str, want: Any, danger: Danger = no_danger) -> Field:
    """A field that is one value at the top of the config."""

    def write(config: dict[str, Any], value: Any) -> None:
        config[name] = value

    return Field(path, want, lambda config: config.get(name, type(want)()), write, danger=danger)


def _aliases(cnames: Iterable[str], apart: Set[str]) -> Field:
    def write(config: dict[str, Any], value: Any) -> None:
        document.set_aliases(config, {*value, *(document.aliases(config) & apart)})

    def danger(before: Any, after: Any) -> tuple[Hazard, ...]:
        gone = sorted(set(before) - set(after))
        text = f"{', '.join(gone)}: viewers who use this host name get no answer"
        return (Hazard("cuts-viewers", text),) if gone else ()

    want = tuple(sorted({name.lower() for name in cnames} - apart))
    return Field(
        "cnames", want, lambda config: tuple(sorted(document.aliases(config) - apart)), write, danger=danger
    )


def _logging(logging: Any) -> Field:
    want = {"bucket": logging.bucket, "prefix": logging.prefix} if logging else None

    def read(config: Json) -> Mapping[str, str] | None:
        live = config.get("Logging") or {}
        if not live.get("Enabled"):
            return None
        return {"bucket": bucket_of(live["Bucket"]) or live["Bucket"], "prefix": live.get("Prefix", "")}

    def write(config: dict[str, Any], value: Any) -> None:
        live = dict(config.get("Logging") or {})
        live["Enabled"] = bool(value)
        live["Bucket"] = f"{value['bucket']}.s3.amazonaws.com" if value else ""
        live["Prefix"] = value["prefix"] if value else ""
        if not value and "IncludeCookies" in live:
            # CloudFront turns it off by itself, and what was sent would never read back.
            live["IncludeCookies"] = False
        config["Logging"] = live

    return Field("logging", want, read, write, show=lambda value: value if value else False)
