"""Render who can read, as text and as a document: a table of readers, or the chain to one object."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfstream.access.policy import KINDS_OF_ANYONE
from cfstream.access.reader import ANYONE
from cfstream.access.report import AccessRow, Chain, Link, Opening, StackAccess
from cfstream.render.accounts import named, several
from cfstream.render.flow import Page, Style, Word, columns, padded, page, printable, words
from cfstream.render.notices import notice_document, notice_lines, remedy_lines
from cfstream.render.openings import opening_lines
from cfstream.render.readers import paths_with_excluded
from cfstream.render.table import TableRow, table
from cfstream.spec.wording import choices

if TYPE_CHECKING:
    from cfstream.render.documents import AccessRowDocument

FORMAT_VERSION = 1

TITLES = ("reader", "may", "paths", "way")
TITLES_OF_A_KEY = ("reader", "may", "way")


def access_text(stacks: Sequence[StackAccess], *, color: bool, width: int) -> str:
    """Return a block for each stack: its openings, the table of readers or the chains, and its notices."""
    sheet = page(width, color=color)
    many = several(stacks)
    return "\n".join(
        "\n".join(_stack_lines(stack, named(stack, several=many), sheet)) + "\n" for stack in stacks
    )


def access_document(stacks: Iterable[StackAccess]) -> dict[str, Any]:
    """Return the answer for programs, with keys in the order of the contract."""
    return {
        "format_version": FORMAT_VERSION,
        "stacks": [
            {
                "name": stack.name,
                "account": stack.account,
                "spec": stack.spec,
                "key": stack.key,
                "access": [row_document(row) for row in stack.rows],
                "openings": [_opening_document(opening) for opening in stack.openings],
                "chains": [_chain_document(chain) for chain in stack.chains],
                "notices": [notice_document(notice) for notice in stack.notices],
                "error": {"what": stack.error.what, "do": stack.error.do} if stack.error else None,
                "object_exists": stack.object_exists,
                "nearest": list(stack.nearest),
            }
            for stack in stacks
        ],
    }


def row_document(row: AccessRow) -> "AccessRowDocument":
    """Return a row as plans and `access` list it. ``undecided`` and ``excluded`` are only there if not empty."""
    document: AccessRowDocument = {
        "reader": str(row.reader),
        "may": row.may,
        "paths": list(row.paths),
        "witness": row.witness,
        "certain": row.certain,
        "before": row.before,
        "after": row.after,
        "by": row.by,
        "opening": row.opening,
    }
    if row.undecided:
        document["undecided"] = list(row.undecided)
    if row.excluded:
        document["excluded"] = list(row.excluded)
    return document


def _opening_document(opening: Opening) -> dict[str, Any]:
    return {
        "text": opening.text,
        "do": opening.do,
        "sort": opening.sort,
        "reader": str(opening.reader),
        "witness": opening.witness,
    }


def _chain_document(chain: Chain) -> dict[str, Any]:
    links = [{"what": link.what, "detail": link.detail, "source": link.source} for link in chain.links]
    return {"reader": str(chain.reader), "may": str(chain.may), "certain": chain.certain, "links": links}


def _stack_lines(stack: StackAccess, name: str, sheet: Page) -> Iterator[str]:
    yield from sheet.beside([Word(printable(name), Style.BOLD)], Word(printable(stack.spec), Style.DIM))
    if stack.error:
        yield ""
        text = f"This stack cannot be read: {stack.error.what}"
        yield from sheet.flow(words(text, Style.RED), first="  ", rest="    ")
        for line in stack.error.do.splitlines():
            yield from remedy_lines(line, sheet, "    ")
        return
    if stack.openings:
        yield ""
    yield from opening_lines(stack.openings, "!", sheet)
    yield ""
    yield from _table_lines(stack, sheet) if stack.key is None else _key_lines(stack, sheet)
    if stack.notices:
        yield ""
        yield from notice_lines(stack.notices, sheet)


def _table_lines(stack: StackAccess, sheet: Page) -> Iterator[str]:
    if not stack.rows:
        yield from sheet.flow(words("Nobody can read the objects of this stack."), first="  ", rest="  ")
        return
    yield from table(TITLES, list(_rows(stack.rows)), sheet)


def _rows(rows: Iterable[AccessRow]) -> Iterator[TableRow]:
    """Yield the openings first; what one reader may do in one way to the same paths is one row."""
    together: dict[tuple[object, ...], list[AccessRow]] = {}
    for row in rows:
        alike = (
            not row.opening,
            str(row.reader),
            row.paths,
            row.excluded,
            row.by,
            row.certain,
            row.undecided,
        )
        together.setdefault(alike, []).append(row)
    for found in sorted(together.values(), key=lambda found: not found[0].opening):
        first = found[0]
        if _implied(found, together.values()):
            continue
        may = ", ".join(dict.fromkeys(str(row.may) for row in found))
        cells = (
            first.reader.prose,
            may if first.certain else f"maybe {may}",
            paths_with_excluded(first.paths, first.excluded),
            first.by + "".join(f"; not decided: {clause}" for clause in first.undecided),
        )
        yield TableRow(cells, Style.RED if first.opening else Style.PLAIN)


def _implied(found: Sequence[AccessRow], every: Iterable[Sequence[AccessRow]]) -> bool:
    """Return whether another row says the same of a shorter way, or of anyone by the same statement."""
    first, may = found[0], {row.may for row in found}
    return any(
        (other[0].paths, other[0].certain) == (first.paths, first.certain)
        and may <= {row.may for row in other}
        and (_is_longer(first, other[0]) or _is_of_anyone(first, other[0]))
        for other in every
    )


def _is_longer(row: AccessRow, other: AccessRow) -> bool:
    """Return whether an opening needs a distribution on the way that the other does not need."""
    return row.opening and row.reader == other.reader and row.by.endswith(f", {other.by}")


def _is_of_anyone(row: AccessRow, other: AccessRow) -> bool:
    """Return whether a statement lets a reader read directly, and the other row is that it lets anyone read."""
    ways = (other.by, *(f"{kind}, {other.by}" for kind in KINDS_OF_ANYONE))
    return other.reader == ANYONE and row != other and row.opening <= other.opening and row.by in ways


def _missing_lines(stack: StackAccess, sheet: Page) -> Iterator[str]:
    """Yield that the object does not exist, which ones are like it, and who could read it, a line for each reader."""
    absent = words("The bucket has no object with this key, so viewers get 403 or 404:", Style.YELLOW)
    yield from sheet.flow([*absent, Word(printable(stack.key or ""), Style.BOLD)], first="  ", rest="    ")
    if stack.nearest:
        near = choices(map(printable, stack.nearest))
        yield from remedy_lines(f"ask for {near}, or upload the object", sheet, "    ")
    yield ""
    if not stack.rows:
        yield from sheet.flow(words("After an upload nobody could read it."), first="  ", rest="  ")
        return
    yield from sheet.flow(words("After an upload, these could read it:"), first="  ", rest="  ")
    yield ""
    rows = [replace(row, cells=(*row.cells[:2], row.cells[-1])) for row in _rows(stack.rows)]
    yield from table(TITLES_OF_A_KEY, rows, sheet)


def _key_lines(stack: StackAccess, sheet: Page) -> Iterator[str]:
    key = Word(printable(stack.key or ""), Style.BOLD)
    if stack.object_exists is False:
        yield from _missing_lines(stack, sheet)
        return
    if not stack.chains:
        yield from sheet.flow([*words("Nobody can read"), key], first="  ", rest="    ")
        return
    yield from sheet.flow([*words("Who can read"), key], first="  ", rest="    ")
    for chain, may in _alike(stack.chains):
        yield ""
        yield from _chain_lines(chain, may, sheet)


def _alike(chains: Sequence[Chain]) -> Iterator[tuple[Chain, str]]:
    """Yield each chain once, with everything that its reader may do.

    Leaves out longer ways of a reader that needs none: if anyone may read, so may anyone with an AWS account.
    """
    direct = {(chain.reader, chain.may, chain.certain, chain.links) for chain in chains}
    together: dict[tuple[object, ...], list[Chain]] = {}
    for chain in chains:
        first, *rest = chain.links or (Link("", "", ""),)
        if first.what == "way" and (chain.reader, chain.may, chain.certain, tuple(rest)) in direct:
            continue
        together.setdefault((chain.reader, chain.certain, chain.links), []).append(chain)
    for found in together.values():
        may = ", ".join(dict.fromkeys(str(chain.may) for chain in found))
        yield found[0], may if found[0].certain else f"maybe {may}"


def _chain_lines(chain: Chain, may: str, sheet: Page) -> Iterator[str]:
    head = [*words(chain.reader.prose, Style.BOLD), *words(f"({may})", Style.DIM)]
    yield from sheet.flow(head, first="  ", rest="    ")
    column = max((columns(link.what) for link in chain.links), default=0)
    for link in chain.links:
        yield from _link_lines(link, column, sheet)


def _link_lines(link: Link, column: int, sheet: Page) -> Iterator[str]:
    """Yield what the link is, and where it comes from: at the right edge, or below if there is no room."""
    head = f"    {padded(printable(link.what), column)}  "
    hang = " " * columns(head)
    # Widths do not count colours, so colours are added last.
    lines = Page(sheet.width).flow(words(link.detail), first=head, rest=hang)
    source = printable(link.source)
    gap = sheet.width - columns(lines[-1]) - columns(source)
    yield from lines[:-1]
    if gap >= GAP_TO_SOURCE:
        yield lines[-1] + " " * gap + sheet.paint(source, Style.DIM)
        return
    yield lines[-1]
    yield from sheet.flow(words(source, Style.DIM), first=hang, rest=hang)


GAP_TO_SOURCE = 2
"""Columns between a link and its source."""
