"""Render the report of a run as text and as JSON: what was done, what was not, and what to do now."""

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cfstream.applying import FailedChecks, Report, StackOutcome, StackReport, StepOutcome, StepReport
from cfstream.exit_codes import ExitCode
from cfstream.render.accounts import named, several
from cfstream.render.errors import do_lines, what_lines
from cfstream.render.flow import Page, Style, Word, columns, padded, page, printable, words
from cfstream.render.hazards import SavedAs, allowing, allowing_together
from cfstream.render.verdicts import WENT_WELL, verdict_with_names
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.apply import DESTROY_IMPLIES
from cfstream.values import Verb, plain

if TYPE_CHECKING:
    from cfstream.render.documents import ReportDocument, StackReportDocument

OUTPUTS = (
    "distribution_id",
    "domain_name",
    "status",
    "etag",
    "oai_id",
    "s3_canonical_user_id",
    "oac_id",
    "key_group_ids",
    "public_key_ids",
    "dns_records",
)
"""The outputs of a stack, in the order of the contract."""

PAST: Mapping[Verb, str] = {
    Verb.CREATE: "created",
    Verb.ADOPT: "adopted",
    Verb.MODIFY: "modified",
    Verb.GRANT: "granted",
    Verb.REVOKE: "revoked",
    Verb.DISABLE: "disabled",
    Verb.DELETE: "deleted",
}
"""The word for each verb in the sum line; waits change nothing and are not in it."""

PROTECTED_DO = "if intended, remove `protect: true` from the spec first"
"""How to fix a stack that is blocked with exit code 5 because of its protection."""

REST: Mapping[StackOutcome, tuple[str, str]] = {
    StackOutcome.FAILED: ("a step failed", "fix the cause, then resume: {again}"),
    StackOutcome.STALE: ("the plan is stale", "plan again, and read the difference before applying"),
    StackOutcome.TIMED_OUT: (
        "not Deployed yet, and later steps need it",
        "resume: {again}\nto only wait: `cfstream wait {spec}`",
    ),
    StackOutcome.INTERRUPTED: ("interrupted", "resume: {again}"),
    StackOutcome.BLOCKED: ("blocked", "fix the problems that the plan shows, then resume: {again}"),
    StackOutcome.EXPOSED: (
        "verification failed",
        "fix what is listed, then run: `cfstream verify {spec}`",
    ),
}
"""What is wrong and how to fix it, if neither the stack nor its steps have a reason. ``{spec}`` is the stack's, with
the flags for the same AWS. ``{again}`` is the command that resumes.
"""


UNFINISHED = frozenset({StepOutcome.INTERRUPTED, StepOutcome.UNKNOWN, StepOutcome.REFUSED, StepOutcome.STALE})
"""The outcomes of a step that may have changed something."""


def report_document(report: Report) -> "ReportDocument":
    """Return the report as `apply --format json` prints it: plain values, keys in the order of the contract."""
    return {
        "format_version": 1,
        "stacks": [_stack(stack) for stack in report.stacks],
        "exit_code": report.exit_code,
    }


def report_text(report: Report, *, color: bool, width: int, quiet: bool = False, brief: bool = False) -> str:
    """Return what was done: each stack's outputs, and the sum line. Failures are in `failures_text`.

    Blocked stacks have no outputs: nothing was done. With `quiet`, neither do stacks without changes.
    With `brief`, each stack has one line, with the id and the domain name of its distribution.
    """
    sheet = page(width, color=color)
    many = several(report.stacks)
    if brief:
        blocks = ["\n".join(_brief_lines(report, sheet)) + "\n"]
    else:
        blocks = [
            "\n".join(_stack_lines(stack, named(stack, several=many), sheet, quiet=quiet)) + "\n"
            for stack in report.stacks
        ]
    return "\n".join([*blocks, "\n".join(sheet.flow(_last_words(report), rest="  ")) + "\n"])


@dataclass(frozen=True)
class SuggestedCommands:
    """SuggestedCommands that a fix may suggest."""

    flags: str = ""
    """The flags of further commands for the same AWS, with a space before each."""
    again: str = ""
    """The command that resumes the run."""
    saved: SavedAs | None = None
    """The plan of the run, if it was saved."""

    @property
    def resuming(self) -> str:
        """The command in backticks, or words for it."""
        return f"`{self.again}`" if self.again else "run the same command again"


