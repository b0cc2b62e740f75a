"""The reference table: who each statement of a bucket policy admits."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from cfstream.access.policy import (
    Declared,
    Requester,
    candidates,
    classify,
    delegates_to_access_points,
    parsed,
)
from cfstream.access.reader import ANYONE, Certainty, May, ReaderKind
from cfstream.domain import Block
from tests.unit.access.policy.judged import judge

FILE = Path(__file__).with_name("statements.yaml")
ACCOUNT = "123456789012"
DECLARED = Declared(ACCOUNT, owner="a" * 64, identities=frozenset({"E74FTE3AEXAMPLE"}))
ALL_BLOCKS = Block(acls=True, ignore_acls=True, policy=True, restrict=True)
DEFAULTS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lectures-media/*"}


@dataclass(frozen=True)
class Row:
    """One policy, and who it admits."""

    name: str
    source: str
    statements: tuple[dict[str, Any], ...]
    judged: str
    """What is judged: a `May`, or "all"."""
    off: tuple[str, ...]
    on: tuple[str, ...]
    group: str = ""

    @property
    def policy(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [complete(each) for each in self.statements]}


def complete(statement: dict[str, Any]) -> dict[str, Any]:
    """Return the statement with the defaults of the table."""
    left_out = {"Action"} if "NotAction" in statement else set()
    return {**{name: value for name, value in DEFAULTS.items() if name not in left_out}, **statement}


@cache
def rows() -> tuple[Row, ...]:
    """Return the rows of the table."""
    return tuple(_rows(YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))))


def _rows(entries: list[dict[str, Any]]) -> Iterator[Row]:
    group = ""
    for each in entries:
        if "group" in each:
            group = each["group"]
            continue
        off = tuple(each["off"])
        on = tuple(each.get("on", off))
        yield Row(
            each["name"],
            each["source"],
            tuple(each["statements"]),
            each.get("judged", "read"),
            off,
            on,
            group,
        )


def found(row: Row, *, blocked: bool) -> tuple[str, ...]:
    """Return who the policy admits, in the terms of the table."""
    block = ALL_BLOCKS if blocked else Block()
    judged = tuple(May) if row.judged == "all" else (May(row.judged),)
    return tuple(line for may in judged for line in _lines(row, may, block, named=row.judged == "all"))


def _lines(row: Row, may: May, block: Block, *, named: bool) -> Iterator[str]:
    policy = tuple(each for each in parsed(row.policy) if not delegates_to_access_points(each, ACCOUNT))
    for requester in candidates(policy, ACCOUNT):
        judged = judge(policy, requester, may, ACCOUNT, block=block)
        if judged.verdict is Certainty.NO:
            continue
        place = classify(requester, may, DECLARED, [policy[index] for index in judged.allowed_by])
        parts = [who(requester), str(judged.verdict), str(place.reader_class)]
        if named:
            parts.insert(0, str(may))
        if judged.undecided:
            parts.append("not decided: " + ", ".join(judged.undecided))
        yield "; ".join(parts)


def who(requester: Requester) -> str:
    """Return the reader, with the way if its name does not show it."""
    reader = requester.reader
    if reader == ANYONE or reader.kind in (ReaderKind.ACCOUNT, ReaderKind.SERVICE):
        return f"{reader} {requester.via}".rstrip()
    return str(reader)
