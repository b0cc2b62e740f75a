"""When our statement in a bucket policy is given, narrowed and taken back: the decisions of the kind
`bucket_policy`.

Pure. What is read for them stands in `bucket_policy`; how a policy is written, in `steps/bucket_policy`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cfstream.domain import LiveDistribution
from cfstream.kinds.bucket import LiveBucket
from cfstream.kinds.kind import Scene
from cfstream.kinds.readers import Serving, opens_before_guarded, public_hazards
from cfstream.policy_document import (
    by_sid,
    canonical,
    covers,
    equal,
    oac_statement,
    oai_statement,
    prefix_of,
    principals,
    source_arns,
    statements,
)
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import Grant
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Hazard, Stage
from cfstream.values import Json, Known

KIND = "bucket-policy"

IDENTITIES = ("oac", "oai")

OF_A_STACK = re.compile(r"cfstream-[a-z][a-z0-9-]*-(oac|oai)")
"""The Sid of a statement that some stack owns."""


@dataclass(frozen=True)
class WantedGrant:
    """What the policy shall say: a statement for this identity under this prefix, or none of ours at all."""

    identity: str
    """``oac``, ``oai``, or empty where no statement is wanted."""
    prefix: str
    managed: bool = True
    """False where the spec leaves the grant to others: then ours, if there is one, stays as well."""


@dataclass(frozen=True)
class FormerBucket:
    """A bucket that the distribution has read until now, when the spec names another one."""

    name: str
    region: str
    document: Json | None = None
    """Its policy."""
    unread: str = ""
    """Why its policy could not be read."""
    servings: tuple[Serving, ...] = ()
    """Through which distributions its objects are served."""


@dataclass(frozen=True)
class LivePolicy:
    """A bucket's policy, and everything that decides who can make use of it."""

    bucket: LiveBucket
    document: Json | None = None
    unread: str = ""
    """Why the policy could not be read."""
    own: LiveDistribution | None = None
    servings: tuple[Serving, ...] = ()
    identities: Mapping[str, str] = field(default_factory=dict)
    """OAI id by canonical user id, of all OAIs of the account."""
    group_names: Mapping[str, str] = field(default_factory=dict)
    """Names of the account's key groups, by id."""
    former: tuple[FormerBucket, ...] = ()
    foreign: str = ""
    """The key of an object that another account owns, found in a sample."""


def sid_of(scene: Scene, identity: str) -> str:
    """The Sid of our statement for an identity of this sort."""
    return f"cfstream-{scene.name}-{identity}"


def our_sids(scene: Scene, document: Json | None) -> frozenset[str]:
    """The Sids of the statements of ours that a policy has."""
    return frozenset(sid for each in IDENTITIES if by_sid(document, sid := sid_of(scene, each)))


def let_in(document: Json | None, identities: Mapping[str, str]) -> frozenset[str]:
    """The OAIs that a policy names in whatever statement."""
    named = (who for each in statements(document) for who in principals(each, identities))
    return frozenset(who.name for who in named if who.kind == "oai")


@dataclass(frozen=True)
class Case:
    """One stack's grant by policy, with all that decides about it.

    `reader` is whom the statement lets read: the distribution's ARN under an OAC, the id of the OAI; None
    when no statement is wanted, or when it cannot be made for a problem that another kind has told.
    """

    scene: Scene
    want: WantedGrant
    have: LivePolicy
    reader: Known | None

    @cached_property
    def target(self) -> Json | None:
        """The statement that is wanted in the end."""
        return self.naming()

    def naming(self, *others: str) -> Json | None:
        """The wanted statement, naming the OAIs `others` as well."""
        if self.reader is None or not self.want.identity:
            return None
        sid, bucket = sid_of(self.scene, self.want.identity), self.scene.stack.spec.bucket.name
        partition, prefix = self.scene.partition, self.want.prefix
        if self.want.identity == "oac":
            return oac_statement(sid, partition, bucket, prefix, self.reader)
        return oai_statement(sid, partition, bucket, prefix, (*others, self.reader))

    @property
    def ours(self) -> Json | None:
        """Our live statement for the wanted identity."""
        return by_sid(self.have.document, sid_of(self.scene, self.want.identity))

    @cached_property
    def satisfying(self) -> str | None:
        """The Sid, or a word for it, of a statement of somebody else that gives exactly what is wanted.

        That of another stack is none: it goes when that stack does not need it any more.
        """
        for each in statements(self.have.document):
            sid = str(each.get("Sid") or "")
            if (
                OF_A_STACK.fullmatch(sid) is None
                and self.target
                and equal(each, self.target, self.have.identities)
            ):
                return sid or "without a Sid"
        return None

    @property
    def other_identities(self) -> frozenset[str]:
        """OAIs that our statement names beside the wanted one, or in its place."""
        if self.want.identity != "oai" or self.ours is None:
            return frozenset()
        named = {each.name for each in principals(self.ours, self.have.identities) if each.kind == "oai"}
        return frozenset(named - {str(self.reader)})


