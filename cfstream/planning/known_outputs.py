"""Find the outputs of a stack that are known before any step runs. Pure."""

from typing import Any

from cfstream.kinds import KINDS
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults


def outputs_of(context: StackContext, results: KindResults) -> dict[str, Any]:
    """Return the outputs of the contract that are known. An output that a step will bring is its Ref."""
    if context.destroying:
        return {}
    return {name: value for kind in KINDS for name, value in kind.outputs(context, results).items()}
