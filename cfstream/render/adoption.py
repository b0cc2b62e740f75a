"""Render what `import` prints besides the specs: a block for each distribution, and the same for programs."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cfstream.adoption import Imported
from cfstream.render.errors import do_lines
from cfstream.render.flow import Page, Style, Word, page, printable, words
from cfstream.render.terraform import belonging_document
from cfstream.spec.wording import some_of
from cfstream.use_cases.imports import Imports

FORMAT_VERSION = 1

MOST_NAMED = 10
"""How many managed distributions people see; JSON has all."""


def import_text(account: str, found: Sequence[Imported], *, color: bool, width: int) -> str:
    """Return a block for each distribution: what it is, its file and its risks; the last line has the number."""
    sheet = page(width, color=color)
    if not found:
        text = words(f"No distributions to import in account {account}.")
        return "".join(f"{line}\n" for line in sheet.flow(text, rest="  "))
    blocks = ["\n".join(_block(each, sheet)) for each in found]
    return "\n".join(f"{block}\n" for block in [*blocks, _count(found)])


def import_document(imports: Imports) -> dict[str, Any]:
    """Return the same for programs. `file` and `spec` are null if there is none; `refused` is the reason.

    `terraform` is null unless Terraform's state named the distribution.
    """
    return {
        "format_version": FORMAT_VERSION,
        "account": imports.account,
        "distributions": [
            {
                "kind": each.row.delivery.kind,
                "id": each.row.id,
                "name": each.name or None,
                "owner": each.owner,
                "file": each.file or None,
                "spec": each.text or None,
                "domain_name": each.row.domain_name,
                "cnames": list(each.row.aliases),
                "enabled": each.row.enabled,
                "bucket": each.bucket or None,
                "in_sync": bool(each.text) and not each.pending,
                "pending": list(each.pending),
                "kept": each.kept,
                "other_specs": list(each.others),
                "risks": [{"name": risk.name, "text": risk.text} for risk in each.risks],
                "refused": {"what": each.refusal.what, "do": each.refusal.do} if each.refusal else None,
                "terraform": belonging_document(imports.state, each.terraform) if imports.state else None,
            }
            for each in imports.distributions
        ],
        "managed": [{"id": id_, "stack": stack} for id_, stack in imports.managed],
    }


def managed_text(
    imports: Imports, flags: str, free_file: Callable[[str], str], *, color: bool, width: int
) -> str:
    """Return which distributions are left out because a stack manages them; empty if there are none."""
    if not imports.managed:
        return ""
    number, (first, stack) = len(imports.managed), imports.managed[0]
    verb = "distribution has" if number == 1 else "distributions have"
    listed = some_of([f"{stack} ({id_})" for id_, stack in imports.managed], MOST_NAMED)
    text = f"{number} {verb} a stack already, and no new spec: {listed}"
    sheet = page(width, color=color)
    lines = sheet.flow([Word("note:", Style.YELLOW), *words(text)], rest="  ")
    command = f"cfstream import {first} --out {shlex.quote(free_file(stack))}{flags}"
    do = f"if the spec of a stack is lost, import it by its id: `{command}`"
    return "".join(f"{line}\n" for line in [*lines, *do_lines(do, sheet)])


def notices_text(imported: Imported, *, color: bool, width: int) -> str:
    """Return the notices of one import: risks, and whether its plan is empty."""
    sheet = page(width, color=color)
    lines = [line for risk in imported.risks for line in _remark("warning:", risk.text, sheet, Style.YELLOW)]
    lines += [line for text in _doubts(imported) for line in _remark("warning:", text, sheet, Style.YELLOW)]
    if not imported.pending:
        return "".join(f"{line}\n" for line in [*lines, f"The plan of {imported.name} is empty."])
    lines.append(f"The plan of {imported.name} is not empty:")
    for text in imported.pending:
        lines += sheet.flow(words(text), first="  ", rest="    ")
    return "".join(f"{line}\n" for line in lines)


def _block(each: Imported, sheet: Page) -> Iterator[str]:
    state = [] if each.row.enabled else [Word("disabled", Style.YELLOW)]
    name = Word(each.name or "-", Style.BOLD if each.name else Style.PLAIN)
    yield from sheet.flow([Word(printable(each.row.id), Style.BOLD), name, *state], rest="  ")
    source = f" from {each.bucket}" if each.bucket else ""
    parts = [f"{each.row.delivery.value}{source}", each.row.domain_name, *each.row.aliases]
    yield from _inside(", ".join(filter(None, parts)), sheet)
    if each.refusal:
        yield from _remark("no spec:", each.refusal.what, sheet, Style.CYAN)
        yield from do_lines(each.refusal.do, sheet)
        return
    if each.kept:
        yield from _inside(f"{each.file} already describes it, and is left as it is", sheet)
    elif each.file:
        plan = "its plan is not empty" if each.pending else "its plan is empty"
        yield from _inside(f"{each.file}: {plan}", sheet, Style.YELLOW if each.pending else Style.GREEN)
    for text in each.pending:
        yield from sheet.flow(words(text), first="    ", rest="      ")
    for risk in each.risks:
        yield from _remark(f"{risk.name}:", risk.text, sheet, Style.YELLOW)
    for text in _doubts(each):
        yield from _remark("warning:", text, sheet, Style.YELLOW)


def _doubts(each: Imported) -> Iterator[str]:
    """Yield why the new spec may be one too many."""
    if each.others:
        verb = "describes" if len(each.others) == 1 else "describe"
        yield f"{', '.join(each.others)} {verb} the same stack or distribution: keep only one spec of it"
    elif each.owner and each.file and not each.kept:
        yield f"it is managed as the stack {each.owner}: if that has a spec, keep only one of the two"


def _inside(text: str, sheet: Page, style: Style = Style.PLAIN) -> list[str]:
    return sheet.flow(words(text, style), first="  ", rest="    ")


def _remark(label: str, text: str, sheet: Page, style: Style) -> list[str]:
    return sheet.flow([*words(label, style), *words(text)], first="  ", rest="    ")


def _count(found: Sequence[Imported]) -> str:
    """Return the last line: the numbers of specs, of those with risks, and of the others."""
    kept = sum(1 for each in found if each.kept)
    specs = [each for each in found if each.text and not each.kept]
    risky = sum(1 for each in specs if each.risks or any(_doubts(each)))
    pending = sum(1 for each in specs if each.pending)
    parts = [f"{len(specs)} imported, {kept} kept"] if kept else [f"{len(specs)} of {len(found)} imported"]
    parts += [f"{risky} to review"] if risky else []
    parts += [f"{pending} whose plan is not empty"] if pending else []
    return ", ".join(parts) + "."