def decide(case: Case) -> tuple[tuple[Grant, ...], tuple[Revoke, ...]]:
    """What is to be granted before the distribution is switched, and revoked once the switch is in force.

    An OAI that follows another one shares its Sid: the statement names both until nothing reads by the
    former.
    """
    if case.target is None:
        unwanted = case.want.managed and not case.want.identity
        return (), _taken(case, narrowed=False) if unwanted else ()
    identities = case.have.identities
    if equal(case.ours, case.target, identities, ours=True) or (case.ours is None and case.satisfying):
        return (), _taken(case, narrowed=False)
    others = case.other_identities
    if others and equal(case.ours, case.naming(*others) or case.target, identities):
        return (), _taken(case, narrowed=True)
    used = others & {each.origin.oai_id for each in case.have.servings if each.ours}
    if used and _must_wait(case, used):
        return _in_two(case, case.ours or {}, used), _taken(case, narrowed=False)
    return (_grant(case, case.naming(*sorted(used)) or case.target),), _taken(case, narrowed=bool(used))


def _in_two(case: Case, ours: Json, used: Iterable[str]) -> tuple[Grant, ...]:
    """The successor of an OAI is let in as far as that one was, and further only when the signers are in
    force.
    """
    as_before = {**(case.naming(*sorted(used)) or {}), "Resource": ours.get("Resource")}
    further = case.target or {}
    return _grant(case, as_before, opens=False), _grant(case, further)


def _covered(case: Case) -> bool:
    """Whether statements of ours let read all that is wanted already."""
    have, sids = case.have, sorted(our_sids(case.scene, case.have.document))
    former = [by_sid(have.document, sid) for sid in sids]
    return any(covers(each, have.bucket.name, case.want.prefix) for each in former if each)


def _lets_in(case: Case, put: Json) -> bool:
    """Whether our live statement lets in already whom `put` names, as far as `put` does."""
    ours, have = case.ours, case.have
    return (
        ours is not None
        and principals(put, have.identities) <= principals(ours, have.identities)
        and source_arns(put) == source_arns(ours)
        and covers(ours, have.bucket.name, prefix_of(put, have.bucket.name) or "")
    )


def _must_wait(case: Case, used: Iterable[str] = ()) -> bool:
    """Whether anyone would read what the grant opens until the distribution has got its signers."""
    if case.ours is not None and covers(case.ours, case.have.bucket.name, case.want.prefix):
        return False
    have, identities = case.have, (case.reader, *sorted(used))
    return any(opens_before_guarded(case.scene, have.servings, each, have.group_names) for each in identities)


def _stage(case: Case, put: Json, *, opens: bool) -> Stage:
    """What is narrowed is so before a new signer joins; what is opened, when those who shall not read are gone."""
    if _lets_in(case, put):
        return Stage.NARROW
    return Stage.LATE_GRANT if opens and _must_wait(case, case.other_identities) else Stage.GRANT


