"""Custom error pages, and errors that are given again for a while.

What lives here: what a distribution's CustomErrorResponses make of an error. Developer Guide, "Control how long
CloudFront caches errors", "Generate custom error responses".
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

DEFAULT_SECONDS = 10
"""How long an error is given again where no custom error response says otherwise."""
_MOST = 1000


def page_for(config: Json, answer: Answer, fetch: Callable[[str], Answer]) -> Answer:
    """The answer, or the page that the distribution gives in its place, with the status that it gives.

    `fetch` gets a page by its path, whatever that path's behavior demands of viewers (AWS does not document
    that: this is the harder case). A page that cannot be had leaves the error as it is.
    """
    item = _item(config, answer.status)
    if not item or not item["ResponsePagePath"]:
        return answer
    page = fetch(item["ResponsePagePath"])
    if page.status != 200:
        return answer
    return page._replace(status=int(item["ResponseCode"] or answer.status))


def _item(config: Json, status: int) -> Json | None:
    items = config["CustomErrorResponses"].get("Items", ())
    return next((item for item in items if int(item["ErrorCode"]) == status), None)


class Errors:
    """Errors of origins, kept for their time; what is oldest goes when there are many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[float, Answer]] = OrderedDict()

    def again(self, place: tuple[str, ...]) -> Answer | None:
        """The error that was given for that place, if its time is not over."""
        until, answer = self._kept.get(place, (0.0, None))
        return answer if time.monotonic() < until else None

    def keep(self, place: tuple[str, ...], config: Json, answer: Answer) -> None:
        """Keeps an answer that is an error, for as long as the config says."""
        if answer.status < 400 or answer.status == 416:
            return
        item = _item(config, answer.status)
        seconds = item["ErrorCachingMinTTL"] if item else DEFAULT_SECONDS
        self._kept[place] = (time.monotonic() + seconds, answer)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
