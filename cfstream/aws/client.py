"""The door to AWS: `ports.Writes` by botocore's clients. The only place that repeats a request, and only a
throttled one.

Reads are repeated by botocore (five attempts in all), writes never; a throttled write was not acted on, so
that one is tried again here. Every call leaves a line in the log ``cfstream``: time, outcome, request id.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from cfstream.aws import lists
from cfstream.aws.errors import rubbish, translate
from cfstream.aws.remembering import OBJECT_CALLS, answer
from cfstream.aws.sessions import Clients
from cfstream.errors import Refused, Throttled
from cfstream.ports import Answer, Call, Clock, Reads
from cfstream.values import Json

READERS = 8
WRITERS = 2
"""CloudFront's control plane throttles early: about eighty creates at once are too many (aws-cdk#29183)."""
OBJECT_WORKERS = 32
"""For calls on single objects, of which S3 takes thousands a second."""

THROTTLE_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)

log = logging.getLogger("cfstream")


class Aws:
    """Both doors, for many threads: at most 8 reads, 2 writes and 32 calls on objects are under way."""

    def __init__(self, clients: Clients, clock: Clock, account: str = "") -> None:
        self._clients = clients
        self._clock = clock
        self._account = account
        self._readers = threading.BoundedSemaphore(READERS)
        self._writers = threading.BoundedSemaphore(WRITERS)
        self._object_workers = threading.BoundedSemaphore(OBJECT_WORKERS)

    def read(self, call: Call) -> Json:
        return self._ask(call, write=False)

    def items(self, call: Call) -> Sequence[Json]:
        return [row for page in self.pages(call) for row in lists.rows(call, page)]

    def pages(self, call: Call) -> Iterator[Json]:
        following: Call | None = lists.first(call)
        while following is not None:
            page = self.read(following)
            yield page
            following = lists.following(following, page)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return together(self, calls)

    def write(self, call: Call) -> Json:
        for pause in THROTTLE_PAUSES:
            try:
                return self._ask(call, write=True)
            except Throttled:
                self._clock.sleep(pause * (1.0 + self._clock.jitter()))
        return self._ask(call, write=True)

    def _ask(self, call: Call, *, write: bool) -> Json:
        with self._lane(call, write=write):
            client = self._clients.of(call.service, call.region, write=write)
            began = perf_counter()
            try:
                reply = getattr(client, call.operation)(**call.params)
            except (BotoCoreError, ClientError, ResponseParserError, *_UNREADABLE) as error:
                ours = translate(error, call, write=write, account=self._account)
                _note(
                    call,
                    began,
                    getattr(error, "response", None) or {},
                    str(getattr(ours, "code", type(ours).__name__)),
                )
                # Only a refusal may show its cause under -vv: others may hold a token, or an address with a password.
                raise ours from (error if isinstance(ours, Refused) else None)
        _note(call, began, reply, "ok")
        if not _plausible(client, call, reply):
            raise rubbish(call, write=write)
        return {name: value for name, value in reply.items() if name != "ResponseMetadata"}

    def _lane(self, call: Call, *, write: bool) -> threading.BoundedSemaphore:
        if call.service == "s3" and call.operation in OBJECT_CALLS:
            return self._object_workers
        return self._writers if write else self._readers


_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What botocore's parsers raise over a document that is none of AWS's."""


def together(reads: Reads, calls: Sequence[Call]) -> tuple[Answer, ...]:
    """The answers to `calls` from `reads`, asked for at the same time, in their order."""
    ask: Callable[[Call], Answer] = lambda call: answer(reads, call)  # noqa: E731 (a name for what the pool maps)
    if len(calls) < 2:
        return tuple(ask(call) for call in calls)
    with ThreadPoolExecutor(min(len(calls), OBJECT_WORKERS), "cfstream-read") as pool:
        return tuple(pool.map(ask, calls))


def _plausible(client: Any, call: Call, reply: Json) -> bool:
    """False when no member that the reply must have is in it: something else than AWS answered."""
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
