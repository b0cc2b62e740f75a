"""The proof at the end of `apply`: what `verify` proves without a key, of the stacks that are as the plan wants them.

It can turn a stack into an exposed one, and nothing else: what cannot be proved is told, and changes no exit code.
"""

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cfstream.cli import connection
from cfstream.cli.terminal import streams
from cfstream.errors import CfstreamError

if TYPE_CHECKING:
    from cfstream.applying import Report
    from cfstream.ports import World
    from cfstream.proving.finding import Proof, StackProof
    from cfstream.spec.load import Stack


def prove_applied(stacks: Sequence["Stack"], world: "World", report: "Report") -> "Proof | None":
    """The proof of each stack that was applied, or was as its spec says; None where there is none.

    Tells on stderr what was proved and what was not, of stacks that were changed.
    """
    from cfstream.applying import StackOutcome
    from cfstream.proving.prove import Means
    from cfstream.proving.report import provable
    from cfstream.workflow import prove_stacks

    well = {
        each.name: each
        for each in report.stacks
        if each.outcome in (StackOutcome.APPLIED, StackOutcome.UNCHANGED)
    }
    deployed = provable(stacks, report)
    for name in sorted(well.keys() - {stack.spec.name for stack in deployed}):
        later = f"cfstream verify {shlex.quote(well[name].spec)}{world.flags}"
        streams.note(f"{name}: not verified, for it is not Deployed yet; later: {later}\n")
    if not deployed:
        return None
    try:
        with connection.current().viewer(world) as viewer:
            proof = prove_stacks(deployed, world, Means(viewer, world.clock))
    except CfstreamError as error:
        streams.note(f"not verified: {error.what}\n")
        return None
    changed = [each for each in proof.stacks if well[each.name].outcome is StackOutcome.APPLIED]
    for line in _told(changed):
        streams.note(line + "\n")
    return proof


def with_proofs(document: dict[str, Any], proof: "Proof | None") -> dict[str, Any]:
    """The report for programs, each stack with its proof under ``verify``; null where there is none."""
    from cfstream.render.verify import stack_document

    proofs: Mapping[str, StackProof] = {each.name: each for each in proof.stacks} if proof else {}
    stacks = [
        {**stack, "verify": stack_document(proofs[stack["name"]]) if stack["name"] in proofs else None}
        for stack in document["stacks"]
    ]
    return {**document, "stacks": stacks}


def tell_broken(proof: "Proof | None") -> None:
    """Tells on stderr what is not as it should be, with reasons and what to do."""
    from cfstream.render.verify import broken_text

    if proof is not None:
        streams.tell(broken_text(proof, color=streams.colored(sys.stderr), width=streams.width()))


def _told(proofs: Sequence["StackProof"]) -> Iterator[str]:
    """A line for each stack of which nothing is broken."""
    for proof in proofs:
        if proof.broken:
            continue
        why = "; ".join(dict.fromkeys(each.why for each in proof.unproved))
        held = len(proof.findings) - len(proof.unproved)
        if why:
            counted = f"{held} of {len(proof.findings)} claims of verify hold"
            yield f"{proof.name}: {counted}, the others are not proved: {why}"
        else:
            yield f"{proof.name}: verified, {held} claims hold"
