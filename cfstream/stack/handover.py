"""Host names that move from one stack to another in the same run, each in one call without a gap.

CloudFront moves an alias between two distributions of an account while both are enabled (UpdateDomainAssociation;
Developer Guide, "Move an alternate domain name": the target must have the certificate; within an account, no TXT record
is needed). So the old stack leaves the name in place, and the new stack moves it, as its last step. A name cannot be
moved from a streaming distribution: there the old stack removes it, and then the new stack adds it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from cfstream.domain import Delivery, LiveDistribution
from cfstream.indexed import having
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext, names
from cfstream.stack.distributions import held_aliases
from cfstream.stack.owners import tagged
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Coming:
    """A cname of the stack that another stack of the run no longer has, and the distribution that still has it."""

    alias: str
    holder: LiveDistribution
    giver: Spec

    @property
    def moves(self) -> bool:
        """Whether CloudFront can move it in one call."""
        return self.holder.delivery is Delivery.HTTP


def gives_up(spec: Spec, alias: str) -> bool:
    """Return whether a spec manages its cnames, and this name is not one of them."""
    return spec.cnames is not None and alias not in spec.cnames


def takers(context: StackContext, names: Iterable[str]) -> Mapping[str, str]:
    """Return those of the names that another http stack of the run wants and this one no longer has, with that stack.

    They stay in place until the other stack moves them.
    """
    return {name: takers[-1].name for name in names if (takers := _takers(context, name))}


def records_taken(context: StackContext, names: Iterable[str], zone: str) -> frozenset[str]:
    """Return those of the names whose records in this zone another stack also takes over."""
    return frozenset(
        name
        for name in names
        if any(spec.dns and spec.dns.route53 == zone for spec in _takers(context, name))
    )


def _takers(context: StackContext, name: str) -> list[Spec]:
    """Return the other http stacks of the run that want a name, if this one is an http stack that no longer has it."""
    own = context.stack.spec
    if context.destroying or own.delivery != "http" or not gives_up(own, name):
        return []
    wanting = having(context.beside, _wanted, name)
    return [spec for spec in wanting if spec.delivery == "http" and spec.name != context.name]


def _wanted(spec: Spec) -> tuple[str, ...]:
    return tuple(spec.cnames or ())


def coming(
    aws: Reads, context: StackContext, rows: Sequence[LiveDistribution], own_id: str | None
) -> tuple[Coming, ...]:
    """Return the cnames that another stack of the run still has, and that its spec no longer has.

    Reads tags only if there may be such cnames. Raises as `Reads.read`.
    """
    held = held_aliases(rows, context.stack.spec.cnames, own_id)
    wanted = [name for name in context.stack.spec.cnames or () if name in held]
    owners = owners_in_run(aws, context, [held[name] for name in wanted])
    return tuple(
        Coming(name, held[name], owners[held[name].id])
        for name in wanted
        if held[name].id in owners and gives_up(owners[held[name].id], name)
    )


def records_given_up(
    aws: Reads, context: StackContext, all_rows: Iterable[LiveDistribution], led: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Spec]:
    """Return the records that point to another stack of the run whose spec no longer has the name, with that spec.

    `led` and the keys of the result are the name of a record and the domain name that it points to. An rtmp stack
    counts only if it manages its records: it deletes them itself. Raises as `Reads.read`.
    """
    targets = {domain for _, domain in led}
    rows = [row for row in all_rows if row.domain_name.lower() in targets]
    owners = owners_in_run(aws, context, rows)
    of_domain = {row.domain_name.lower(): owners[row.id] for row in rows if row.id in owners}
    return {
        (name, domain): of_domain[domain]
        for name, domain in sorted(led)
        if domain in of_domain and gives_up(of_domain[domain], name) and _manages(of_domain[domain])
    }


def owners_in_run(aws: Reads, context: StackContext, rows: Iterable[LiveDistribution]) -> Mapping[str, Spec]:
    """Return the spec of the run, other than this one, that owns each distribution, by distribution id."""
    alone = context.destroying or all(spec.name == context.name for spec in context.beside)
    asked = {} if alone else {row.id: row for row in rows}
    owners: dict[str, Spec] = {}
    for id_, name in _named(aws, asked).items():
        adopting = having(context.beside, _adopted, id_)
        tagged_ = [spec for spec in having(context.beside, names, name) if spec.adopt is None]
        for spec in (*adopting, *tagged_):
            if spec.name != context.name:
                owners[id_] = spec
    return owners


def _named(aws: Reads, rows: Mapping[str, LiveDistribution]) -> Mapping[str, str]:
    """Return the name of the stack in each distribution's tags, by distribution id; empty for none."""
    found = tagged(aws, list(rows.values()))
    return {id_: found.get(id_, "") for id_ in rows}


def _adopted(spec: Spec) -> tuple[str, ...]:
    return (spec.adopt,) if spec.adopt else ()


def _manages(spec: Spec) -> bool:
    """Return whether the records of the old stack can be replaced: an rtmp stack must delete its records itself."""
    return spec.delivery == "http" or spec.dns is not None
