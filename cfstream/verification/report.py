"""Which applied stacks are verified, and how a failed check changes the report of a run. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from cfstream.applying import EXIT_CODE, FailedChecks, Report, StackOutcome, StackReport
from cfstream.planning import Plan
from cfstream.spec.stack import Stack
from cfstream.verification.finding import Proof, StackProof, by_addresses


def verifiable(stacks: Sequence[Stack], report: Report) -> tuple[Stack, ...]:
    """Return the stacks that are as their specs say, and Deployed. To verify the others would show nothing."""
    places = {
        (each.spec, each.name)
        for each in report.stacks
        if each.outcome.is_as_specified and each.outputs.get("status") == "Deployed"
    }
    return tuple(stack for stack in stacks if (stack.path, stack.spec.name) in places)


def with_proof(report: Report, proof: Proof, plan: Plan | None = None) -> Report:
    """Return the report in which each stack with a failed check is ``exposed``. Undecided checks change nothing.

    With the `plan` that people have just read, they do not read the same openings again.
    """
    broken = {stack.key: stack for stack in proof.stacks if stack.broken}
    shown = plan.openings if plan else {}
    return Report.of(
        _exposed(stack, broken[stack.key], shown.get(stack.key)) if stack.key in broken else stack
        for stack in report.stacks
    )


def _exposed(report: StackReport, proof: StackProof, shown: Collection[str] | None) -> StackReport:
    failures = [
        f"{', '.join(addresses)} {finding.part}".strip() + f": {finding.why}"
        for addresses, findings in by_addresses(proof.broken).items()
        for finding in findings
    ]
    failed = FailedChecks(len(proof.openings), sum(not each.openings for each in proof.broken))
    return replace(
        report,
        outcome=StackOutcome.EXPOSED,
        exit_code=EXIT_CODE[StackOutcome.EXPOSED],
        why="verify: " + "; ".join(dict.fromkeys(failures)),
        short="" if shown is None else f"verification failed: {failed}, see {_place(proof, shown)}",
        failed_checks=failed,
    )


def _place(proof: StackProof, shown: Collection[str]) -> str:
    """Return where people find what failed: in the plan above, or in the list below."""
    left = proof.without(shown)
    above = len(left.openings) < len(proof.openings)
    return " and ".join(["above"] * above + ["below"] * bool(left.broken))