def failures_text(
    report: Report, *, color: bool, width: int, commands: SuggestedCommands | None = None
) -> str:
    """Return what went wrong, a block for each stack: what, what was done, what was not, the fix. May be empty.

    Stacks that failed for the same reason share a block, and blocks with the same fix have it once, in the last one.
    """
    sheet, known = page(width, color=color), commands or SuggestedCommands()
    if _has_written(report):
        known = replace(known, saved=None)  # the file is stale now
    many = several(report.stacks)
    alike: dict[object, list[_Failure]] = {}
    for stack in report.stacks:
        if stack.outcome not in WENT_WELL:
            failure = _failure(stack, named(stack, several=many), known)
            alike.setdefault(failure.reason, []).append(failure)
    # Two stacks may each have their own block. More would hide what else went wrong.
    groups = [
        group
        for found in alike.values()
        for group in ([found] if len(found) > 2 else [[each] for each in found])
    ]
    last = {group[0].do: number for number, group in enumerate(groups)}
    blocks = [
        "\n".join(_failure_lines(group, sheet, fix=last[group[0].do] == number)) + "\n"
        for number, group in enumerate(groups)
    ]
    return "\n".join(blocks)


def _stack(stack: StackReport) -> "StackReportDocument":
    known = plain(stack.outputs)
    outputs: Any = {name: known.get(name) for name in OUTPUTS} | known
    document: StackReportDocument = {
        "name": stack.name,
        "account": stack.account,
        "outcome": stack.outcome,
        "outputs": outputs,
        "steps": [
            {
                "id": step.id,
                "verb": step.verb,
                "address": str(step.address),
                "outcome": step.outcome,
                "seconds": round(step.seconds, 3),
                "error": step.error,
            }
            for step in stack.steps
        ],
    }
    if stack.gave:
        document["gave"] = dict(stack.gave)
    if stack.why:
        document["why"] = stack.why
    if stack.do:
        document["do"] = stack.do
    return document


def _stack_lines(stack: StackReport, name: str, sheet: Page, *, quiet: bool) -> Iterator[str]:
    verdict, style = verdict_with_names(stack)
    yield " ".join([sheet.paint(name, Style.BOLD), sheet.paint(verdict, style)])
    hidden = stack.outcome is StackOutcome.BLOCKED or (quiet and stack.outcome is StackOutcome.UNCHANGED)
    shown = [] if hidden else [*_shown_outputs(stack.outputs)]
    column = max([20, *(len(output) for output, _ in shown)]) + 1
    for output, value in shown:
        label = "  " + output.replace("_", " ").ljust(column)
        yield from sheet.flow(words(value), first=label, rest=" " * 4 if sheet.narrow else " " * len(label))


def _brief_lines(report: Report, sheet: Page) -> Iterator[str]:
    """Yield a line for each stack: its name, its outcome, and its distribution."""
    names = [named(stack, several=several(report.stacks)) for stack in report.stacks]
    column = max(map(columns, names))
    verdicts = [verdict_with_names(stack) for stack in report.stacks]
    second = max(len(verdict) for verdict, _ in verdicts)
    for stack, name, (verdict, style) in zip(report.stacks, names, verdicts, strict=True):
        live = [stack.outputs.get(each) for each in ("distribution_id", "domain_name")]
        blocked = stack.outcome is StackOutcome.BLOCKED
        facts = [] if blocked else [Word(f" {printable(str(fact))}") for fact in live if fact]
        head = [Word(padded(name, column), Style.BOLD), Word(" " + padded(verdict, second), style)]
        yield from sheet.flow([*head, *facts], rest="   ")


