"""Render a proof as JUnit XML: a suite for each stack, and a case for each check, whatever the number of host names.

A page of test results follows a case by its class and name. So neither depends on the host names for which a check
fails.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from cfstream.render.flow import printable
from cfstream.render.verify import with_unique_names
from cfstream.verification.finding import Finding, Proof, StackProof, Verdict, by_addresses

Check = Sequence[Finding]
"""The findings of one check, one for each address."""


def proof_junit(proof: Proof) -> str:
    """Return the proof as JUnit XML. A check that is broken is a failure; else one that is unproved is an error."""
    suites = "".join(map(_suite, with_unique_names(proof)))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cfstream verify">\n{suites}</testsuites>\n'


def _suite(stack: StackProof) -> str:
    checks: dict[str, list[Finding]] = {}
    for each in stack.findings:
        checks.setdefault(": ".join(filter(None, (each.part, each.claim))), []).append(each)
    tags = [_tag(check) for check in checks.values()]
    counts = f'tests="{len(checks)}" failures="{tags.count("failure")}" errors="{tags.count("error")}"'
    cases = "".join(_case(stack, name, check) for name, check in checks.items())
    notices = "".join(f"{notice.text}\n" for notice in stack.notices)
    text = f"<system-out>{_xml(notices)}</system-out>\n" if notices else ""
    return f"<testsuite name={_attribute(stack.name)} {counts}>\n{cases}{text}</testsuite>\n"


def _tag(check: Check) -> str:
    """Return the element that describes why a check did not pass; empty if it passed."""
    if any(each.verdict.broken for each in check):
        return "failure"
    return "error" if any(each.verdict is Verdict.UNPROVED for each in check) else ""


def _case(stack: StackProof, name: str, check: Check) -> str:
    head = f"<testcase classname={_attribute(stack.name)} name={_attribute(name)}"
    tag = _tag(check)
    if not tag:
        return f"{head}/>\n"
    # Broken findings come first, because the message and the type are those of the failure.
    doubtful = sorted(
        (each for each in check if each.verdict is not Verdict.HELD), key=lambda each: not each.verdict.broken
    )
    message = "; ".join(f"{', '.join(where)}: {each.why or each.saw}" for where, each in _joined(doubtful))
    body = "\n".join(line for where, each in _joined(doubtful) for line in _details(where, each))
    opened = f"<{tag} type={_attribute(doubtful[0].verdict)} message={_attribute(message)}>"
    return f"{head}>{opened}{_xml(body)}</{tag}></testcase>\n"


def _joined(findings: Sequence[Finding]) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """Yield each finding once, with all its addresses."""
    for where, same in by_addresses(findings).items():
        yield from ((where, each) for each in same)


def _details(where: Sequence[str], finding: Finding) -> Iterator[str]:
    yield f"{', '.join(where)}:"
    yield from filter(
        None,
        (
            f"saw: {finding.saw}" * bool(finding.saw),
            finding.why,
            f"fix: {finding.do}" * bool(finding.do),
        ),
    )


def _xml(text: str) -> str:
    return escape("\n".join(printable(line) for line in text.split("\n")))


def _attribute(text: str) -> str:
    return quoteattr(printable(text))
