"""Render accounts beside specs: what no spec declares, and the specs without a distribution."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cfstream.adoption.naming import proposed_name
from cfstream.domain import bucket_of
from cfstream.inventory.declared import ListedAccount
from cfstream.render.flow import Page, Style, Word, page, words
from cfstream.render.inventory import FORMAT_VERSION, TITLES, entry_lines, list_document
from cfstream.spec.stack import Stack
from cfstream.stack.identities import IDENTITY
from cfstream.stack.shown import ListEntry

BOTH = "distributions and identities"


def declared_text(
    found: Sequence[ListedAccount], *, flags: str, free_file: Callable[[str], str], color: bool, width: int
) -> str:
    """Return the differences of each account, and their numbers.

    `flags` are those of commands for the same AWS; `free_file` returns a file for a new spec of a stack.
    """
    sheet = page(width, color=color)
    blocks: list[list[str]] = []
    for account in found:
        own = [block for block in _blocks(account, flags, free_file, sheet) if block]
        title = sheet.paint(f"account {account.account}", Style.BOLD)
        blocks += [[title, *own[0]], *own[1:]] if len(found) > 1 else own
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def declared_document(found: Sequence[ListedAccount]) -> dict[str, Any]:
    """Return everything for programs: the members of `list`, each with its account and the spec that declares it.

    `account` is null if the specs are of several accounts.
    """
    distributions, identities = list[dict[str, Any]](), list[dict[str, Any]]()
    for each in found:
        listed = list_document(each.account, each.entries)
        for row in (*listed["distributions"], *listed["origin_access_identities"]):
            row |= {"account": each.account, "declared": _place(each.declared.get(row["id"]))}
        distributions += listed["distributions"]
        identities += listed["origin_access_identities"]
    return {
        "format_version": FORMAT_VERSION,
        "account": found[0].account if len(found) == 1 else None,
        "distributions": distributions,
        "origin_access_identities": identities,
        "missing": [
            {"account": each.account, "name": stack.spec.name, "declared": _place(stack)}
            for each in found
            for stack in each.missing
        ],
        "errors": [
            {"account": each.account, "what": each.error.what, "do": each.error.do}
            for each in found
            if each.error is not None
        ],
    }


def _place(stack: Stack | None) -> dict[str, Any] | None:
    return {"file": stack.path, "line": stack.line("name")} if stack else None


def _blocks(
    account: ListedAccount, flags: str, free_file: Callable[[str], str], sheet: Page
) -> Iterator[list[str]]:
    if account.error is not None:
        yield sheet.flow(words("This account cannot be read.", Style.RED))
        return
    for kind, title in TITLES.items():
        entries = [each for each in account.undeclared if each.kind == kind]
        if entries:
            lines = [sheet.paint(f"{title} in no spec", Style.BOLD), *entry_lines(entries, sheet)]
            if kind != IDENTITY.kind:
                lines += _imports(entries, flags, free_file, sheet)
            yield lines
    if account.missing:
        yield [sheet.paint("In a spec, but not in the account", Style.BOLD), *_missing(account, flags, sheet)]
    yield sheet.flow(words(_count(account)))


def _imports(
    entries: Sequence[ListEntry], flags: str, free_file: Callable[[str], str], sheet: Page
) -> Iterator[str]:
    """Yield how to write a spec of the first entry, and, if there are several, of all that no stack manages."""
    first = entries[0]
    buckets = [bucket_of(origin) or "" for origin in first.origins]
    name = first.owner or proposed_name(first.cnames, first.comment, next(iter(buckets), ""), first.id)
    several = len(entries) > 1
    one = Word(f"cfstream import {first.id} --out {shlex.quote(free_file(name))}{flags}")
    yield from sheet.flow([*words(f"to write a spec{' of one' * several}:"), one], first="  ", rest="    ")
    if several:
        label = words("to write one of each that no stack manages:")
        yield from sheet.flow([*label, Word(f"cfstream import --all specs{flags}")], first="  ", rest="    ")


def _missing(account: ListedAccount, flags: str, sheet: Page) -> Iterator[str]:
    longest = max(len(stack.spec.name) for stack in account.missing)
    for stack in account.missing:
        where = Word(f" {stack.path}:{stack.line('name')}", Style.DIM)
        name = Word(stack.spec.name.ljust(longest), Style.BOLD)
        yield from sheet.flow([name, where], first="  ", rest="    ")
        if stack.path != "-":
            command = Word(f"cfstream apply {shlex.quote(stack.path)}{flags}")
            yield from sheet.flow([*words("to create it:"), command], first="    ", rest="      ")


def _count(account: ListedAccount) -> str:
    """Return the numbers of differences, or that there are none."""
    undeclared, missing = len(account.undeclared), len(account.missing)
    both = len(account.entries) - undeclared
    if not undeclared and not missing:
        return f"No differences: all {both} {BOTH} of account {account.account} are in a spec."
    return f"{undeclared} in no spec, {missing} only in a spec, {both} in both."
