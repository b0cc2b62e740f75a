"""Render what `list`, `show`, `wait` and `delete` print: as aligned text, and as documents for programs.

On a narrow page the second column goes below the first; ids and names are never cut.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cfstream.domain import Delivery
from cfstream.domain.distribution import account_words
from cfstream.inventory.deployment import Progress
from cfstream.inventory.details import Details, DistributionDetails, IdentityDetails, NamedId, Tls, beside
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.render.flow import Page, Style, Word, columns, padded, page, words
from cfstream.render.progress import took
from cfstream.spec.wording import as_written, some_of
from cfstream.stack.identities import IDENTITY
from cfstream.stack.shown import ListEntry

FORMAT_VERSION = 1

TITLES: Mapping[str, str] = {
    Delivery.HTTP.kind: "Distributions",
    Delivery.RTMP.kind: "Streaming distributions (RTMP)",
    IDENTITY.kind: "Origin access identities",
}

NAMED = 10
"""The number of an identity's users that `list` names; `show` and JSON have all."""

LABEL = 18
"""Columns of the labels of `show`, with the space after them."""


def list_text(account: str, entries: Sequence[ListEntry], *, color: bool, width: int) -> str:
    """Return the list, with a block for each kind."""
    sheet = page(width, color=color)
    if not entries:
        return f"No distributions and no origin access identities in account {account}.\n"
    blocks = []
    for kind, title in TITLES.items():
        of_kind = [entry for entry in entries if entry.kind == kind]
        if of_kind:
            blocks.append([sheet.paint(title, Style.BOLD), *entry_lines(of_kind, sheet)])
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def list_document(account: str, entries: Sequence[ListEntry]) -> dict[str, Any]:
    """Return the list for programs; `spec` is the name of the spec that owns an entry, or null."""
    distributions = [_entry(entry) for entry in entries if entry.kind != IDENTITY.kind]
    for each in distributions:
        del each["used_by"]
    identities = [
        {"id": entry.id, "spec": entry.owner, "comment": entry.comment, "used_by": list(entry.used_by)}
        for entry in entries
        if entry.kind == IDENTITY.kind
    ]
    return {
        "format_version": FORMAT_VERSION,
        "account": account,
        "distributions": distributions,
        "origin_access_identities": identities,
    }


def show_text(details: Details, *, color: bool, width: int) -> str:
    """Return all settings of one distribution or identity, in groups."""
    sheet = page(width, color=color)
    lines = (
        _identity(details, sheet) if isinstance(details, IdentityDetails) else _distribution(details, sheet)
    )
    return "\n".join(lines) + "\n"


def show_document(details: Details) -> dict[str, Any]:
    """Return all settings for programs, with the names of `inventory.details`; `spec` is the owning spec or null."""
    document = asdict(details)
    kind, resource_id, owner = (document.pop(name) for name in ("kind", "id", "owner"))
    return {"format_version": FORMAT_VERSION, "kind": kind, "id": resource_id, "spec": owner, **document}


def progress_line(progress: Progress) -> str:
    """Return ``lectures (E1…): InProgress, 12 s so far``, or that it is Deployed."""
    if not progress.pending:
        return f"{progress.awaited} is Deployed."
    so_far = f", {took(progress.seconds)} so far" if progress.seconds >= 1 else ""
    return f"{progress.awaited}: {progress.pending}{so_far}"


def wait_document(progress: Sequence[Progress]) -> dict[str, Any]:
    """Return the result of a wait, for programs."""
    return {
        "format_version": FORMAT_VERSION,
        "distributions": [
            {
                "name": each.awaited.name,
                "id": each.awaited.found.id,
                "deployed": not each.pending,
                "pending": each.pending or None,
                "seconds": round(each.seconds, 1),
            }
            for each in progress
        ],
    }


def _entry(entry: ListEntry) -> dict[str, Any]:
    document = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(entry).items()}
    kind, resource_id, owner = (document.pop(name) for name in ("kind", "id", "owner"))
    return {"kind": kind, "id": resource_id, "spec": owner, **document}


def entry_lines(entries: Sequence[ListEntry], sheet: Page) -> Iterator[str]:
    """Yield the lines of entries, in columns: id, owner and state, then names and origins below."""
    ids = max(columns(entry.id) for entry in entries)
    owners = max(columns(entry.owner or "-") for entry in entries)
    for entry in entries:
        state = _state(entry)
        head = [Word(entry.id.ljust(ids), Style.BOLD), Word(f" {padded(entry.owner or '-', owners)} "), state]
        rest = " " * (4 if sheet.narrow else ids + 4)
        yield from sheet.flow(head, first="  ", rest=rest)
        for words_ in _entry_details(entry):
            yield from sheet.flow(words_, first=rest, rest=f"{rest}  ")


