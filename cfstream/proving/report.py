"""Which applied stacks are proved, and how a failed proof changes the report of a run. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from cfstream.applying import EXIT_CODE, Report, StackOutcome, StackReport
from cfstream.proving.finding import Proof, StackProof, by_addresses
from cfstream.spec.stack import Stack


def provable(stacks: Sequence[Stack], report: Report) -> tuple[Stack, ...]:
    """Return the stacks that are as their specs say, and Deployed. A proof of the others would show nothing."""
    places = {
        (each.spec, each.name)
        for each in report.stacks
        if each.outcome.is_as_specified and each.outputs.get("status") == "Deployed"
    }
    return tuple(stack for stack in stacks if (stack.path, stack.spec.name) in places)


def with_proof(report: Report, proof: Proof) -> Report:
    """Return the report in which each stack whose proof failed is ``exposed``. What is unproved changes nothing."""
    broken = {stack.key: stack for stack in proof.stacks if stack.broken}
    return Report.of(
        _exposed(stack, broken[stack.key]) if stack.key in broken else stack for stack in report.stacks
    )


def _exposed(report: StackReport, proof: StackProof) -> StackReport:
    failures = [
        f"{', '.join(addresses)} {finding.part}".strip() + f": {finding.why}"
        for addresses, findings in by_addresses(proof.broken).items()
        for finding in findings
    ]
    return replace(
        report,
        outcome=StackOutcome.EXPOSED,
        exit_code=EXIT_CODE[StackOutcome.EXPOSED],
        why="verify: " + "; ".join(dict.fromkeys(failures)),
    )
