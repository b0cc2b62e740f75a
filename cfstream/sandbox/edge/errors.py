"""Custom error pages, and cached errors of origins.

Source: Developer Guide, "Control how long CloudFront caches errors", "Generate custom error responses".
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from cfstream.sandbox.listener import Answer

Json = dict[str, Any]

DEFAULT_SECONDS = 10
"""How long an error is cached without a custom error response, in seconds."""
_MOST = 1000


def page_for(config: Json, answer: Answer, fetch: Callable[[str], Answer]) -> Answer:
    """Return the answer, or the distribution's page for it with the configured status.

    `fetch` gets a page by its path, regardless of its behavior's signers (AWS does not document this; it is the
    stricter case for a check). If the page cannot be fetched, the error stays.
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
    """Cached errors of origins; the oldest are dropped first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[float, Answer]] = OrderedDict()

    def again(self, place: tuple[str, ...]) -> Answer | None:
        """Return the cached error for this place, if it is still valid."""
        until, answer = self._kept.get(place, (0.0, None))
        return answer if time.monotonic() < until else None

    def keep(self, place: tuple[str, ...], config: Json, answer: Answer) -> None:
        """Cache an answer if it is an error, for the time in the config."""
        if answer.status < 400 or answer.status == 416:
            return
        item = _item(config, answer.status)
        seconds = item["ErrorCachingMinTTL"] if item else DEFAULT_SECONDS
        self._kept[place] = (time.monotonic() + seconds, answer)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