def _state(entry: ListEntry) -> Word:
    if entry.kind == IDENTITY.kind:
        return Word("in use" if entry.used_by else "unused", Style.PLAIN if entry.used_by else Style.YELLOW)
    if not entry.enabled:
        still = "" if entry.status == "Deployed" else f", {entry.status}"
        return Word(f"disabled{still}", Style.YELLOW)
    return Word(entry.status, Style.GREEN if entry.status == "Deployed" else Style.CYAN)


def _entry_details(entry: ListEntry) -> Iterator[list[Word]]:
    if entry.used_by:
        yield words(f"used by {some_of(entry.used_by, NAMED)}")
    if entry.domain_name:
        yield words(", ".join([entry.domain_name, *entry.cnames]))
    if entry.origins:
        yield words(f"from {', '.join(entry.origins)}")
    if entry.comment:
        yield words(entry.comment, Style.DIM)


def _row(sheet: Page, label: str, value: str, style: Style = Style.PLAIN) -> Iterator[str]:
    """Yield one setting; nothing if it has no value."""
    if value:
        yield from sheet.flow(words(value, style), **_margins(sheet, label))


def _rows(sheet: Page, label: str, values: Iterable[str]) -> Iterator[str]:
    """Yield one setting with several values, one on each line; the label is on the first."""
    for number, value in enumerate(values):
        yield from _row(sheet, label if number == 0 else "", value)


def _margins(sheet: Page, label: str) -> dict[str, str]:
    if sheet.narrow:
        return {"first": f"  {label}: " if label else "    ", "rest": "    "}
    return {"first": f"  {label.ljust(LABEL)}", "rest": " " * (LABEL + 2)}


def _distribution(details: DistributionDetails, sheet: Page) -> Iterator[str]:
    yield from _head(details, sheet)
    deployed = details.status == "Deployed"
    yield from _row(sheet, "Status", details.status, Style.GREEN if deployed else Style.CYAN)
    yield from _row(sheet, "Enabled", _yes(details.enabled), Style.PLAIN if details.enabled else Style.YELLOW)
    yield from _row(sheet, "Domain name", details.domain_name)
    yield from _rows(sheet, "CNAMEs", details.cnames or ("none",))
    yield from _row(sheet, "Comment", details.comment)
    yield from _row(sheet, "ETag", details.etag)
    yield from _row(sheet, "Last modified", details.last_modified)
    yield from _row(sheet, "ARN", details.arn)
    yield from _row(sheet, "Caller reference", details.caller_reference)
    yield from _row(sheet, "Price class", details.price_class)
    yield from _row(sheet, "Logging", details.logging or "off")
    yield from _row(sheet, "Certificate", _certificate(details.tls))
    for each in beside(DistributionDetails):
        value = getattr(details, each.name)
        yield from _row(sheet, each.label, "" if value is None else each.text(value))
    for label, text in _http(details.http):
        yield from _row(sheet, label, text)
    yield from _rows(sheet, "Tags", (f"{key} = {value}" for key, value in details.tags.items()))
    yield from _origins(details, sheet)
    yield from _viewers(details, sheet)
    yield from _grants(details, sheet)
    yield from _unmanaged(details.unmanaged or {}, sheet)
    for note in details.notes:
        yield from sheet.flow([Word("note:", Style.YELLOW), *words(note)], rest="  ")


def _head(details: Details, sheet: Page) -> Iterator[str]:
    kind, owner = (
        details.kind.replace("-", " "),
        f"of spec {details.owner}" if details.owner else "of no spec",
    )
    yield from sheet.flow([*words(kind), Word(details.id, Style.BOLD), *words(owner, Style.DIM)], rest="  ")


def _origins(details: DistributionDetails, sheet: Page) -> Iterator[str]:
    for origin in details.origins:
        yield ""
        title = [
            Word("Origin", Style.BOLD),
            *(words(origin.id) if details.kind == Delivery.HTTP.kind else ()),
        ]
        yield from sheet.flow(title, rest="  ")
        yield from _row(sheet, "Domain name", origin.domain_name)
        yield from _row(sheet, "Path", origin.path)
        named = f"{origin.access.upper()} {_named(origin.identity)}" if origin.identity else ""
        open_ = "none: CloudFront reads it unsigned"
        yield from _row(sheet, "Origin access", named or open_, Style.PLAIN if named else Style.YELLOW)
        yield from _row(sheet, "Canonical user", origin.canonical_user)


