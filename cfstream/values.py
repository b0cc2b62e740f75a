"""Small named types that every package uses, without behavior beyond equality and text."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NewType, Self, TypeAlias

from cfstream.startup.frozen import dataclass

ETag = NewType("ETag", str)
"""A version of a CloudFront resource, exactly as AWS sent it."""

StepId = NewType("StepId", str)
"""``<verb> <address>``, with ``#2`` for a second one: the id of a step in plans and reports."""

Account = NewType("Account", str)
"""Twelve digits. It is a string because an account number may start with a zero."""

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port of a URL without one, by its scheme."""

Json: TypeAlias = Mapping[str, Any]
"""A document in AWS's format: nested dicts, lists and scalars."""


class Verb(StrEnum):
    """What a step does, in the order of the summary line."""

    CREATE = "create"
    ADOPT = "adopt"
    """The first change of a distribution that something else created."""
    MODIFY = "modify"
    GRANT = "grant"
    REVOKE = "revoke"
    WAIT = "wait"
    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True, order=True)
class Address:
    """The address of a resource in a stack: ``distribution:lectures``, ``public-key:lectures/lectures-2026-11``."""

    kind: str
    stack: str
    member: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.stack}" + (f"/{self.member}" if self.member else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the address for `text`. Raises ValueError if it is not valid."""
        kind, colon, rest = text.partition(":")
        stack, _, member = rest.partition("/")
        if not (kind and colon and stack):
            raise ValueError(
                f"{text!r} is not a valid address: write <kind>:<stack> or <kind>:<stack>/<member>"
            )
        return cls(kind, stack, member)


@dataclass(frozen=True)
class Ref:
    """A value that is known after a step of the same plan: the step's output named `output`."""

    step: StepId
    output: str = "id"


@dataclass(frozen=True)
class Joined:
    """Text with parts that are not known yet: ``Joined(("origin-access-identity/cloudfront/", Ref(…)))``."""

    parts: tuple[str | Ref, ...]


Known: TypeAlias = str | Ref | Joined
"""An id, or a reference to the step after which it is known."""


def step_id(verb: Verb, address: Address, nth: int = 1) -> StepId:
    """Return the id of the `nth` step with this verb and address."""
    return StepId(f"{verb} {address}" + (f"#{nth}" if nth > 1 else ""))


def refs_in(value: object) -> tuple[Ref, ...]:
    """Return every Ref inside a nested document, in order."""
    match value:
        case Ref():
            return (value,)
        case Mapping():
            return tuple(ref for item in value.values() for ref in refs_in(item))
        case list() | tuple():
            return tuple(ref for item in value for ref in refs_in(item))
        case Joined(parts):
            return refs_in(parts)
    return ()


def resolve(value: Any, outputs: Mapping[StepId, Mapping[str, str]]) -> Any:
    """Return `value` with every Ref replaced by its step's output.

    Raises KeyError if the step has no such output yet. The plan's order is then wrong, which is a bug.
    """
    match value:
        case Ref(step, output):
            return outputs[step][output]
        case Joined(parts):
            return "".join(resolve(part, outputs) for part in parts)
        case Mapping():
            return {key: resolve(item, outputs) for key, item in value.items()}
        case list() | tuple():
            return [resolve(item, outputs) for item in value]
    return value


_LEAVES = frozenset({str, int, bool, float, type(None)})
"""Types of values without parts: most of a document, and asking for a Mapping takes ten times as long."""


def plain(value: Any) -> Any:
    """Return `value` for JSON: a Ref becomes ``{"known_after": "<step id>"}``, tuples and sets become lists."""
    return value if value.__class__ in _LEAVES else _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case Ref(step, _):
            return {"known_after": step}
        case Joined(parts):
            refs = refs_in(parts)
            return plain(refs[0]) if refs else "".join(str(part) for part in parts)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
    return value


def copied(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a document whose mappings and lists can be changed without changing `document`.

    `copy.deepcopy` takes five times as long, because it also looks for objects that occur twice.
    """
    return {name: _copied(member) for name, member in document.items()}


def _copied(member: Any) -> Any:
    if isinstance(member, dict):
        return {name: _copied(each) for name, each in member.items()}
    return [_copied(each) for each in member] if isinstance(member, list) else member


def digest(value: Any) -> str:
    """Return ``sha256:<hex>`` of the sorted compact JSON of `value`, which does not depend on the order of members."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
