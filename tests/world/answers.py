"""Answers that the sandbox has given before, and reads one after the other.

In one state the sandbox gives the same answer to the same request, unless a setting counts reads. Such an answer is
kept until the next write, or to the end if the state was saved and may be restored. And in a process that also is AWS,
threads only take turns.
"""

import io
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from botocore.awsrequest import AWSResponse

from tests.world.watched import WatchedServer

T = TypeVar("T")

Reply = Callable[[Any, str, list[tuple[str, str]]], AWSResponse]
"""Answers a request of botocore for a target (the path with its query) with these headers."""


def kept_for_a_state(sandbox: WatchedServer, reply: Reply) -> Reply:
    """Return `reply` that repeats the sandbox's answer to the same request in the same state."""
    kept: dict[tuple[int, str], dict[tuple[object, ...], tuple[AWSResponse, bytes]]] = {}
    last = (0, "")

    def replied(request: Any, target: str, headers: list[tuple[str, str]]) -> AWSResponse:
        nonlocal last
        received = dict(headers)
        signature = received.get("Authorization", "")
        if request.method not in ("GET", "HEAD") or request.stream_output or _counted(sandbox, signature):
            return reply(request, target, headers)
        now = (sandbox.state, repr(sandbox.cloudfront.settings))
        if last != now:
            if not sandbox.may_return(last[0]):
                kept.pop(last, None)
            last = now
        answers = kept.setdefault(now, {})
        key = (request.method, target, received.get("Host"), signature)
        if key not in answers:
            answer = reply(request, target, headers)
            answers[key] = (answer, answer.content)
            return answer
        answer, body = answers[key]
        again = AWSResponse(request.url, answer.status_code, answer.headers, io.BytesIO())
        again._content = body
        return again

    return replied


def _counted(sandbox: WatchedServer, signature: str) -> bool:
    """Return whether the answer depends on earlier reads or on time: by a setting, or as a change of DNS records."""
    settings = sandbox.cloudfront.settings
    lags = settings.stale_reads or settings.deploy_after_reads or settings.deploy_after_seconds
    steady = "/s3/" in signature or ("/cloudfront/" in signature and not lags)
    return bool(settings.requests_per_second) or not steady


class OneAfterTheOther(Executor):
    """Makes each call when it is submitted, in the thread that submits it."""

    def __init__(self, *_of_threads: object) -> None:
        """Accept the arguments of a pool of threads."""

    def submit(self, call: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(call(*arguments, **named))
        except BaseException as error:
            future.set_exception(error)
        return future
