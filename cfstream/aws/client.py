"""Implement `ports.Writes` with botocore's clients. Each write is sent once.

botocore repeats reads (five attempts in total). Nothing below the steps repeats a write, because a document that was
read before a pause must not be sent after it. Every call is logged to ``cfstream``: time, outcome, request id.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import Any

from cfstream.aws.direct import DirectReads
from cfstream.aws.errors import invalid_reply, translate
from cfstream.aws.limits import OBJECT_WORKERS
from cfstream.aws.lists import WITHOUT_PAGINATOR, PagedList
from cfstream.aws.remembering import answer
from cfstream.aws.sessions import Clients
from cfstream.errors import Refused
from cfstream.ports import Answer, Call, Reads
from cfstream.startup.lean_botocore import lean_botocore
from cfstream.values import Json

with lean_botocore():
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

log = logging.getLogger("cfstream")


class Aws:
    """Reads and writes for many threads, with one session, within the limits of its account."""

    def __init__(
        self, clients: Clients, account: str = "", note_date: Callable[[str], None] = lambda _: None
    ) -> None:
        """Use the clients. `note_date` gets the Date header of each reply."""
        self._clients = clients
        self._account = account
        self._note_date = note_date
        self._turn = _Turn()
        self._direct = DirectReads(clients)

    def read(self, call: Call) -> Json:
        return self._ask(call, write=False)

    def items(self, call: Call) -> Sequence[Json]:
        listing = self._listing(call)
        return [row for page in listing.pages() for row in listing.rows(page)]

    def pages(self, call: Call) -> Iterator[Json]:
        return self._listing(call).pages()

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return together(self, calls)

    def _listing(self, call: Call) -> PagedList:
        holds = self._turn.holds == (call.service, call.region)
        client = self._clients.of(call.service, call.region, write=holds)
        operation = client.meta.method_to_api_mapping[call.operation]
        described = WITHOUT_PAGINATOR.get((call.service, call.operation))
        return PagedList(
            call,
            described or self._clients.paginator(call.service, operation),
            client.meta.service_model.operation_model(operation),
            self.read,
        )

    def write(self, call: Call) -> Json:
        return self._ask(call, write=True)

    @contextmanager
    def turn(self, call: Call) -> Iterator[None]:
        """Implement `ports.Turn`: inside it, this thread holds a slot for the write `call`, and its client exists.

        Reads from the same service also use that client, so its connection is open when the write is sent.
        """
        self._clients.of(call.service, call.region, write=True)
        with self._lane(call, write=True) as lane:
            self._turn.lane, self._turn.holds = lane, (call.service, call.region)
            try:
                # Two calls: the read and the write.
                with self._clients.governor(call.service, call.region).together(2):
                    yield
            finally:
                self._turn.lane, self._turn.holds = None, None

    def _ask(self, call: Call, *, write: bool) -> Json:
        with self._lane(call, write=write):
            once = write or self._turn.holds == (call.service, call.region)
            client = self._clients.of(call.service, call.region, write=once)
            began = perf_counter()
            try:
                reply = None if once else self._direct.reply(call, client)
                if reply is None:
                    reply = _whole(getattr(client, call.operation)(**call.params))
            except (BotoCoreError, ClientError, ResponseParserError, *_UNREADABLE) as error:
                ours = translate(error, call, write=write, account=self._account)
                _note(
                    call,
                    began,
                    getattr(error, "response", None) or {},
                    str(getattr(ours, "code", type(ours).__name__)),
                )
                # Under -vv, only a refusal shows its cause: others may contain a token, or a URL with a password.
                raise ours from (error if isinstance(ours, Refused) else None)
        self._note_date(reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", ""))
        _note(call, began, reply, "ok")
        if not _plausible(client, call, reply):
            raise invalid_reply(call, write=write)
        return {name: value for name, value in reply.items() if name != "ResponseMetadata"}

    @contextmanager
    def _lane(self, call: Call, *, write: bool) -> Iterator[threading.BoundedSemaphore]:
        """Hold a slot for the call. Do not wait if the thread's turn already holds it."""
        lane = self._clients.limits.lane(call, write=write)
        with nullcontext() if lane is self._turn.lane else lane:
            yield lane


def _whole(reply: Json) -> Json:
    """Return the reply with the content of an object, which botocore has not read yet."""
    body: Any = reply.get("Body")
    return {**reply, "Body": body.read()} if hasattr(body, "read") else reply


class _Turn(threading.local):
    """The slot that this thread holds for a read and the following write, and the service and region it is for."""

    lane: threading.BoundedSemaphore | None = None
    holds: tuple[str, str] | None = None


_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""Errors that botocore's parsers raise for a document that is not AWS's."""


def together(reads: Reads, calls: Sequence[Call]) -> tuple[Answer, ...]:
    """Make the calls at the same time, and return the answers in the order of `calls`."""
    ask: Callable[[Call], Answer] = lambda call: answer(reads, call)  # noqa: E731 (named for both branches)
    if len(calls) < 2:
        return tuple(ask(call) for call in calls)
    with ThreadPoolExecutor(min(len(calls), OBJECT_WORKERS), "cfstream-read") as pool:
        return tuple(pool.map(ask, calls))


def _plausible(client: Any, call: Call, reply: Json) -> bool:
    """Return whether the reply has any of its required members. If not, something other than AWS answered."""
    api_name = client.meta.method_to_api_mapping[call.operation]
    shape = client.meta.service_model.operation_model(api_name).output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    if not payload:
        return True
    needed = getattr(shape.members[payload], "required_members", ())
    document = reply.get(payload)
    return not needed or (isinstance(document, dict) and any(name in document for name in needed))


def _note(call: Call, began: float, reply: Json, outcome: str) -> None:
    request = reply.get("ResponseMetadata", {}).get("RequestId", "-")
    log.info(
        "%s %s %.3f s %s request %s", call.service, call.operation, perf_counter() - began, outcome, request
    )
