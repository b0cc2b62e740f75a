"""Interfaces to the outside: AWS, the clock, and viewers' addresses.

Code without one of them has no side effects. Code that only has `Reads` cannot write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from cfstream.errors import Refused, WrongUsage
from cfstream.startup.frozen import dataclass
from cfstream.values import Account, Json

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class ListedVersion:
    """The version of a document, from its row in a list."""

    etag: str
    modified: "datetime"


@dataclass(frozen=True)
class Call:
    """One AWS API call as data: boto3's names for service and operation, and botocore's parameters.

    `region` is only for S3 calls: the bucket's region, empty for the session's own.
    """

    service: str
    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    version: ListedVersion | None = None
    """The version that a list shows. A cache may answer a read with that version of the document."""


IDENTITY = Call("sts", "get_caller_identity")
"""Asks for the account and the ARN of the caller."""

Answer: TypeAlias = Json | Refused
"""The result of a read: the reply, or the refusal as a value."""


class Reads(Protocol):
    """The interface for reading. Nothing here changes anything."""

    def read(self, call: Call) -> Json:
        """Return the reply to one call. Raises Refused, Unreachable or NoCredentials."""
        ...

    def items(self, call: Call) -> Sequence[Json]:
        """Return all items of a list call, from all pages. A run reads the same list once. Raises as `read`."""
        ...

    def pages(self, call: Call) -> Iterator[Json]:
        """Yield a list call's replies page by page without keeping them, for unbounded lists. Raises as `read`."""
        ...

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        """Make several calls at the same time. Return the answers in the order of `calls`; refusals are values."""
        ...


class Writes(Reads, Protocol):
    """The interface for writing. A write is sent once and never repeated here, even if it is throttled.

    The step that needs the write decides whether to repeat it, after it has read the live state again.
    """

    def write(self, call: Call) -> Json:
        """Return the reply to one write. Raises Refused, Unreachable, ReplyLost or NoCredentials."""
        ...


Turn: TypeAlias = Callable[[Call], AbstractContextManager[None]]
"""The context in which a step reads a document without an ETag and writes it back.

It gets the write. Before the document is read, it waits for everything that the write needs: a free slot, a client, a
connection. So the write is sent immediately after the reply to the read.
"""


def no_turn(_call: Call) -> AbstractContextManager[None]:
    """Return a turn that waits for nothing."""
    return nullcontext()


class Clock(Protocol):
    """Time, which tests can set."""

    def now(self) -> "datetime":
        """Return this machine's time in UTC, with its zone."""
        ...

    def aws_now(self) -> "datetime":
        """Return AWS's time: never late, and a few seconds early. Before AWS has answered, it is `now`.

        Only this time can be compared with a time of AWS, because the clock of this machine may be wrong.
        """
        ...

    def note_date(self, header: str) -> None:
        """Learn AWS's time from the Date header of a reply that has just arrived."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment. Only differences are meaningful."""
        ...

    def jitter(self) -> float:
        """Return a random number from 0 to 1, to spread the requests of many waiting callers."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds. Raise Interrupted immediately if the run was interrupted."""
        ...


@dataclass(frozen=True)
class Visit:
    """One viewer's request, as data. `url` is complete and sent unchanged, because signatures cover every byte.

    URL and headers are not in its repr, because they may be enough to get access.
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    by_way_of: str = ""
    """The host to connect to instead of the URL's own, which stays in the Host header and in TLS."""


@dataclass(frozen=True)
class Reply:
    """The response: header names in lower case, and the beginning of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class NoReplyReason(StrEnum):
    """Why there was no reply."""

    NO_ADDRESS = "no address"
    """The name does not resolve."""
    NO_CONNECTION = "no connection"
    BAD_TLS = "bad TLS"
    """The connection was made, but its TLS certificate does not verify."""
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class NoReply:
    """There was no response: the reason, and the message from the network or TLS."""

    reason: NoReplyReason
    message: str = ""


class Viewer(Protocol):
    """The interface for requests to viewers' addresses, without credentials. Nothing here changes anything.

    `edge_url` is where every request is sent, for any host; empty if each request goes to its own host.
    """

    edge_url: str

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        """Send several requests at the same time. Return the answers in the order of `visits`, redirects as such."""
        ...

    def resolves(self, host: str) -> bool:
        """Return whether the name has an address. With an edge, every name has the edge's address."""
        ...


