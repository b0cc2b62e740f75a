"""A client for a code host's API that creates or updates one comment in a thread.

Temporary failures (busy, too many requests, server errors) are retried for a while, from the beginning, because a
comment may exist although its answer was lost. A permanent refusal is an error.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from cfstream.errors import CfstreamError
from cfstream.startup.frozen import dataclass

PAUSES = (1.0, 4.0, 15.0)
"""Seconds between the attempts."""

PATIENCE = 60.0
"""The longest time that a host may make us wait, in seconds."""

BUSY = frozenset({429, 500, 502, 503, 504})


class CommentNotWritten(CfstreamError):
    """The comment on the pull request could not be written."""


class TemporaryFailure(Exception):
    """A temporary failure, with the seconds to wait."""

    def __init__(self, what: str, seconds: float | None = None) -> None:
        super().__init__(what)
        self.seconds = seconds


@dataclass(frozen=True)
class Thread:
    """The location of comments in a host's API, and the test for our own."""

    comments: str
    """The path that lists comments and accepts new ones."""
    change: Callable[[Any], tuple[str, str]]
    """Method and path that change the comment with an id."""
    is_ours: Callable[[Mapping[str, Any]], bool]
    permission: str
    """What to allow the token if it is refused, as text."""


class Forge:
    """A host's API with a token. The token is only sent to the API's address."""

    def __init__(
        self, url: str, headers: Mapping[str, str], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url = url.rstrip("/")
        self._sleep = sleep
        self._client = httpx.Client(headers=dict(headers), timeout=30, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str) -> Any:
        """Return one document. Raises CommentNotWritten."""
        return self._with_retries(lambda: _document(self._ask("GET", f"{self._url}{path}")), "")

    def upsert(self, thread: Thread, body: str) -> str:
        """Write `body` into our comment of the thread, or into a new one, and return what was done.

        Raises CommentNotWritten.
        """
        done: str = self._with_retries(lambda: self._upsert(thread, body), thread.permission)
        return done

    def _upsert(self, thread: Thread, body: str) -> str:
        mine = next((each for each in self._all(thread.comments) if thread.is_ours(each)), None)
        if mine is None:
            self._ask("POST", f"{self._url}{thread.comments}", {"body": body})
            return "created a comment"
        if mine["body"].replace("\r\n", "\n").strip() == body.strip():
            return "the comment is up to date"
        method, path = thread.change(mine["id"])
        self._ask(method, f"{self._url}{path}", {"body": body})
        return "updated the comment"

    def _all(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield every comment, from all pages (both hosts use a Link header)."""
        url: str | None = f"{self._url}{path}?per_page=100"
        while url:
            reply = self._ask("GET", url)
            rows = _document(reply)
            if not isinstance(rows, list):
                raise CommentNotWritten(
                    "the answer for the comments is not a list", "check the address of the API"
                )
            yield from rows
            url = reply.links.get("next", {}).get("url")
            if url and not url.startswith(f"{self._url}/"):
                raise CommentNotWritten(
                    "the list of comments continues on another host", "check the address of the API"
                )

    def _with_retries(self, do: Callable[[], Any], permission: str) -> Any:
        for pause in PAUSES:
            try:
                return do()
            except TemporaryFailure as transient:
                seconds = pause if transient.seconds is None else transient.seconds
                if seconds > PATIENCE:
                    raise CommentNotWritten(
                        str(transient), f"run the job again in {seconds / 60:.0f} minutes"
                    ) from transient
                self._sleep(seconds)
            except ForgeRefusal as refusal:
                raise CommentNotWritten(str(refusal), permission or "check the token") from refusal
        try:
            return do()
        except (TemporaryFailure, ForgeRefusal) as last:
            raise CommentNotWritten(
                str(last), permission if isinstance(last, ForgeRefusal) else "run the job again"
            ) from last

    def _ask(self, method: str, url: str, document: Any = None) -> httpx.Response:
        try:
            reply = self._client.request(method, url, json=document)
        except httpx.HTTPError as error:
            raise TemporaryFailure(f"{method} {_path(url)}: no answer ({type(error).__name__})") from error
        if reply.is_success:
            return reply
        message = f"{method} {_path(url)}: {reply.status_code} {_message(reply)}"
        if reply.status_code in BUSY or _limited(reply):
            raise TemporaryFailure(message, _wait(reply))
        raise ForgeRefusal(message)


class ForgeRefusal(Exception):
    """The host refused, and will again."""


def _limited(reply: httpx.Response) -> bool:
    """GitHub answers 403 for too many requests as well (REST API, "Rate limits")."""
    headers = reply.headers
    return reply.status_code == 403 and (
        "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    )


def _wait(reply: httpx.Response) -> float | None:
    """Return how long the host asks to wait, if it does."""
    after, reset = reply.headers.get("retry-after", ""), reply.headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        return float(after)
    if reply.headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time())
    return None


def _message(reply: httpx.Response) -> str:
    document = _document(reply)
    message = document.get("message") if isinstance(document, dict) else None
    return str(message or reply.reason_phrase)[:200]


def _document(reply: httpx.Response) -> Any:
    """Return the JSON document of the reply; None if it is not JSON."""
    try:
        return reply.json()
    except ValueError:
        return None


def _path(url: str) -> str:
    return httpx.URL(url).path
