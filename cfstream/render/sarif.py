"""Problems, hazards and warnings as SARIF 2.1.0, which code hosts show beside the lines of a spec.

Nothing here prints. The ids of the rules never change; their sentences may. GitHub needs `ruleId`, a message, and a
file with `region.startLine` (its page "SARIF support for code scanning"); a problem of a file as a whole is placed on
its first line. Warnings are included, notes are not: an alert must ask for an action.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cfstream import __version__
from cfstream.errors import Problem, Where
from cfstream.render.accounts import named
from cfstream.render.errors import MANUAL
from cfstream.render.flow import printable
from cfstream.render.hazards import NONE_ALLOWED, Allowed, allow_flags, allowance, hazards_of
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import digest

if TYPE_CHECKING:  # `validate` renders problems only, and does not wait for the import of all that plans need
    from cfstream.planning import Plan, StackPlan

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/cfstream/cfstream"

SPEC, PREFLIGHT, WARNING = "spec", "preflight", "warning"

RULES: dict[str, tuple[str, str]] = {
    SPEC: ("error", "The spec is not valid"),
    PREFLIGHT: ("error", "AWS would refuse this, or it conflicts with what is live"),
    WARNING: ("warning", "Others can read, or a setting weakens a private set-up"),
    **{name: ("warning", f"Hazard: {name.meaning}") for name in HazardName},
}
"""Level and meaning of each rule, in the order in which they are listed."""

PAGES: dict[str, str] = {
    **dict.fromkeys((SPEC, PREFLIGHT, WARNING), f"{MANUAL}hazards/"),
    **{name: MANUAL + name.page for name in HazardName},
}
"""Where the manual describes each rule."""


def plan_sarif(plan: "Plan", allowed: Allowed = NONE_ALLOWED) -> dict[str, Any]:
    """Return each stack's problems, hazards and warnings. The hazards in `allowed` are suppressed."""
    several = plan.account is None
    results = (
        result for stack in plan.stacks for result in _stack(stack, named(stack, several=several), allowed)
    )
    return _log(results, _notifications(plan))


def problems_sarif(problems: Iterable[Problem]) -> dict[str, Any]:
    """Return the problems of specs that are found without AWS; a document without results if there are none."""
    return _log(_problem(SPEC, problem) for problem in problems)


def _notifications(plan: "Plan") -> list[dict[str, Any]]:
    """Return a message of the run about the snapshot that the plan was made from; none if it was made from AWS."""
    if not plan.snapshot:
        return []
    level = "warning" if plan.snapshot.warning else "note"
    return [{"level": level, "message": {"text": _plain(plan.snapshot.whole)}}]


def _stack(stack: "StackPlan", name: str, allowed: Allowed) -> Iterator[dict[str, Any]]:
    for problem in stack.problems:
        yield _problem(PREFLIGHT, problem)
    for _, step, hazard in hazards_of([stack]):
        do = allowance(hazard.name, protect=stack.protect)
        where = Where(stack.spec, hazard.line_or(step.line))
        result = _result(hazard.name, where, f"{hazard.text} ({step.id})", do, name)
        yield {**result, "suppressions": [_accepted(hazard)]} if allowed.covers(stack, hazard) else result
    for notice in stack.notices:
        if notice.warning:
            yield _result(WARNING, Where(stack.spec), notice.text, notice.do, name)


def _accepted(hazard: Hazard) -> dict[str, str]:
    """Return why an alert needs no action (SARIF 2.1.0, 3.35)."""
    text = f"allowed: {allow_flags([hazard.name])}"
    return {"kind": "external", "status": "accepted", "justification": text}


def _problem(rule: str, problem: Problem) -> dict[str, Any]:
    return _result(rule, problem.where, problem.what, problem.do)


def _result(rule: str, where: Where, what: str, do: str, stack: str = "") -> dict[str, Any]:
    """Return one alert; on the first line if only the file is known."""
    text = f"{stack}: {what}" if stack else what
    region = {"startLine": max(where.line, 1), **({"startColumn": where.col} if where.col else {})}
    return {
        "ruleId": rule,
        "ruleIndex": list(RULES).index(rule),
        "level": RULES[rule][0],
        "message": {"text": _plain(f"{text}\nfix: {do}" if do else text)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(where.file)},
                    "region": region,
                }
            }
        ],
    }


def _fingerprinted(results: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the alerts with fingerprints that do not depend on lines: an alert that moves is still the same one."""
    seen: Counter[str] = Counter()
    for result in results:
        (location,) = result["locations"]
        file = location["physicalLocation"]["artifactLocation"]["uri"]
        same = digest([result["ruleId"], file, result["message"]["text"]]).removeprefix("sha256:")
        seen[same] += 1
        # The fingerprint of an alert is the same whether it is suppressed or not.
        for each in result.get("suppressions", ()):
            text = result["message"]["text"].partition("\nfix: ")[0]
            result["message"] = {"text": f"{text}\n{each['justification']}"}
        yield {**result, "partialFingerprints": {"cfstream/v1": f"{same}:{seen[same]}"}}


def _plain(text: str) -> str:
    """Return the text without anything that SARIF viewers show as a link (SARIF 2.1.0, 3.11.6)."""
    return "\n".join(printable(line) for line in text.replace("](", "] (").split("\n"))


def _uri(file: str) -> str:
    """Return a path as a URI: relative to the checkout as the user named it, or absolute."""
    path = quote(file.removeprefix("./"), errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path


def _log(results: Iterable[dict[str, Any]], notifications: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    rules = [
        {
            "id": name,
            "shortDescription": {"text": meaning},
            "fullDescription": {"text": meaning},
            "help": {"text": f"{meaning}. See {PAGES[name]} and the plan."},
            "helpUri": PAGES[name],
            "defaultConfiguration": {"level": level},
        }
        for name, (level, meaning) in RULES.items()
    ]
    driver = {"name": "cfstream", "version": __version__, "informationUri": HOME, "rules": rules}
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": [*notifications]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                **({"invocations": [invocation]} if notifications else {}),
                "results": list(_fingerprinted(results)),
            },
        ],
    }