def _grant(case: Case, put: Json, *, opens: bool = True) -> Grant:
    """The step that puts the statement; it `opens` something unless what it lets read was readable before."""
    scene, want = case.scene, case.want
    changes = _changes(case, put)
    told = ", ".join(change.field for change in changes)
    return Grant(
        address=scene.address(KIND),
        stage=_stage(case, put, opens=opens),
        because=f"our statement is to change: {told}" if case.ours else "let the distribution read objects",
        line=scene.stack.line("grant" if changes[0].field.startswith("grant") else want.identity),
        changes=changes,
        hazards=(*(_widening(case) if opens else ()), *_publishing(case, put)),
        edit=_edit(case, put=(put,)),
        opens=not _lets_in(case, put),
    )


def _widening(case: Case) -> tuple[Hazard, ...]:
    """A hazard where our statements let read less than what is wanted."""
    if not our_sids(case.scene, case.have.document) or _covered(case):
        return ()
    under = f"what is under {case.want.prefix}" if case.want.prefix else "all of the bucket"
    return (Hazard("widens-grant", f"{under} becomes readable, and not all of it was"),)


def _publishing(case: Case, put: Json) -> tuple[Hazard, ...]:
    """Hazards of an OAI that others serve by: it is let in by `put` and was not before, or not so far."""
    if case.want.identity != "oai" or _lets_in(case, put):
        return ()
    return public_hazards(case.scene, case.have.servings, case.reader)


def _changes(case: Case, put: Json) -> tuple[Change, ...]:
    """What changes of our statement, in the spec's words."""
    want, have, ours = case.want, case.have, case.ours
    if ours is None:
        first = not our_sids(case.scene, have.document)
        given = (
            Change("grant.via", None, "bucket-policy") if first else Change(want.identity, None, case.reader)
        )
        return (given, Change("grant.prefix", None, want.prefix)) if want.prefix else (given,)
    changes = []
    before = readers_of(ours, have.identities)
    prefix, after = prefix_of(ours, have.bucket.name), prefix_of(put, have.bucket.name)
    if before != case.reader:
        changes.append(Change(want.identity, before, case.reader))
    if prefix is not None and prefix != after:
        changes.append(Change("grant.prefix", prefix, after))
    whole = Change("grant", canonical(ours, have.identities), canonical(put, have.identities))
    return tuple(changes) or (whole,)


def readers_of(statement: Json, identities: Mapping[str, str]) -> object:
    """Whom a live statement lets read, said as `Case.reader` says it; a list where they are several."""
    named = principals(statement, identities)
    arns = source_arns(statement) if any(each.kind == "service" for each in named) else None
    names = sorted(arns or (each.name or each.kind for each in named))
    return names[0] if len(names) == 1 else names


def _taken(case: Case, *, narrowed: bool) -> tuple[Revoke, ...]:
    """The end of statements of ours that nothing needs any more, once the distribution reads otherwise."""
    have, want, scene = case.have, case.want, case.scene
    drop = our_sids(scene, have.document) - {sid_of(scene, want.identity)}
    put = (case.target,) if narrowed and case.target is not None else ()
    if not drop and not put:
        return ()
    changes = [
        Change(sid.rpartition("-")[2], readers_of(by_sid(have.document, sid) or {}, have.identities), None)
        for sid in sorted(drop)
    ]
    if narrowed:
        changes.append(Change("oai", sorted({*case.other_identities, str(case.reader)}), [case.reader]))
    return (
        Revoke(
            address=scene.address(KIND),
            stage=Stage.REVOKE,
            because=_why_revoked(case),
            line=scene.stack.line(want.identity or "grant"),
            changes=tuple(changes),
            edit=_edit(case, put=put, drop=drop),
        ),
    )


def _why_revoked(case: Case) -> str:
    if case.want.identity:
        return "nothing reads by the former identity any more"
    if case.scene.stack.spec.identity == "none":
        return "origin_access: none wants no grant"
    return "the objects themselves are granted now"


def _edit(case: Case, *, put: tuple[Json, ...] = (), drop: frozenset[str] = frozenset()) -> PolicyEdit:
    bucket = case.have.bucket
    return PolicyEdit(bucket.name, bucket.region, case.scene.account, case.have.document, put, drop)
