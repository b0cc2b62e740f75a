"""What is wrong or dangerous as SARIF 2.1.0, which code hosts show beside the lines of a spec.

Values in, a document out; nothing here prints. The rules are few and their ids never change; the sentences may.
GitHub asks for `ruleId`, a message, and a file with `region.startLine` (its page "SARIF support for code scanning");
what is known of a file as a whole stands at its first line. Warnings are told, mere notes are not: who reads alerts
wants nothing there that needs no hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cfstream import __version__
from cfstream.errors import Problem, Where
from cfstream.render.errors import MANUAL
from cfstream.render.flow import printable
from cfstream.render.hazards import allowance
from cfstream.values import digest

if TYPE_CHECKING:  # `validate` renders problems alone, and must not wait for all that plans are made of
    from cfstream.planning import Plan, StackPlan

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://github.com/cfstream/cfstream"
HELP = f"{MANUAL}hazards/"

SPEC, PREFLIGHT, WARNING = "spec", "preflight", "warning"

RULES = {
    SPEC: ("error", "The spec cannot be read as it is written"),
    PREFLIGHT: ("error", "AWS would refuse this, or something is in the way"),
    WARNING: ("warning", "Something is open, or not as a private set-up should be"),
    "makes-public": ("warning", "Hazard: what only signers could read may be read by anyone"),
    "cuts-viewers": ("warning", "Hazard: people who are watching are cut off"),
    "widens-grant": ("warning", "Hazard: CloudFront may read more of the bucket than before"),
    "weakens-tls": ("warning", "Hazard: an older TLS policy, or plain http"),
    "loses-firewall": ("warning", "Hazard: more countries are served, or another web ACL or none"),
    "replaces-acls": ("warning", "Hazard: a batch job replaces ACLs that were not all read"),
    "deletes": ("warning", "Hazard: a distribution is deleted"),
}
"""Level and meaning of each rule, in the order in which they are listed."""


def plan_sarif(plan: "Plan") -> dict[str, Any]:
    """What stands in the way of each stack, its hazards and its warnings."""
    return _log(result for stack in plan.stacks for result in _stack(stack))


def problems_sarif(problems: Iterable[Problem]) -> dict[str, Any]:
    """Problems of specs, found without AWS; a document without results when there are none."""
    return _log(_problem(SPEC, problem) for problem in problems)


def _stack(stack: "StackPlan") -> Iterator[dict[str, Any]]:
    for problem in stack.problems:
        yield _problem(PREFLIGHT, problem)
    for step in stack.steps:
        for hazard in step.hazards:
            do = allowance(hazard.name, protect=stack.protect)
            yield _result(
                hazard.name, Where(stack.spec, step.line), f"{hazard.text} ({step.id})", do, stack.name
            )
    for notice in stack.notices:
        if notice.warning:
            yield _result(WARNING, Where(stack.spec), notice.text, notice.do, stack.name)


def _problem(rule: str, problem: Problem) -> dict[str, Any]:
    return _result(rule, problem.where, problem.what, problem.do)


def _result(rule: str, where: Where, what: str, do: str, stack: str = "") -> dict[str, Any]:
    """One alert, at the first line where only the file is known."""
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
    """The alerts, each told from all others without its line: some lines further down it is still the same one."""
    seen: Counter[str] = Counter()
    for result in results:
        (location,) = result["locations"]
        file = location["physicalLocation"]["artifactLocation"]["uri"]
        same = digest([result["ruleId"], file, result["message"]["text"]]).removeprefix("sha256:")
        seen[same] += 1
        yield {**result, "partialFingerprints": {"cfstream/v1": f"{same}:{seen[same]}"}}


def _plain(text: str) -> str:
    """The text without what could be read as a link to somewhere else (SARIF 2.1.0, 3.11.6)."""
    return "\n".join(printable(line) for line in text.replace("](", "] (").split("\n"))


def _uri(file: str) -> str:
    """A path as a URI: relative to the checkout as it was named, or absolute."""
    path = quote(file.removeprefix("./"), errors="surrogateescape")
    return f"file://{path}" if path.startswith("/") else path


def _log(results: Iterable[dict[str, Any]]) -> dict[str, Any]:
    rules = [
        {
            "id": name,
            "shortDescription": {"text": meaning},
            "fullDescription": {"text": meaning},
            "help": {"text": f"{meaning}. See {HELP} and the plan."},
            "defaultConfiguration": {"level": level},
        }
        for name, (level, meaning) in RULES.items()
    ]
    driver = {"name": "cfstream", "version": __version__, "informationUri": HOME, "rules": rules}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": list(_fingerprinted(results)),
            },
        ],
    }
