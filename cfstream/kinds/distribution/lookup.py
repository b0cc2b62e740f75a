"""What a plan asks AWS about the value of a field, because CloudFront would refuse some values."""

from collections.abc import Callable, Iterator

from cfstream.errors import Notice, Problem
from cfstream.ports import Answer, Reads
from cfstream.spec.model import Spec
from cfstream.stack.calls import Needs, Scope
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Lookup:
    """One question: how it is asked, what it needs, and what follows from the answer."""

    scope: Scope
    needs: Callable[[Spec], Needs]
    """Return the calls that it makes for a spec."""
    read: Callable[[Reads, StackContext], Answer | None]
    """Return the answer; None if the value needs no question."""
    problems: Callable[[StackContext, Answer | None], Iterator[Problem]]
    notices: Callable[[Answer | None], Iterator[Notice]]
