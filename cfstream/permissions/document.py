"""The IAM policy that allows what specs need, and no more than IAM lets it be narrowed to."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from cfstream.permissions.needs import Purpose, needs
from cfstream.permissions.resources import CONDITIONS, On, Place, arns
from cfstream.spec.model import Spec

LARGEST_MANAGED = 6144
"""Characters of a managed policy, white space not counted (IAM User Guide, quotas)."""


def policy(specs: Iterable[Spec], purpose: Purpose, place: Place) -> dict[str, Any]:
    """The policy document for all specs together; the same for the same specs in any order.

    An action stands with those resources of a sort that some spec needs it on, and once where it needs all of them.
    """
    wanted: defaultdict[tuple[On, str], set[str]] = defaultdict(set)
    for spec in specs:
        for need in needs(spec, purpose):
            wanted[need.on, need.action].update(arns(need.on, spec, place))
    anywhere = {action for on, action in wanted if on is On.ANYTHING}
    alike: defaultdict[tuple[On, tuple[str, ...]], list[str]] = defaultdict(list)
    for (on, action), resources in wanted.items():
        if on is On.ANYTHING or action not in anywhere:
            alike[on, tuple(sorted(resources))].append(action)
    order = [*On]
    numbers: Counter[On] = Counter()
    statements = []
    for on, narrowed in sorted(alike, key=lambda each: (order.index(each[0]), each[1])):
        numbers[on] += 1
        statements.append(_statement(on, numbers[on], alike[on, narrowed], narrowed))
    return {"Version": "2012-10-17", "Statement": statements}


def size(document: Mapping[str, Any]) -> int:
    """The characters of a policy, as AWS counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def _statement(on: On, number: int, actions: Iterable[str], resources: tuple[str, ...]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": str(on) + (str(number) if number > 1 else ""),
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": resources[0] if len(resources) == 1 else list(resources),
    }
    condition = CONDITIONS.get(on)
    return {**statement, "Condition": condition} if condition else statement
