"""Host names that go from one stack to another of the same run, each in one call that leaves no gap.

CloudFront moves an alias between two distributions of an account while both run (UpdateDomainAssociation; Developer
Guide, "Move an alternate domain name": the target must have the certificate, and within an account no TXT record is
asked for). So the stack that gives a name up leaves it where it is, and the one that takes it fetches it, last of all.
Off a streaming distribution nothing can be moved so: there the giver takes the name off, and then the taker puts it on.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cfstream.domain import Delivery, LiveDistribution
from cfstream.ports import Reads
from cfstream.spec.key_groups import KeyGroup
from cfstream.spec.model import Spec
from cfstream.stack.distributions import held_aliases
from cfstream.stack.owners import tagged
from cfstream.stack.scene import Scene


@dataclass(frozen=True)
class Coming:
    """A cname of the stack that another stack of the run gives up, and the distribution that has it still."""

    alias: str
    holder: LiveDistribution
    giver: Spec

    @property
    def moves(self) -> bool:
        """Whether CloudFront can move it in one call."""
        return self.holder.delivery is Delivery.HTTP


def gives_up(spec: Spec, alias: str) -> bool:
    """Whether a spec says that its distribution shall not have this name (any more); one without `cnames` does not."""
    return spec.cnames is not None and alias not in spec.cnames


def takers(scene: Scene) -> Mapping[str, str]:
    """The names that another http stack of the run wants and this one gives up, with that stack's name.

    They are left for it to fetch.
    """
    own = scene.stack.spec
    if own.delivery != "http":
        return {}
    theirs = [spec for spec in _others(scene) if spec.delivery == "http"]
    return {name: spec.name for spec in theirs for name in spec.cnames or () if gives_up(own, name)}


def taken(scene: Scene) -> frozenset[str]:
    """The names of `takers`."""
    return frozenset(takers(scene))


def records_taken(scene: Scene, zone: str) -> frozenset[str]:
    """Of the names that are left for another stack those whose records in this zone it takes over as well."""
    names = taken(scene)
    theirs = [
        spec for spec in _others(scene) if spec.delivery == "http" and spec.dns and spec.dns.route53 == zone
    ]
    return frozenset(name for spec in theirs for name in spec.cnames or () if name in names)


def coming(
    aws: Reads, scene: Scene, rows: Sequence[LiveDistribution], own_id: str | None
) -> tuple[Coming, ...]:
    """The cnames that another stack of the run has still, and gives up. Asks for tags only where there are such.

    Raises as `Reads.read`.
    """
    held = held_aliases(rows, own_id)
    wanted = [name for name in scene.stack.spec.cnames or () if name in held]
    owners = owners_in_run(aws, scene, [held[name] for name in wanted])
    return tuple(
        Coming(name, held[name], owners[held[name].id])
        for name in wanted
        if held[name].id in owners and gives_up(owners[held[name].id], name)
    )


def records_given_up(
    aws: Reads, scene: Scene, all_rows: Iterable[LiveDistribution], led: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], Spec]:
    """Of records, by their name and the domain name that they lead to, those of a name that another stack of the run
    gives up, and to which they lead; with its spec. An rtmp stack must manage its records, and takes them away itself.

    Raises as `Reads.read`.
    """
    targets = {domain for _, domain in led}
    rows = [row for row in all_rows if row.domain_name.lower() in targets]
    owners = owners_in_run(aws, scene, rows)
    of_domain = {row.domain_name.lower(): owners[row.id] for row in rows if row.id in owners}
    return {
        (name, domain): of_domain[domain]
        for name, domain in sorted(led)
        if domain in of_domain and gives_up(of_domain[domain], name) and _manages(of_domain[domain])
    }


def owners_in_run(aws: Reads, scene: Scene, rows: Iterable[LiveDistribution]) -> Mapping[str, Spec]:
    """Which spec of the run, other than this one, each of these distributions belongs to, by its id."""
    others = list(_others(scene))
    asked = {row.id: row for row in rows} if others else {}
    names = tagged(aws, list(asked.values()))
    owners: dict[str, Spec] = {}
    for id_ in asked:
        for spec in others:
            if id_ == spec.adopt or (names.get(id_) == spec.name and spec.adopt is None):
                owners[id_] = spec
    return owners


def _manages(spec: Spec) -> bool:
    """Whether the records of names that an http stack gives up can be taken over, or an rtmp one takes them away."""
    return spec.delivery == "http" or spec.dns is not None


_NOT_ANSWERS = frozenset(
    {
        "cache_policy",
        "certificate",
        "http_version",
        "ipv6",
        "minimum_tls",
        "origin_shield",
        "unlisted_behaviors",
    }
)
"""Fields under `http` that do not decide what a viewer gets for a URL, or whether a page may play it.

A new field decides until it is listed here.
"""


def same_viewers(old: Spec, new: Spec) -> bool:
    """Whether all that the old stack answers under a name the new one answers as well, as far as the specs say.

    Same bucket, no smaller grant, the same rules for paths and pages, and whoever may sign there may sign here.
    """
    return (
        old.bucket.name == new.bucket.name
        and old.grant.prefix.startswith(new.grant.prefix)
        and new.enabled
        and _answers(old) == _answers(new)
        and (new.public or (not old.public and _signers(old) <= _signers(new)))
    )


def _answers(spec: Spec) -> Mapping[str, object]:
    return spec.http.model_dump(exclude=set(_NOT_ANSWERS))


def _signers(spec: Spec) -> set[str]:
    groups = {group.name if isinstance(group, KeyGroup) else group.use for group in spec.key_groups or ()}
    return groups | set(spec.trusted_signers or ())


def _others(scene: Scene) -> Iterable[Spec]:
    """The other specs of the run; none where all of them are to be destroyed, for then nobody takes anything over."""
    return () if scene.destroying else (spec for spec in scene.beside if spec.name != scene.name)