def _viewers(details: DistributionDetails, sheet: Page) -> Iterator[str]:
    yield ""
    yield sheet.paint("Who may view", Style.BOLD)
    for behavior in details.behaviors:
        groups = [f"key group {_called(group)}" for group in behavior.key_groups]
        signers = [account_words(signer) for signer in behavior.trusted_signers]
        who = f"the holders of URLs signed by {', '.join(groups + signers)}" if behavior.signed else "anyone"
        yield from _row(
            sheet, behavior.path or "everything", who, Style.PLAIN if behavior.signed else Style.YELLOW
        )
        more = (f"{label.lower()} {text}" for label, text in _http(behavior.http))
        settings = ", ".join(filter(None, (behavior.viewer_protocol, behavior.cache_policy, *more)))
        yield from _row(sheet, "", settings, Style.DIM)
    yield from _headers(details, sheet)
    yield ""
    yield sheet.paint("Active signers", Style.BOLD)
    if not details.active_signers:
        yield "  none"
    for active in details.active_signers:
        keys = [_called(key) for key in active.keys] or ["no key: it cannot sign anything"]
        is_account = len(active.signer.id) <= 12
        who = account_words(active.signer.id) if is_account else f"key group {_called(active.signer)}"
        yield from sheet.flow(words(who), first="  ", rest="    ")
        for key in keys:
            yield from sheet.flow(words(key), first="    ", rest="      ")


def _headers(details: DistributionDetails, sheet: Page) -> Iterator[str]:
    """Yield each response headers policy: where it is, and the headers that it sets."""
    if details.headers_policies:
        yield ""
        yield sheet.paint("Headers to viewers", Style.BOLD)
    for each in details.headers_policies:
        where = ", ".join(path or "everything" for path in each.paths)
        yield from sheet.flow(words(f"{_called(each.policy)} on {where}"), first="  ", rest="    ")
        for label, value in _settings(each.settings):
            yield from sheet.flow(words(f"{label}: {_setting(value)}"), first="    ", rest="      ")


def _settings(parts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each setting of a policy that has a value, with its name after the name of its part."""
    for part, value in parts.items():
        label = " ".join(re.findall(r"[A-Z]?[a-z]+", part.removesuffix("Config"))).lower()
        inner = value.items() if isinstance(value, Mapping) else [("", value)]
        yield from (
            (f"{label} {name}".rstrip().replace("_", " "), each)
            for name, each in inner
            if each not in (None, [], {})
        )


def _setting(value: Any) -> str:
    """Return a setting of a policy as text; empty if it has no value."""
    match value:
        case bool():
            return _yes(value)
        case list():
            return ", ".join(_setting(each) for each in value)
        case Mapping():
            return ", ".join(f"{name} {_setting(each)}" for name, each in value.items())
    return "" if value is None else str(value)


def _http(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the label and the text of each field under ``http`` that has a value."""
    for each in HTTP_FIELDS:
        if values.get(each.name) not in (None, "", [], {}):
            yield each.label, each.text(values[each.name])


def _grants(details: DistributionDetails, sheet: Page) -> Iterator[str]:
    yield ""
    yield sheet.paint("Grants", Style.BOLD)
    if not details.grants:
        yield "  none found"
    for grant in details.grants:
        via = "policy" if grant.via == "bucket-policy" else "object ACLs"
        whose = "the stack's statement" if grant.ours else "statement"
        sid = f", {whose} {grant.sid}" if grant.sid else ""
        yield from sheet.flow(words(f"{via} of bucket {grant.bucket}{sid}"), first="  ", rest="    ")
        yield from sheet.flow(words(f"{grant.what} to {grant.to}"), first="    ", rest="      ")


def _unmanaged(settings: Mapping[str, Any], sheet: Page) -> Iterator[str]:
    """Yield the settings that the spec does not have, as it would have them."""
    if settings:
        yield ""
        yield from sheet.flow(
            [
                Word("Not managed", Style.BOLD),
                *words("(not in the spec, so they stay as they are)", Style.DIM),
            ]
        )
    for name, value in settings.items():
        yield from sheet.flow(words(f"{name}: {as_written(value)}"), first="  ", rest="    ")


def _identity(details: IdentityDetails, sheet: Page) -> Iterator[str]:
    yield from _head(details, sheet)
    yield from _row(sheet, "Comment", details.comment)
    yield from _row(sheet, "Canonical user", details.canonical_user)
    yield from _row(sheet, "ETag", details.etag)
    yield from _row(sheet, "Caller reference", details.caller_reference)
    yield from _row(sheet, "Used by", ", ".join(details.used_by) or "nothing")


def _certificate(tls: Tls | None) -> str:
    if tls is None:
        return ""
    if tls.certificate == "cloudfront":
        return f"CloudFront's own, {tls.minimum}".removesuffix(", ")
    return ", ".join(filter(None, (tls.certificate, tls.minimum, tls.support)))


def _called(named: NamedId) -> str:
    """Return a name with the id after it."""
    return f"{named.name} ({named.id})" if named.name else named.id


def _named(named: NamedId) -> str:
    """Return an id with its name or comment after it."""
    return f"{named.id} ({named.name})" if named.name else named.id


def _yes(value: bool) -> str:  # noqa: FBT001 (the value itself)
    return "yes" if value else "no"
