"""The doors to the outside. Whoever is handed none of them cannot go out; whoever holds only `Reads` cannot write."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from cfstream.errors import Refused
from cfstream.values import Account, Json

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Call:
    """One AWS API call as data: boto3's names for service and operation, parameters as botocore wants them.

    `region` is for S3 calls only: the bucket's region, empty for the session's own.
    """

    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""


Answer: TypeAlias = Json | Refused
"""What a read brought: the reply, or the refusal as a value, for whom a refusal is an answer too."""


class Reads(Protocol):
    """The door in: nothing that passes here changes anything."""

    def read(self, call: Call) -> Json:
        """The reply to one call. Raises Refused, Unreachable or NoCredentials."""
        ...

    def items(self, call: Call) -> Sequence[Json]:
        """All items of a list call, over all its pages. The same list is read once in a run. Raises as `read`."""
        ...

    def pages(self, call: Call) -> Iterator[Json]:
        """A list call's replies page by page, none kept: for lists without a bound. Raises as `read`."""
        ...

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        """The answers to several calls, made at the same time, in the order of `calls`; refusals are values here."""
        ...


class Writes(Reads, Protocol):
    """The port for changes. A write is sent once and never repeated here, not even a throttled one.

    The step that needs the write decides whether to repeat it, after it has looked at what is live.
    """

    def write(self, call: Call) -> Json:
        """Return the reply to one write. Raises Refused, Unreachable, ReplyLost or NoCredentials."""
        ...


Turn: TypeAlias = Callable[[Call], AbstractContextManager[None]]
"""What a step holds while it reads a document that has no ETag and writes it back.

It is given the write. It waits, before the document is read, for all that the write would wait for: a free slot, a
client, a connection. So the write follows the reply to the read at once.
"""


def no_turn(_call: Call) -> AbstractContextManager[None]:
    """The turn where writes wait for nothing."""
    return nullcontext()


class Clock(Protocol):
    """Time, as something that tests can set."""

    def now(self) -> "datetime":
        """The time, with its zone (UTC)."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment; only differences mean anything."""
        ...

    def jitter(self) -> float:
        """A random number from 0 to 1, so that many waiters do not ask at the same moments."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns after that many seconds, or raises Interrupted at once when the run was interrupted."""
        ...


@dataclass(frozen=True)
class Visit:
    """One request of a viewer, as data. `url` is whole and stays as it is written: signatures cover each byte.

    Neither URL nor headers are in its repr: they may be all that it takes to get in.
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    by_way_of: str = ""
    """Whose address to connect to in place of the host's own, which stays in the Host header and in TLS."""


@dataclass(frozen=True)
class Reply:
    """What came back: header names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class Silence(StrEnum):
    """Why there was no reply."""

    NO_ADDRESS = "no address"
    """The name does not resolve."""
    NO_CONNECTION = "no connection"
    BAD_TLS = "bad TLS"
    """A connection came about, and no TLS that can be trusted."""
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class NoReply:
    """There was no reply: why, and what the network or TLS said about it."""

    silence: Silence
    said: str = ""


class Viewer(Protocol):
    """The door to the addresses that viewers use: without credentials, and nothing that passes here changes anything.

    `edge_url` is where every request is sent, whatever host it names; empty when each goes to its own host.
    """

    edge_url: str

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        """What came of several requests, made at the same time, in the order of `visits`. Redirects are replies."""
        ...

    def resolves(self, host: str) -> bool:
        """Whether the name has an address. With an edge every name has that of the edge."""
        ...


@dataclass(frozen=True)
class World:
    """The outside as one run sees it: whose account it is, and the doors."""

    account: Account
    partition: str
    """``aws``, ``aws-cn`` or ``aws-us-gov``: the second field of every ARN."""
    region: str
    """The session's region, for buckets that do not say theirs."""
    real_aws: bool
    """False when the endpoint is not Amazon's."""
    reads: Callable[[], Reads]
    """A fresh door in that remembers what it read: one plan reads each thing once."""
    aws: Writes
    """The door out; what it reads is never remembered."""
    clock: Clock
    turn: Turn = no_turn
    flags: str = ""
    """What a further command needs to reach the same AWS, for hints: `` --profile media``, with a space before each."""
