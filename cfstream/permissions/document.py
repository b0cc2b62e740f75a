"""The IAM policy that allows what specs need, limited as far as IAM can limit it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from cfstream.kinds import KINDS
from cfstream.permissions.needs import SCOPES, Purpose, permissions
from cfstream.spec.model import Spec
from cfstream.stack.calls import ANYTHING, NEW_TAGS, Conditions, Place, Scope
from cfstream.startup.frozen import dataclass

LARGEST_MANAGED = 6144
"""Characters of a managed policy, white space not counted (IAM User Guide, quotas)."""

_UNLIMITED = {kind.owned.resource: kind.owned.many for kind in KINDS if kind.owned}
"""The resources that IAM cannot limit to one stack, by the name in their actions: they have no tags."""

OPTIONAL = "Optional"
"""The beginning of the name of a statement that can be left out."""

_Part: TypeAlias = tuple[bool, Scope]
"""Whether a statement is optional, and the resources that it is about."""

_Form: TypeAlias = tuple[frozenset[str], tuple[tuple[str, str, frozenset[str]], ...]]
"""ARNs, and conditions with their values."""


@dataclass
class _Limit:
    """The resources and conditions of one statement, which several specs may share."""

    resources: set[str] = field(default_factory=set)
    tests: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def form(self) -> _Form:
        tests = ((operator, key, frozenset(values)) for (operator, key), values in sorted(self.tests.items()))
        return frozenset(self.resources), tuple(tests)


@dataclass
class _Limits:
    """The resources and conditions for which several specs need one action."""

    parts: defaultdict[object, _Limit] = field(default_factory=lambda: defaultdict(_Limit))

    def add(self, resource: str, wanted: Conditions) -> None:
        """Add one spec. Specs share a statement without conditions, or with the same resource and condition keys."""
        limit = self.parts[resource if wanted else "", tuple(sorted(wanted))]
        limit.resources.add(resource)
        for test, values in wanted.items():
            limit.tests[test].update(values)


def policy(specs: Iterable[Spec], purpose: Purpose, place: Place) -> dict[str, Any]:
    """Return the policy document for all specs together. The order of the specs does not matter.

    An action has the resources for which some spec needs it, or ``*`` if a spec needs it without a limit.
    """
    specs = tuple(specs)
    wanted: defaultdict[tuple[_Part, str], _Limits] = defaultdict(_Limits)
    for spec in specs:
        for each in permissions(spec, purpose, len(specs)):
            for resource in each.on.resources(spec, place):
                wanted[(each.optional, each.on), each.action].add(resource, each.on.conditions(spec))
    alike: defaultdict[tuple[_Part, _Form], list[str]] = defaultdict(list)
    for (part, action), limits in wanted.items():
        if not any((wider, action) in wanted for wider in _wider(part)):
            for limit in limits.parts.values():
                alike[part, limit.form].append(action)
    return {"Version": "2012-10-17", "Statement": _statements(alike)}


def _wider(part: _Part) -> Iterator[_Part]:
    """Yield the parts of a policy that make an action in this part superfluous."""
    everywhere = [(False, ANYTHING)] + [(True, ANYTHING)] * part[0]
    yield from (each for each in everywhere if each != part)


def assume_roles(document: Mapping[str, Any], roles: Iterable[str]) -> dict[str, Any]:
    """Return the policy with a statement that allows assuming these roles."""
    statement = {
        "Sid": "AssumeRoles",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Resource": _scalar(frozenset(roles)),
    }
    return {**document, "Statement": [statement, *document["Statement"]]}


def _statements(alike: Mapping[tuple[_Part, _Form], list[str]]) -> list[dict[str, Any]]:
    numbers: Counter[_Part] = Counter()
    statements = []
    for (part, form), actions in sorted(alike.items(), key=lambda each: _sort_key(*each[0])):
        numbers[part] += 1
        statements.append(_statement(part, numbers[part], actions, form))
    return statements


def _sort_key(part: _Part, form: _Form) -> tuple[bool, int, str]:
    (optional, on), (resources, tests) = part, form
    text = json.dumps(
        [sorted(resources), [[operator, key, sorted(values)] for operator, key, values in tests]]
    )
    return optional, SCOPES.index(on), text


def size(document: Mapping[str, Any]) -> int:
    """Return the characters of a policy, as AWS counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def unlimited(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of resources that a policy allows to change in all stacks, because IAM cannot limit them."""
    changing = {
        action
        for statement in document["Statement"]
        for action in statement["Action"]
        if action.partition(":")[2].startswith(("Create", "Update", "Delete"))
    }
    return tuple(name for word, name in _UNLIMITED.items() if any(word in action for action in changing))


def claims(document: Mapping[str, Any]) -> bool:
    """Return whether a policy allows tagging a distribution that no stack owns."""
    return any(statement["Sid"].startswith(NEW_TAGS.sid) for statement in document["Statement"])


def optional_actions(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the actions that a policy marks as optional."""
    found = (each for each in document["Statement"] if each["Sid"].startswith(OPTIONAL))
    return tuple(sorted({action for each in found for action in each["Action"]}))


def _statement(part: _Part, number: int, actions: Iterable[str], form: _Form) -> dict[str, Any]:
    (optional, on), (resources, tests) = part, form
    statement: dict[str, Any] = {
        "Sid": OPTIONAL * optional + on.sid + (str(number) if number > 1 else ""),
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": _scalar(resources),
    }
    condition: dict[str, dict[str, Any]] = {}
    for operator, key, values in tests:
        condition.setdefault(operator, {})[key] = _scalar(values)
    return {**statement, "Condition": condition} if condition else statement


def _scalar(values: frozenset[str]) -> str | list[str]:
    """Return one value alone, and several as a list, as IAM writes them."""
    return next(iter(values)) if len(values) == 1 else sorted(values)
