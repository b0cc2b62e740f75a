"""Moving a name in one call: both sides must be as planned, and a lost reply is checked."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from cfstream.errors import ReplyLost, Stale, VersionMoved
from cfstream.ports import Answer, Call
from cfstream.steps.ledger import Ledger
from cfstream.steps.move_alias import MoveAlias
from cfstream.steps.step import Stage, StepContext
from cfstream.values import Address, ETag, Json
from tests.unit.steps.buckets import Clock

NAME = "media.example.com"
Event = Callable[["Account"], None]


class Account:
    """Two distributions, one of which has the name.

    `events` happen before the writes. `lag` reads show the former state of the stack's own.
    """

    def __init__(self, *events: Event, lag: int = 0) -> None:
        self.aliases: dict[str, list[str]] = {"EOLD": [NAME], "ENEW": []}
        self.comment = "ours"
        self.version = 1
        self.writes = 0
        self._events = list(events)
        self._lag = lag
        self._seen: list[str] | None = None

    def write(self, call: Call) -> Json:
        self.writes += 1
        event = self._events.pop(0) if self._events else None
        if event and event is not lose:
            event(self)
        if call.params["IfMatch"] != f"E{self.version}":
            raise VersionMoved("UpdateDomainAssociation", "PreconditionFailed", "no", status=412)
        self._seen = self.aliases["ENEW"]
        self.aliases = {"EOLD": [], "ENEW": [NAME]}
        self.version += 1
        if event is lose:
            raise ReplyLost("the connection was closed")
        return {"ETag": f"E{self.version}"}

    def read(self, call: Call) -> Json:
        aliases = self.aliases[call.params["Id"]]
        if call.params["Id"] == "ENEW" and self._seen is not None and self._lag > 0:
            self._lag -= 1
            aliases = self._seen
        config = {"Comment": self.comment, "Aliases": {"Quantity": len(aliases), "Items": aliases}}
        return {"DistributionConfig": config, "ETag": f"E{self.version}"}

    def items(self, call: Call) -> Sequence[Json]:
        raise AssertionError(call)

    def pages(self, call: Call) -> Iterator[Json]:
        raise AssertionError(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)


def lose(account: Account) -> None:
    """The reply to the write is lost."""


def touch(account: Account) -> None:
    """The stack's distribution gets a new ETag with the same content."""
    account.version += 1


def edit(account: Account) -> None:
    """Someone edits the stack's distribution."""
    account.version, account.comment = account.version + 1, "theirs"


def take(account: Account) -> None:
    """Someone removes the name."""
    account.version, account.aliases = account.version + 1, {"EOLD": [], "ENEW": []}


def done(account: Account) -> Any:
    """Return the outputs of the step."""
    step = MoveAlias(
        address=Address("distribution", "new"),
        stage=Stage.MOVE,
        because="",
        alias=NAME,
        holder="EOLD",
        target="ENEW",
        expected={"Comment": "ours"},
        etag=ETag("E1"),
    )
    return step.perform(StepContext(account, Clock(), {}, Ledger(), lambda text, fraction: None))


@pytest.mark.parametrize(
    ("account", "writes"),
    [
        (Account(), 1),
        (Account(lose), 1),
        (Account(lose, lag=2), 1),
        (Account(touch), 2),
        (Account(touch, lose, lag=1), 2),
    ],
    ids=["plain", "answer lost", "answer lost, and reads that lag", "new ETag", "all of it"],
)
def test_the_name_moves_once(account: Account, writes: int) -> None:
    """A lost reply does not matter, and a second run finds it done."""
    assert done(account) == {"etag": f"E{account.version}"}
    assert (account.aliases, account.writes) == ({"EOLD": [], "ENEW": [NAME]}, writes)
    assert done(account) == {"etag": f"E{account.version}"}
    assert account.writes == writes


@pytest.mark.parametrize("event", [edit, take], ids=["ours was edited", "the name is gone"])
def test_a_name_that_moved_meanwhile_does_not_move(event: Event) -> None:
    """The step is stale, and the name does not move."""
    account = Account(event)
    with pytest.raises(Stale):
        done(account)
    assert account.aliases["ENEW"] == []


def test_an_etag_that_never_holds_ends_it() -> None:
    """After some attempts, the refusal is reported."""
    account = Account(*[touch] * 9)
    with pytest.raises(VersionMoved):
        done(account)
    assert account.aliases["EOLD"] == [NAME]
