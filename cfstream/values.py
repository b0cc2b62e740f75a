"""Small types with names, used on every floor of the house. No behaviour beyond equality and text."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType, Self, TypeAlias

ETag = NewType("ETag", str)
"""A version of a CloudFront resource, kept exactly as AWS gave it."""

StepId = NewType("StepId", str)
"""``<verb> <address>``, with ``#2`` on a repeat; the name of a step in plans and reports."""

Account = NewType("Account", str)
"""Twelve digits; a string, for an account number may begin with a zero."""

Json: TypeAlias = Mapping[str, Any]
"""A document as AWS speaks it: nested dicts, lists and scalars."""


class Verb(StrEnum):
    """What a step does. The order is the order of the summary line."""

    CREATE = "create"
    ADOPT = "adopt"
    """The first change of a distribution that was made elsewhere."""
    MODIFY = "modify"
    GRANT = "grant"
    REVOKE = "revoke"
    WAIT = "wait"
    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True, order=True)
class Address:
    """Where a resource stands in a stack: ``distribution:lectures``, ``public-key:lectures/lectures-2026-11``."""

    kind: str
    stack: str
    member: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.stack}" + (f"/{self.member}" if self.member else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that `text` spells; ValueError when it spells none."""
        kind, colon, rest = text.partition(":")
        stack, _, member = rest.partition("/")
        if not (kind and colon and stack):
            raise ValueError(f"{text!r} is no address: write <kind>:<stack> or <kind>:<stack>/<member>")
        return cls(kind, stack, member)


@dataclass(frozen=True)
class Ref:
    """A value that a step of the same plan will bring: its output `output`, known once it has run."""

    step: StepId
    output: str = "id"


@dataclass(frozen=True)
class Joined:
    """Text with values in it that are not all known yet: ``Joined(("origin-access-identity/cloudfront/", Ref(…)))``."""

    parts: tuple[str | Ref, ...]


Known: TypeAlias = str | Ref | Joined
"""An id that AWS has given already, or the step that will bring it."""


def step_id(verb: Verb, address: Address, nth: int = 1) -> StepId:
    """The id of the `nth` step with this verb on this address."""
    return StepId(f"{verb} {address}" + (f"#{nth}" if nth > 1 else ""))


def refs_in(value: object) -> tuple[Ref, ...]:
    """Every Ref inside a nested document, in the order in which they stand."""
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
    """`value` with every Ref replaced by what its step brought.

    Raises KeyError for a Ref whose step has brought nothing: the plan's order is then wrong, which is a bug.
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


def plain(value: Any) -> Any:
    """`value` as JSON can say it: a Ref becomes ``{"known_after": "<step id>"}``, tuples and sets become lists."""
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


def digest(value: Any) -> str:
    """``sha256:<hex>`` of the sorted compact JSON of `value`; the same for the same content, however it was ordered."""
    text = json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
