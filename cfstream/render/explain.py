"""Render what `cfstream explain` prints: the parts of a signature, and why CloudFront would refuse it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from cfstream.explain.judging import Explanation, RefusalReason
from cfstream.explain.requested import RequestedObject
from cfstream.explain.times import distance
from cfstream.render.flow import Page, Style, Word, advice, page, words
from cfstream.sign.resource import matches

FORMAT_VERSION = 1
LABEL = 11
"""Columns of the labels, with the space after them."""


def explain_text(
    explanation: Explanation, *, now: int, local: Callable[[int], str], color: bool, width: int
) -> str:
    """Return the explanation as text; `local` writes seconds since 1970 as local time."""
    sheet = page(width, color=color)
    lines = [sheet.paint(_title(explanation), Style.BOLD)]
    for label, value, style in _rows(explanation, now, local):
        lines += sheet.flow(words(value, style), first=f"  {label.ljust(LABEL)}", rest=" " * (LABEL + 2))
    lines += ["", *_verdict(explanation, sheet)]
    lines += _missing_lines(explanation, sheet)
    for note in explanation.notes:
        lines += sheet.flow([Word("note:", Style.YELLOW), *advice(note)], rest="  ")
    return "\n".join(lines) + "\n"


def explain_document(explanation: Explanation, *, local: Callable[[int], str]) -> dict[str, Any]:
    """Return it for programs: times as seconds and as text; `accepted` is null if not all could be checked."""
    presented, policy = explanation.presented, explanation.policy
    conditions = policy.conditions if policy else None
    key = explanation.key
    return {
        "format_version": FORMAT_VERSION,
        "url": presented.url,
        "via": presented.via,
        "policy": ("canned" if policy.canned else "custom") if policy else None,
        "statement": _document(policy.signed) if policy else None,
        "resource": conditions.resource if conditions else None,
        "resource_matches": _covers(explanation),
        "expires": conditions.expires if conditions else None,
        "expires_at": _at(conditions.expires if conditions else None, local),
        "starts": conditions.starts if conditions else None,
        "starts_at": _at(conditions.starts if conditions else None, local),
        "ip": conditions.ip if conditions else None,
        "key_id": presented.values.get("Key-Pair-Id"),
        "key": {"name": key.name, "key_group": key.group, "active": key.active} if key else None,
        "hash": presented.values.get("Hash-Algorithm", "SHA1") if presented.values else None,
        "signature": {None: "unchecked", True: "good", False: "bad"}[explanation.signature],
        "behavior": (explanation.guard.path or "*") if explanation.guard else None,
        "accepted": explanation.accepted,
        "object": _object(explanation.asked),
        "reasons": [
            {"code": each.code or None, "what": each.what, "do": each.do} for each in explanation.reasons
        ],
        "notes": list(explanation.notes),
    }


def _object(asked: RequestedObject | None) -> dict[str, Any] | None:
    """Return the requested object; `exists` is null if it was not checked."""
    if asked is None:
        return None
    return {
        "bucket": asked.bucket,
        "key": asked.key,
        "exists": asked.exists,
        "nearest": asked.near or None,
        "why_not_checked": asked.why_not or None,
    }


def _title(explanation: Explanation) -> str:
    what = {"url": "URL", "cookies": "cookies", "nothing": "URL"}[explanation.presented.via]
    if explanation.presented.is_stream:
        what = "stream name"
    if explanation.policy is None:
        return f"{'An unsigned' if not explanation.presented.values else 'An incomplete signed'} {what}"
    article = "" if what == "cookies" else "A "
    kind = "the canned policy" if explanation.policy.canned else "a custom policy"
    return f"{article}{'signed' if article else 'Signed'} {what} with {kind}"


def _rows(
    explanation: Explanation, now: int, local: Callable[[int], str]
) -> Iterator[tuple[str, str, Style]]:
    yield "URL", explanation.presented.url, Style.PLAIN
    if explanation.guard is not None:
        yield "Path", f"{explanation.guard.named}, signers: {explanation.guard.signers_text}", Style.PLAIN
    conditions = explanation.policy.conditions if explanation.policy else None
    if conditions is not None:
        covers = _covers(explanation)
        if (
            conditions.resource is not None
            and explanation.policy is not None
            and not explanation.policy.canned
        ):
            judged = "covers the URL" if covers else "does not cover the URL"
            yield "Resource", f"{conditions.resource} ({judged})", Style.PLAIN if covers else Style.RED
        if conditions.starts is not None:
            waiting = conditions.starts > now
            yield "From", _when(conditions.starts, now, local), Style.RED if waiting else Style.PLAIN
        if conditions.expires is not None:
            late = conditions.expires <= now
            yield (
                "Until",
                _when(conditions.expires, now, local, past="expired"),
                Style.RED if late else Style.PLAIN,
            )
        if conditions.ip is not None:
            yield "Address", conditions.ip, Style.PLAIN
    yield from _key_rows(explanation)


def _key_rows(explanation: Explanation) -> Iterator[tuple[str, str, Style]]:
    values = explanation.presented.values
    if "Key-Pair-Id" in values:
        of_whom = (
            f" ({explanation.key.name}, in key group {explanation.key.group})" if explanation.key else ""
        )
        yield "Key", values["Key-Pair-Id"] + of_whom, Style.PLAIN
    if "Signature" in values:
        state = {None: "not checked", True: "good", False: "wrong"}[explanation.signature]
        style = {None: Style.YELLOW, True: Style.GREEN, False: Style.RED}[explanation.signature]
        yield "Signature", f"{values.get('Hash-Algorithm', 'SHA1')}, {state}", style
    if explanation.policy is not None and not explanation.policy.canned and explanation.policy.signed:
        yield "Policy", explanation.policy.signed.decode("utf-8", "backslashreplace"), Style.DIM


def _verdict(explanation: Explanation, sheet: Page) -> Iterator[str]:
    if explanation.accepted:
        ip = explanation.policy.conditions.ip if explanation.policy else None
        yield sheet.paint(f"CloudFront accepts it{f', from {ip}' if ip else ''}.", Style.BOLD_GREEN)
    elif explanation.conditional:
        head = Word("CloudFront refuses it if the path needs a signature:", Style.BOLD_RED)
        for reason in explanation.reasons:
            yield from _reason_lines(reason, sheet, head)
    elif explanation.accepted is None:
        yield sheet.paint("No fault found. Not everything could be checked.", Style.BOLD)
    else:
        first, *others = explanation.reasons
        yield from _reason_lines(first, sheet, Word("CloudFront refuses it:", Style.BOLD_RED))
        for other in others:
            yield from _reason_lines(other, sheet, Word("and also:", Style.BOLD))


def _missing_lines(explanation: Explanation, sheet: Page) -> Iterator[str]:
    """Yield that the object does not exist, and the nearest one."""
    asked = explanation.asked
    if asked is None or asked.exists is not False:
        return
    head = Word("S3 refuses it:" if explanation.accepted else "and also:", Style.BOLD_RED)
    text = f"AccessDenied, the bucket {asked.bucket} has no object {asked.key}"
    yield from sheet.flow([head, *words(text)], rest="  ")
    do = (
        f"ask for {asked.near}, or upload the object"
        if asked.near
        else "upload the object, or correct its key"
    )
    yield from sheet.flow([Word("fix:", Style.CYAN), *advice(do)], first="  ", rest="       ")


def _reason_lines(reason: RefusalReason, sheet: Page, head: Word) -> Iterator[str]:
    code = [Word(f"{reason.code},")] if reason.code else []
    yield from sheet.flow([head, *code, *words(reason.what)], rest="  ")
    if reason.do:
        yield from sheet.flow([Word("fix:", Style.CYAN), *advice(reason.do)], first="  ", rest="       ")


def _covers(explanation: Explanation) -> bool | None:
    resource = explanation.policy.conditions.resource if explanation.policy else None
    return None if resource is None else matches(resource, explanation.presented.url)


def _when(second: int, now: int, local: Callable[[int], str], past: str = "since") -> str:
    away = distance(abs(second - now))
    if second > now:
        return f"{local(second)} (in {away})"
    return f"{local(second)} ({past} {away} ago)" if past != "since" else f"{local(second)} ({away} ago)"


def _at(second: int | None, local: Callable[[int], str]) -> str | None:
    return None if second is None else local(second)


def _document(signed: bytes) -> Any:
    """Return the policy as a document, or as text if it is not JSON."""
    try:
        return json.loads(signed)
    except (ValueError, RecursionError):
        return signed.decode("utf-8", "backslashreplace") or None