def _shown_outputs(outputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each output that has a value, as text; one line for each member of a mapping or list."""
    for name in OUTPUTS:
        members = _members(value := plain(outputs.get(name)))
        label = "create_dns_records" if name == "dns_records" and _by_hand(value) else name
        yield from zip([label, *[""] * len(members)], members, strict=False)


def _by_hand(records: Any) -> bool:
    """Return whether the stack leaves its DNS records to the user: its own are A and AAAA."""
    return bool(records) and all(record["type"] == "CNAME" for record in records)


def _members(value: Any) -> list[str]:
    """Return the lines of a value: none, one, or one for each known member of a mapping or list."""
    if value in (None, ""):
        return []
    if isinstance(value, Mapping):
        return [f"{member}  {_scalar(item)}" for member, item in value.items() if item is not None]
    items = value if isinstance(value, list) else [value]
    return [_scalar(item) for item in items if not (isinstance(item, Mapping) and None in item.values())]


def _scalar(value: Any) -> str:
    match value:
        case Mapping():
            return "  ".join(_scalar(item) for item in value.values())
        case list():
            return ", ".join(_scalar(item) for item in value)
    return printable(str(value))


NO_STEP = "no step is finished"
"""The last line if every step failed or was interrupted. A grant may have reached some of the objects."""


def _last_words(report: Report) -> list[Word]:
    done = Counter(
        step.verb for stack in report.stacks for step in stack.steps if step.outcome is StepOutcome.DONE
    )
    nothing = "nothing was changed"
    if done[Verb.WAIT]:
        nothing = "an earlier change is Deployed now"
    elif any(step.outcome in UNFINISHED for stack in report.stacks for step in stack.steps):
        nothing = NO_STEP
    counted = ", ".join(f"{done[verb]} {past}" for verb, past in PAST.items() if done[verb]) or nothing
    outcomes = {stack.outcome for stack in report.stacks}
    checks = sum((stack.failed_checks for stack in report.stacks), FailedChecks())
    failed = f"verification failed: {checks}"
    past = "destroyed" if any(stack.destroying for stack in report.stacks) else "applied"
    if outcomes == {StackOutcome.UNCHANGED}:
        return [*words("No changes.", Style.BOLD_GREEN), *words("Nothing to do.")]
    if outcomes <= WENT_WELL:
        return [*words(f"{past.capitalize()}.", Style.BOLD_GREEN), *_sentence(counted)]
    if counted == "nothing was changed" and StackOutcome.EXPOSED not in outcomes:
        return words(f"Nothing was {past}.", Style.BOLD_RED)
    if counted == "nothing was changed" and outcomes <= WENT_WELL | {StackOutcome.EXPOSED}:
        return words(f"Nothing to apply, but {failed}.", Style.BOLD_RED)
    if outcomes <= WENT_WELL | {StackOutcome.EXPOSED}:
        return [*words(f"Applied, but {failed}.", Style.BOLD_RED), *_sentence(counted)]
    exposed = _sentence(failed) if StackOutcome.EXPOSED in outcomes else []
    unfinished = [] if counted == NO_STEP else words(f"Not everything was {past}.", Style.BOLD_RED)
    return [*unfinished, *_sentence(counted), *exposed]


def _sentence(text: str) -> list[Word]:
    return words(text[:1].upper() + text[1:] + ".")


@dataclass(frozen=True)
class _Failure:
    """What went wrong with a stack, and how to fix it."""

    stack: StackReport
    name: str
    what: str
    do: str
    failed: StepReport | None

    @property
    def reason(self) -> object:
        """What is equal for stacks that failed for the same reason."""
        address = str(self.failed.address) if self.failed else self.name
        text = _REQUEST.sub("", self.what.replace(address, "").replace(self.name, ""))
        return self.stack.outcome, self.failed and (self.failed.verb, self.failed.address.kind), text, self.do


_REQUEST = re.compile(r"request [\w-]+")
"""The id of a request in an error of AWS."""

_NAMED = 12
"""How many further stacks with the same error are named."""


def _failure_lines(group: Sequence[_Failure], sheet: Page, *, fix: bool) -> Iterator[str]:
    """Yield the block of stacks that failed for the same reason: the first one in full."""
    first, *others = group
    yield from what_lines(first.what, sheet)
    yield from _ids("done: ", first.stack.steps, StepOutcome.DONE, sheet)
    if first.stack.outcome is not StackOutcome.BLOCKED:
        yield from _ids("not tried: ", first.stack.steps, StepOutcome.NOT_TRIED, sheet, most=_UNTRIED)
    if others:
        shown = [each.name for each in others[:_NAMED]]
        left = [f"and {len(others) - _NAMED} more"] if len(others) > _NAMED else []
        listed = ", ".join([*shown, *left])
        yield from sheet.flow(
            words(f"the same error, in {len(others)} other stacks: {listed}"), first="  ", rest="    "
        )
    if fix:
        yield from do_lines(first.do, sheet)


def _failure(stack: StackReport, name: str, commands: SuggestedCommands) -> _Failure:
    failed = next(
        (step for step in stack.steps if step.outcome not in (StepOutcome.DONE, StepOutcome.NOT_TRIED)), None
    )
    # A stale step advises to plan again, but that plan would recreate a stack that is being destroyed. The advice of an
    # interrupted one does not know the command.
    general = stack.outcome is StackOutcome.INTERRUPTED or (
        stack.destroying and stack.outcome is StackOutcome.STALE
    )
    own_do = stack.do or (failed.do if failed and not general else "")
    return _Failure(stack, name, _what(stack, name, failed), own_do or _do(stack, commands), failed)


def _what(stack: StackReport, name: str, failed: StepReport | None) -> str:
    """Return what is wrong: the error of a step, the reason of the stack, or words for its outcome."""
    if failed is None:
        return f"{name}: {stack.short or stack.why or REST[stack.outcome][0]}"
    what = failed.error or stack.why or REST[stack.outcome][0]
    if failed.outcome is StepOutcome.INTERRUPTED and what == REST[StackOutcome.INTERRUPTED][0]:
        return f"{what}: {failed.id}"
    return what if str(failed.address) in what else f"{failed.address}: {what}"


def _do(stack: StackReport, commands: SuggestedCommands) -> str:
    """Return how to fix a stack whose steps do not say it."""
    if stack.behind:
        return f"fix what stops {stack.behind}, then resume: {commands.resuming}"
    if stack.outcome is StackOutcome.BLOCKED and stack.exit_code is ExitCode.HAZARD:
        return _allowing(stack, commands)
    if stack.destroying and stack.outcome is StackOutcome.STALE:
        return f"run it again, and read the plan before you confirm: {commands.resuming}"
    spec = shlex.quote(stack.spec) + commands.flags
    return REST[stack.outcome][1].replace("{spec}", spec).replace("{again}", commands.resuming)


def _has_written(report: Report) -> bool:
    """Return whether the run may have changed something."""
    tried = (step for stack in report.stacks for step in stack.steps if step.verb is not Verb.WAIT)
    return any(step.outcome is not StepOutcome.NOT_TRIED for step in tried)


def _allowing(stack: StackReport, commands: SuggestedCommands) -> str:
    """Return the fix for a stack that is blocked for hazards: the command that allows them; or for its protection."""
    if not stack.hazards:
        return PROTECTED_DO
    if stack.destroying:
        return allowing([stack.spec], {*stack.hazards} - DESTROY_IMPLIES, commands.flags, command="destroy")
    advice = allowing_together(stack, stack.hazards, commands.flags, commands.saved)
    return "\n".join(filter(None, (advice, stack.closing)))


_UNTRIED = 3
"""How many of the steps that were not tried are named."""


def _ids(
    label: str, steps: Iterable[StepReport], outcome: StepOutcome, sheet: Page, most: int | None = None
) -> Iterator[str]:
    found: list[str] = [step.id for step in steps if step.outcome is outcome]
    if most is not None and len(found) > most + 1:
        found = [*found[:most], f"and {len(found) - most} more"]
    if found:
        listed = [printable(step) + "," * (n < len(found)) for n, step in enumerate(found, 1)]
        # A line break between a verb and its address is the last resort.
        parts = [Word(part) for step in listed for part in _whole(step, sheet.width - 4)]
        yield from sheet.flow([Word(label.rstrip()), *parts], first="  ", rest="    ")


def _whole(text: str, room: int) -> list[str]:
    """Return the text, or its words if it is too long for one line."""
    return [text] if columns(text) <= room else text.split(" ")
