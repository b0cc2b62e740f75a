"""Render what belongs to an imported distribution in Terraform's state, and the commands that remove it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cfstream.adoption import Imported
from cfstream.render.flow import Page, Style, Word, page, printable, words
from cfstream.spec.wording import some_of
from cfstream.terraform import BelongingResource
from cfstream.use_cases.terraform import StateFile

NAMED = 5
"""How many other distributions a line lists."""

ORDER = (
    "Run these before terraform apply, and delete their blocks in the same change. If only the block is left, "
    "Terraform creates a second distribution; if only the state is left, it deletes yours."
)


def removals_text(file: StateFile, found: Sequence[Imported], *, color: bool, width: int) -> str:
    """Return the commands for what cfstream manages, and then what else belongs to the distributions."""
    sheet = page(width, color=color)
    all_ = _merged([each.terraform for each in found if each.text])
    managed = [each for each in all_ if each.managed]
    lines: list[str] = []
    if managed:
        lines += ["", sheet.paint("Remove from Terraform's state:", Style.BOLD)]
        lines += _commands(file, managed, sheet)
        lines += sheet.flow(words(ORDER.replace("terraform", file.state.program)), first="  ", rest="  ")
    others = [each for each in all_ if not each.managed]
    if others:
        title = "Also in the state. cfstream does not change these, so Terraform may keep them:"
        lines += ["", *sheet.flow(words(title, Style.BOLD))]
        for each in others:
            lines += sheet.flow(words(_line(each)), first="  ", rest="    ")
        title = "To remove them too, so that nothing manages them:"
        lines += ["", *sheet.flow(words(title, Style.BOLD)), *_commands(file, others, sheet)]
    return "".join(f"{line}\n" for line in lines)


def belonging_document(file: StateFile, found: Sequence[BelongingResource]) -> dict[str, Any]:
    """Return the same for programs. `managed` says whether cfstream manages the resource from now on."""
    return {
        "file": file.path,
        "resources": [
            {
                "address": each.address,
                "type": each.type,
                "id": each.id,
                "why": each.why,
                "managed": each.managed,
                "shared_with": list(each.shared),
                "deposed": list(each.deposed),
                "remove": file.removal(each.address),
            }
            for each in found
        ],
    }


def _merged(found: Sequence[Sequence[BelongingResource]]) -> list[BelongingResource]:
    """Return each resource once: managed if one spec manages it, and shared only with what was not imported."""
    imported = {address for own, *_ in found for address in (own.address, *own.also_at)}
    merged: dict[str, BelongingResource] = {}
    for each in (each for resources in found for each in resources):
        managed = each.managed or (each.address in merged and merged[each.address].managed)
        shared = tuple(address for address in each.shared if address not in imported)
        merged[each.address] = replace(each, managed=managed, shared=shared)
    return list(merged.values())


def _commands(file: StateFile, found: Sequence[BelongingResource], sheet: Page) -> Iterator[str]:
    """Yield a line for each command, without a break, so that it can be pasted."""
    for each in found:
        yield from sheet.flow([Word(printable(file.removal(each.address)))], first="  ")
        for text in _remarks(each):
            yield from sheet.flow(words(f"# {text}", Style.YELLOW), first="    ", rest="    # ")


def _remarks(each: BelongingResource) -> Iterator[str]:
    """Yield what a person must know before a resource is removed from the state."""
    if each.managed and each.shared:
        yield f"also belongs to {some_of(each.shared, NAMED)}"
    if each.also_at:
        yield f"the same distribution as {some_of(each.also_at, NAMED)}: Terraform has it more than once"
    if each.deposed:
        yield (
            f"also forgets {some_of(each.deposed, NAMED)}, which this one replaced and Terraform has not deleted yet; "
            "to delete it, apply with Terraform first"
        )


def _line(each: BelongingResource) -> str:
    shared = f"; also of {some_of(each.shared, NAMED)}" if each.shared else ""
    return f"{each.address}: {each.why}{shared}"