@dataclass(frozen=True)
class Role:
    """A role to assume, and the name of the session, which CloudTrail shows."""

    arn: str
    session: str

    @property
    def account(self) -> Account:
        return Account(self.arn.split(":")[4])


def no_roles(role: Role) -> "World":
    """Raise WrongUsage: this connection has no sessions of roles."""
    raise WrongUsage(
        f"{role.arn} cannot be assumed with this connection", "run the command with credentials of AWS"
    )


@dataclass(frozen=True)
class AclWork:
    """A change of many ACLs: exactly `permission` for `grantee` on every object under `prefix`; None revokes."""

    bucket: str
    region: str
    account: Account
    prefix: str
    beyond: str
    """Objects whose keys start with it are not changed; empty: all are."""
    grantee: str
    """The OAI's S3 canonical user id."""
    permission: str | None
    total: int = 0
    """How many objects there probably are; 0 if that is not known."""


class KeyLog(Protocol):
    """A list of objects that could not be changed, in a file."""

    place: str
    """The path of the file; empty if nothing was added, or if there is no file."""

    def add(self, key: str, why: str) -> None:
        """Add an object, and why it could not be changed. Never raises."""
        ...


class NoKeyLog:
    """A `KeyLog` without a file."""

    place = ""

    def add(self, key: str, why: str) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class AclHooks:
    """What a change of many ACLs needs from its step."""

    check: Callable[[], None] | None
    """The guard. It raises Stale if nothing may be written any more. None if nothing guards the change."""
    clock: Clock
    progress: Callable[["AclProgress"], None]
    log: KeyLog


@dataclass(frozen=True)
class AclProgress:
    """How far a change of many ACLs is."""

    done: int
    """Finished objects: changed, as wanted already, gone, or refused."""
    failed: int = 0
    skipped: int = 0
    """Objects of `done` that an earlier run finished."""
    troubles: Mapping[str, int] = field(default_factory=dict)
    """How often each error code was answered, those that a repetition healed included."""
    note: str = ""
    """A remark for the user, shown once."""


@dataclass(frozen=True)
class AclOutcome:
    """The end of a change of many ACLs."""

    done: int
    failed: int = 0
    first: tuple[str, Refused] | None = None
    """An object that was refused, and its refusal."""
    stopped_by: BaseException | None = None
    """Why the rest was not tried."""
    remark: str = ""
    """What the user must know about the end, beside `stopped_by`."""


class BulkAcls(Protocol):
    """A way to change many ACLs. Every way has the same result; they differ in speed.

    Laws: an object that already has the grant is not written; the grants of others stay; each attempt on an object
    starts with a read; the guard is checked before the first write, after each pause, and every 5 s.
    """

    def change(self, work: AclWork, hooks: AclHooks) -> AclOutcome:
        """Go through all objects. Raises nothing: what ends it is in the outcome."""
        ...


def no_bulk(_work: AclWork) -> BulkAcls | None:
    """Return no faster way to change many ACLs than that of the step."""
    return None


@dataclass(frozen=True)
class World:
    """The connection of a run to one account: the account, and the interfaces.

    The one that a command gets has the caller's own credentials. `assume` returns those of other accounts.
    """

    account: Account
    partition: str
    """``aws``, ``aws-cn`` or ``aws-us-gov``: the second field of every ARN."""
    region: str
    """The session's region, for buckets that do not name theirs."""
    real_aws: bool
    """False if the endpoint is not Amazon's."""
    reads: Callable[[], Reads]
    """Returns a new reader that remembers what it read, so that one plan reads everything once."""
    aws: Writes
    """The writer. What it reads is never remembered."""
    clock: Clock
    turn: Turn = no_turn
    bulk: Callable[[AclWork], BulkAcls | None] = no_bulk
    """Returns a faster way to change the ACLs of thousands of objects; None if there is none."""
    key_log: Callable[[str], KeyLog] = lambda _name: NoKeyLog()
    """Returns a list of objects, for a name that its file gets."""
    all_objects: bool = False
    """Whether the ACLs of all objects are read, and not a sample of a large bucket."""
    flags: str = ""
    """The flags that another command needs for the same AWS, for hints: `` --profile media``, with a leading space."""
    assume: Callable[[Role], "World"] = no_roles
    """Returns the connection with the credentials of a role: the same one for the same ARN.

    Raises CannotAssume, NoCredentials or Unreachable.
    """
