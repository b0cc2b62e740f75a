"""Warnings about the quotas of an account: AWS refuses the creations of a run that exceed one. Pure.

All stacks of the run count together, with what the account has. Deletions do not count, because they come last.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from cfstream.domain import Delivery
from cfstream.domain.quotas import HOW_TO_RAISE, OF_ACCOUNT, STREAMING, Quota
from cfstream.errors import Notice
from cfstream.planning.plan import StackPlan
from cfstream.spec.wording import some_of
from cfstream.values import Verb

QUOTAS = {**OF_ACCOUNT, Delivery.RTMP.kind: STREAMING}

NAMED = 3
"""How many stacks a warning lists."""


def with_quotas(stacks: Sequence[StackPlan], existing: Callable[[str], int]) -> list[StackPlan]:
    """Return the plans of one account. The first stack that creates too many of a kind has a warning for all of them.

    `existing` returns how many resources of a kind the account has.
    """
    creators: defaultdict[str, list[StackPlan]] = defaultdict(list)
    for stack in stacks:
        for step in stack.steps:
            if step.verb is Verb.CREATE and step.address.kind in QUOTAS:
                creators[step.address.kind].append(stack)
    warnings: defaultdict[str, list[Notice]] = defaultdict(list)
    for kind, found in creators.items():
        quota, had = QUOTAS[kind], existing(kind)
        if had + len(found) > quota.most:
            warnings[found[0].name].append(_warning(quota, had, found))
    return [replace(each, notices=(*each.notices, *warnings[each.name])) for each in stacks]


def _warning(quota: Quota, had: int, creators: Sequence[StackPlan]) -> Notice:
    names = list(dict.fromkeys(each.name for each in creators))
    run = (
        f"{len(names)} stacks of this run ({some_of(names, NAMED)}) create"
        if len(names) > 1
        else "it creates"
    )
    text = (
        f"{run} {len(creators)} {quota.many}, and the account has {had}. AWS allows {quota.most} unless it has raised "
        "the quota of this account, and refuses the others while apply runs"
    )
    return Notice(text, warning=True, do=f"before apply, {HOW_TO_RAISE}", always=True, of_run=len(names) > 1)
