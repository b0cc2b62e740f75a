"""Parse a policy's statements for judging."""

from dataclasses import field
from functools import cached_property, lru_cache
from itertools import chain, groupby
from typing import Any

from cfstream.access.policy.actions import ACTIONS, Action
from cfstream.access.policy.clauses import Clause, clauses
from cfstream.access.policy.principals import Principal, PrincipalForm, principals
from cfstream.access.policy.wildcards import fits
from cfstream.policy_document import statements
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement. Other modules judge which keys its resource names."""

    sid: str
    allow: bool
    principals: tuple[Principal, ...]
    negated: bool
    """Whether the principals are those of NotPrincipal."""
    actions: tuple[str, ...]
    """In lower case: IAM ignores the case of actions."""
    all_but: bool
    """Whether the actions are those of NotAction."""
    clauses: tuple[Clause, ...]
    resources: tuple[str, ...] = ()
    """In their original spelling, for display; empty for NotResource."""
    source: Json = field(default_factory=dict)
    """The statement in its policy."""

    @cached_property
    def by_key(self) -> tuple[tuple[str, tuple[Clause, ...]], ...]:
        return tuple((key, tuple(each)) for key, each in groupby(self.clauses, lambda clause: clause.key))

    @cached_property
    def excepted_users(self) -> tuple[Principal, ...]:
        """The canonical users that NotPrincipal lists. Whose they are is not known."""
        return tuple(
            each for each in self.principals if self.negated and each.form is PrincipalForm.CANONICAL
        )

    @cached_property
    def unconditional(self) -> bool:
        """Whether the statement allows or denies every request of those whom it names."""
        return not self.clauses and not self.excepted_users

    @cached_property
    def _named(self) -> frozenset[str]:
        return _names_of(self.actions, all_but=self.all_but)

    def names_action(self, action: Action) -> bool:
        """Return whether the statement applies to `action`."""
        return action.name in self._named


@lru_cache(maxsize=4096)
def _names_of(patterns: tuple[str, ...], *, all_but: bool) -> frozenset[str]:
    """Return the relevant actions that the patterns of Action match, or that those of NotAction leave."""
    names = (each.name for each in chain.from_iterable(ACTIONS.values()))
    return frozenset(name for name in names if any(fits(name, each) for each in patterns) != all_but)


def parsed(policy: Json | None) -> tuple[Statement, ...]:
    """Return the statements of a policy in their order."""
    variables = has_variables(policy)
    return tuple(parse_statement(each, variables=variables) for each in statements(policy))


def has_variables(policy: Json | None) -> bool:
    """Return whether the Version of a policy knows variables (IAM User Guide, "Variables and tags")."""
    return (policy or {}).get("Version") == "2012-10-17"


def parse_statement(statement: Json, *, variables: bool = True) -> Statement:
    """Return one statement, parsed."""
    negated = "NotPrincipal" in statement
    all_but = "NotAction" in statement
    return Statement(
        sid=str(statement.get("Sid", "")),
        allow=statement.get("Effect") == "Allow",
        principals=principals(statement.get("NotPrincipal" if negated else "Principal")),
        negated=negated,
        actions=tuple(
            sorted({each.lower() for each in _texts(statement.get("NotAction" if all_but else "Action"))})
        ),
        all_but=all_but,
        clauses=clauses(statement, variables=variables),
        resources=tuple(_texts(statement.get("Resource"))),
        source=statement,
    )


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)] if value else []
