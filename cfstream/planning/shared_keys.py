"""Notices about keys that stacks of one run share. AWS accepts one key under several names. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cfstream.errors import Notice
from cfstream.planning.plan import StackPlan
from cfstream.spec.stack import Stack
from cfstream.spec.wording import some_of

NAMED = 3
"""How many other stacks a notice lists."""


def with_shared_keys(plans: Iterable[StackPlan], stacks: Sequence[Stack]) -> tuple[StackPlan, ...]:
    """Return the plans, each with a notice for every key that other stacks declare too, under any name."""
    holders: defaultdict[str, list[tuple[Stack, str]]] = defaultdict(list)
    for stack in stacks:
        for name, key in stack.public_keys.items():
            holders[key.der_sha256].append((stack, name))
    shared = [found for found in holders.values() if len(found) > 1]
    notices: defaultdict[tuple[str, str], list[Notice]] = defaultdict(list)
    for found in shared:
        for own, name in found:
            others = [f"{stack.spec.name} ({key})" for stack, key in found if stack is not own]
            text = (
                f"the key {name} is also a key of {some_of(others, NAMED)}: anyone who has its private half can "
                "sign for all of them. If you replace it, replace it in all of them"
            )
            notices[own.path, own.spec.name].append(Notice(text))
    if not notices:
        return tuple(plans)
    return tuple(
        replace(plan, notices=(*plan.notices, *notices[plan.spec, plan.name]))
        if (plan.spec, plan.name) in notices
        else plan
        for plan in plans
    )
