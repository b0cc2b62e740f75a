"""Import one distribution, or all distributions of an account."""

import textwrap
from collections.abc import Iterable
from dataclasses import replace

from cfstream.adoption.account import Account
from cfstream.adoption.description import describe
from cfstream.adoption.grants import likely_grants
from cfstream.adoption.naming import proposed_name, unique
from cfstream.adoption.outside import commented_readers
from cfstream.adoption.planned import Judge, PlannedDescription, closest
from cfstream.adoption.refusal import CannotImport
from cfstream.adoption.risks import Risk
from cfstream.adoption.text import comment, spec_text
from cfstream.domain import NAME_TAG, LiveDistribution, bucket_of
from cfstream.errors import Missing
from cfstream.ports import Reads
from cfstream.stack.distributions import read_distribution
from cfstream.startup.frozen import dataclass
from cfstream.terraform import BelongingResource


@dataclass(frozen=True)
class Imported:
    """The result for one distribution: a spec, or why there is none."""

    row: LiveDistribution
    name: str = ""
    owner: str | None = None
    """The stack that already owned it; None if no stack did."""
    text: str = ""
    """The spec; empty if there is none."""
    bucket: str = ""
    risks: tuple[Risk, ...] = ()
    pending: tuple[str, ...] = ()
    """What its plan would change, or its problems; empty if the plan is empty."""
    refusal: CannotImport | None = None
    file: str = ""
    kept: bool = False
    """Whether the file was there with a spec of this distribution or stack. It is not changed."""
    others: tuple[str, ...] = ()
    """Files beside it with a spec of the same distribution or stack."""
    terraform: tuple[BelongingResource, ...] = ()
    """The distribution and what belongs to it in Terraform's state, if the state named it."""


def import_one(aws: Reads, account: Account, row: LiveDistribution, judge: Judge, name: str = "") -> Imported:
    """Return the spec of one distribution, checked by its plan. Raises CannotImport, and as `Reads.read`."""
    try:
        live = read_distribution(aws, row.delivery, row.id)
    except Missing as gone:
        raise CannotImport(f"{row.id} was deleted after it was listed", "skip it") from gone
    owner = live.tag(NAME_TAG)
    if owner and name and name != owner:
        raise CannotImport(
            f"{row.id} belongs to the stack {owner}: it has the tag {NAME_TAG} = {owner}",
            "omit --name, or remove that tag first",
        )
    called = name or owner or _name(live, row, account.marked)
    description = describe(live, account, called)
    planned = closest(description, likely_grants(aws, live, account, description.bucket), judge)
    return Imported(
        row=row,
        name=called,
        owner=owner,
        text=_whole(live, account, planned),
        bucket=description.bucket,
        risks=_risks(planned),
        pending=planned.pending,
    )


def import_all(
    aws: Reads, account: Account, judge: Judge, rows: Iterable[LiveDistribution] | None = None
) -> Iterable[Imported]:
    """Yield a result for each of these distributions, by default all, in their order. A refusal is a value here."""
    taken = set(account.marked)
    for row in account.rows if rows is None else rows:
        try:
            imported = import_one(aws, replace(account, marked=frozenset(taken)), row, judge)
        except CannotImport as refusal:
            imported = Imported(row, owner=account.owners.get(row.id), refusal=refusal)
        taken.add(imported.name)
        yield imported


def _name(live: LiveDistribution, row: LiveDistribution, taken: Iterable[str]) -> str:
    buckets = [bucket_of(origin.domain_name) or "" for origin in row.origins]
    return unique(
        proposed_name(row.aliases, live.comment, next(filter(None, buckets), ""), live.id), frozenset(taken)
    )


def _risks(planned: PlannedDescription) -> tuple[Risk, ...]:
    openings = (Risk("opening", each.text) for each in planned.plan.exposure.openings)
    return (*planned.description.risks, *openings)


def _whole(live: LiveDistribution, account: Account, planned: PlannedDescription) -> str:
    """Return the spec with the comments around its fields, and the readers from outside as commented lines."""
    state = "" if live.status == "Deployed" else f", {live.status}"
    head = [
        f"Imported from the {live.delivery.words} {live.id} ({live.domain_name}{state}) of account {account.number}."
    ]
    if planned.pending:
        head += ["When it was imported, its plan was not empty:", *(f"  {line}" for line in planned.pending)]
    else:
        head.append(
            "When it was imported, its plan was empty: apply changes nothing until you edit this file."
            " Absent fields are not managed."
        )
    if risks := _risks(planned):
        head += ["Please check:", *(f"  {risk.text}" for risk in risks)]
    tail = ["", "Kept as it is in AWS, and not compared:"] if planned.description.kept else []
    tail += [f"  {line}" for line in planned.description.kept]
    fields = spec_text(planned.description.values, planned.description.remarks)
    readers = "".join(f"{line}\n" for line in _readers(planned))
    return _comments(head) + fields + readers + _comments(tail)


def _readers(planned: PlannedDescription) -> list[str]:
    rows = planned.plan.exposure.access
    return commented_readers((row.reader, row.may) for row in rows if row.opening)


def _comments(lines: list[str]) -> str:
    return "".join(f"{part}\n" for line in lines for part in (_wrapped(line) if line else [""]))


def _wrapped(line: str) -> list[str]:
    """Return a line of comments, wrapped between words."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        comment(line),
        80,
        initial_indent=f"# {indent}",
        subsequent_indent=f"# {indent}  " if indent else "# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
