"""What viewers get in place of errors (``http.error_pages``)."""

from collections.abc import Iterable
from typing import Any

from cfstream.domain import counted, items
from cfstream.spec.durations import duration, spell
from cfstream.spec.http.viewers import ErrorResponse
from cfstream.values import Json


def plain(pages: Iterable[ErrorResponse]) -> list[dict[str, Any]]:
    """Return what a spec says in plain form, sorted by code."""
    return sorted((_plain_page(each) for each in pages), key=lambda each: each["code"])


def _plain_page(page: ErrorResponse) -> dict[str, Any]:
    status = {"page": page.page, "response_code": page.response_code or page.code} if page.page else {}
    return {"code": page.code, **status, "cache": page.cache}


def read(config: Json) -> list[dict[str, Any]]:
    """Return what a configuration has, in the same form."""
    listed = items(config.get("CustomErrorResponses"))
    return sorted((_error_page(each) for each in listed), key=lambda each: each["code"])


def _error_page(live: Json) -> dict[str, Any]:
    """Return an entry as a spec has it; the cache time as text."""
    page, status = live.get("ResponsePagePath") or "", str(live.get("ResponseCode") or "")
    seconds = int(live.get("ErrorCachingMinTTL") or 0)
    return {
        "code": int(live["ErrorCode"]),
        **({"page": page, "response_code": int(status) if status.isdecimal() else status} if page else {}),
        "cache": _time(seconds),
    }


def _time(seconds: int) -> str:
    """Return a cache time as a spec spells it; a very long one in seconds, which no spec has."""
    return spell(duration(f"{seconds}s")) if 0 < seconds < 10**8 else f"{seconds}s"


def _seconds(time: str) -> int:
    return 0 if time == "0s" else int(duration(time).total_seconds())


def write(config: dict[str, Any], pages: list[dict[str, Any]]) -> None:
    """Set the entries. Equal ones keep their form: AWS has refused another form of the same values (IllegalUpdate)."""
    live = [(_error_page(each), each) for each in items(config.get("CustomErrorResponses"))]
    same = [next((raw for page, raw in live if page == wanted), None) for wanted in pages]
    config["CustomErrorResponses"] = counted(
        raw if raw is not None else _new_error_page(page) for raw, page in zip(same, pages, strict=True)
    )


def _new_error_page(page: dict[str, Any]) -> dict[str, Any]:
    return {
        "ErrorCode": page["code"],
        "ResponsePagePath": page.get("page", ""),
        "ResponseCode": str(page.get("response_code", "")),
        "ErrorCachingMinTTL": _seconds(page["cache"]),
    }


def text(pages: list[dict[str, Any]]) -> str:
    """Return the entries on one line."""
    return "; ".join(
        f"{each['code']}"
        + (f" -> {each['page']}" if "page" in each else "")
        + (f" as {each['response_code']}" if each.get("response_code") else "")
        + f", cached for {each['cache']}"
        for each in pages
    )
