"""Policies judged with the judge of plans, over the actions of a `May`."""

from collections.abc import Sequence

from cfstream.access.policy import Action, Judge, Judgement, Requester, Statement, actions
from cfstream.access.reader import Certainty, May
from cfstream.domain import Block

OFF = Block()
ORDER = (Certainty.NO, Certainty.MAYBE, Certainty.YES)


def judge(
    policy: Sequence[Statement],
    requester: Requester,
    may: May,
    account: str,
    *,
    block: Block = OFF,
    only: Sequence[Action] | None = None,
    certain: int | None = None,
    possible: int | None = None,
) -> Judgement:
    """Return the best judgement of any of the actions.

    `certain` and `possible` are the statements, as bits, whose resource matches or may match: all of them by default.
    """
    every = (1 << len(policy)) - 1
    masks = every if possible is None else possible, every if certain is None else certain
    bench = Judge(tuple(policy), block, account)
    known = bench.known(requester)
    found = [bench.decide(known, each, *masks) for each in (actions(may) if only is None else only)]
    return max(found, key=lambda each: (ORDER.index(each.verdict), bool(each.denied_by)))
