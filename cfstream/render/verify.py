"""Render a proof as a table and as JSON.

The output never contains a signed URL or anything of a key.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from cfstream.planning import Plan
from cfstream.render.accounts import named, several
from cfstream.render.flow import Page, Style, Word, page, printable, words
from cfstream.render.notices import notice_document, notice_lines, remedy_lines
from cfstream.verification.finding import Finding, Proof, StackProof, Verdict, by_addresses

SIGNS = {
    Verdict.HELD: ("✓", Style.GREEN),
    Verdict.SERVED: ("✗", Style.BOLD_RED),
    Verdict.DENIED: ("✗", Style.BOLD_RED),
    Verdict.UNPROVED: ("?", Style.YELLOW),
}

HEADS = {
    Verdict.SERVED: "exposed",
    Verdict.DENIED: "wrongly refused",
    Verdict.UNPROVED: "not verified",
}


def proof_text(proof: Proof, *, color: bool, width: int) -> str:
    """Return the table of each stack; its last line is the verdict."""
    sheet = page(width, color=color)
    return "\n".join("\n".join(_stack_lines(stack, sheet)) + "\n" for stack in with_unique_names(proof))


def broken_text(proof: Proof, plan: Plan, *, color: bool, width: int) -> str:
    """Return only what failed, with its addresses, except the openings that the plan has shown; may be empty."""
    sheet = page(width, color=color)
    left = [stack.without(plan.openings.get(stack.key, ())) for stack in with_unique_names(proof)]
    lines = [line for stack in left for line in _broken_lines(stack, sheet)]
    return "".join(f"{line}\n" for line in lines)


def with_unique_names(proof: Proof) -> list[StackProof]:
    """Return the proofs of the stacks; in a run over several accounts, with the account in the name."""
    many = several(proof.stacks)
    return [replace(stack, name=named(stack, several=many)) for stack in proof.stacks]


def proof_document(proof: Proof) -> dict[str, Any]:
    """Return the proof for programs: plain values. Keys may be added and never change their meaning."""
    return {
        "format_version": 1,
        "stacks": [stack_document(each) for each in proof.stacks],
    }


def stack_document(stack: StackProof) -> dict[str, Any]:
    """Return the proof of one stack for programs: ``failed`` lists each failed check once, with all its addresses."""
    return {
        "name": stack.name,
        "account": stack.account,
        "spec": stack.spec,
        "exit_code": stack.exit_code,
        "readers": list(stack.readers),
        "notices": [notice_document(notice) for notice in stack.notices],
        "findings": [{"where": each.where, **_finding_document(each)} for each in stack.findings],
        "failed": [
            {"addresses": list(addresses), **_finding_document(each)}
            for addresses, findings in by_addresses((*stack.broken, *stack.unproved)).items()
            for each in findings
        ],
    }


def _finding_document(finding: Finding) -> dict[str, str]:
    return {
        "part": finding.part,
        "claim": finding.claim,
        "verdict": str(finding.verdict),
        "saw": finding.saw,
        "why": finding.why,
        "do": finding.do,
    }


def _stack_lines(stack: StackProof, sheet: Page) -> Iterator[str]:
    yield from sheet.beside([Word(printable(stack.name), Style.BOLD)], Word(printable(stack.spec), Style.DIM))
    for addresses, findings in by_addresses(stack.findings).items():
        yield ""
        yield from sheet.flow(words(", ".join(addresses), Style.BOLD), first="  ", rest="    ")
        yield from _group_lines(findings, sheet)
    if stack.notices:
        yield ""
    yield from notice_lines(stack.notices, sheet)
    yield ""
    yield from sheet.flow(_verdict(stack), rest="  ")
    for head in ("exposed", "wrongly refused", "failed"):
        if names := _named(stack.broken, head):
            yield from sheet.flow(words(f"{head.capitalize()}: {names}."), first="  ", rest="    ")


def _broken_lines(stack: StackProof, sheet: Page) -> Iterator[str]:
    for addresses, findings in by_addresses(stack.broken).items():
        text = f"{stack.name}: {', '.join(addresses)}"
        yield from sheet.flow(words(text, Style.BOLD), first="  ", rest="    ")
        yield from _group_lines(findings, sheet)


def _group_lines(findings: Sequence[Finding], sheet: Page) -> Iterator[str]:
    """Yield what some addresses have in common: passed ones in a line for each behavior, others with their reasons."""
    for part in dict.fromkeys(finding.part for finding in findings):
        of_part = [finding for finding in findings if finding.part == part]
        held = [finding for finding in of_part if finding.verdict is Verdict.HELD]
        if held:
            yield from _held_lines(part, held, sheet)
        doubtful = [finding for finding in of_part if finding.verdict is not Verdict.HELD]
        for why in dict.fromkeys((finding.verdict, finding.why, finding.do) for finding in doubtful):
            yield from _doubtful_lines(
                [each for each in doubtful if (each.verdict, each.why, each.do) == why], sheet
            )


def _held_lines(part: str, held: Sequence[Finding], sheet: Page) -> Iterator[str]:
    sign, style = SIGNS[Verdict.HELD]
    briefs: dict[str, list[str]] = {}
    for finding in held:
        if finding.brief:
            briefs.setdefault(finding.good, []).append(finding.brief)
    lines = [f"{good} {', '.join(dict.fromkeys(names))}" for good, names in briefs.items()]
    lines += dict.fromkeys(finding.claim for finding in held if not finding.brief)
    for text in lines:
        yield from sheet.flow(
            [Word(f"    {sign}", style), *words(": ".join(filter(None, (part, text))))], rest="      "
        )


def _doubtful_lines(findings: Sequence[Finding], sheet: Page) -> Iterator[str]:
    """Yield checks that failed for one reason: a single one in full, several by their briefs."""
    first = findings[0]
    sign, style = SIGNS[first.verdict]
    if len(findings) == 1:
        output = first.shown
        shown = f"{output} ({first.saw})" if first.saw else output
    else:
        shown = ", ".join(f"{each.brief} ({each.saw})" for each in findings)
    text = ": ".join(filter(None, (_head(first), first.part, shown)))
    head, _, rest = text.partition(": ")
    yield from sheet.flow(
        [Word(f"    {sign}", style), *words(f"{head}:", style), *words(rest)], rest="      "
    )
    if first.why:
        yield from sheet.flow(words(f"why: {first.why}"), first="      ", rest="        ")
    yield from remedy_lines(first.do, sheet, "      ")


def _head(finding: Finding) -> str:
    """Return the word before a check that did not pass. Only a request can be wrongly refused."""
    failed = finding.verdict is Verdict.DENIED and not finding.refused
    return "failed" if failed else HEADS[finding.verdict]


def _verdict(stack: StackProof) -> list[Word]:
    total = len(stack.findings)
    held = sum(finding.verdict is Verdict.HELD for finding in stack.findings)
    counted = f"{held} of {total} checks passed."
    if stack.broken:
        return [
            *words("Verification failed:", Style.BOLD_RED),
            *words(f"{len(stack.broken)} of {total} checks."),
        ]
    if stack.unproved:
        return [*words("Not fully verified.", Style.YELLOW), *words(counted)]
    return [*words("Verified.", Style.BOLD_GREEN), *words(counted)]


def _named(findings: Iterable[Finding], head: str) -> str:
    """Return the places with this head: each behavior once, with all its addresses."""
    addresses: dict[str, list[str]] = {}
    for each in findings:
        if _head(each) == head:
            addresses.setdefault(each.part, []).append(each.where)
    return "; ".join(
        f"{part} of {', '.join(dict.fromkeys(where))}".removeprefix(" of ")
        for part, where in addresses.items()
    )
