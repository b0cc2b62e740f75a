"""When the stack's statement in a bucket policy is granted, changed and revoked.

Pure. A grant is proposed as early as possible: planning moves it behind the distribution's update if it would expose
objects before. The kind `bucket_policy` reads the live state, and `steps/bucket_policy` writes a policy.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from cfstream.kinds.bucket_policy.observed import KIND, LivePolicy, WantedGrant
from cfstream.policy_document import (
    by_sid,
    canonical,
    equal,
    oac_statement,
    oai_statement,
    prefix_of,
    principals,
    source_arns,
    statements,
)
from cfstream.stack.context import StackContext
from cfstream.stack.readers import StillReading, still_reading
from cfstream.stack.statement_ids import OF_A_STACK, our_sids, sid_of
from cfstream.startup.frozen import dataclass
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.values import Json, Known


@dataclass(frozen=True)
class Case:
    """One stack's grant by policy, and everything that decides about it.

    `reader` is who the statement allows to read: the distribution's ARN for an OAC, or the id of the OAI. It is None if
    no statement is wanted, or if another kind reports a problem.
    """

    context: StackContext
    want: WantedGrant
    have: LivePolicy
    reader: Known | None

    @cached_property
    def still(self) -> StillReading:
        """Who reads the bucket after the plan, not counting the default origin."""
        return still_reading(self.context, self.have.distributions, self.have.own, self.have.bucket.name)

    @cached_property
    def kept(self) -> frozenset[str]:
        """OAIs in the stack's statement that other distributions, or other origins of the stack's own, still use."""
        return self._named(by_sid(self.have.document, sid_of(self.context, "oai"))) & self.still.by_oai.keys()

    @cached_property
    def target(self) -> Json | None:
        """The wanted statement, when the plan is done."""
        return self.naming(*sorted(self.kept - {str(self.reader)}))

    def naming(self, *others: str) -> Json | None:
        """Return the wanted statement, naming the OAIs `others` as well."""
        if self.reader is None or not self.want.identity:
            return None
        if self.want.identity == "oac":
            return oac_statement(*self._place("oac"), self.reader)
        return oai_statement(*self._place("oai"), (*others, self.reader))

    def for_others(self) -> Json | None:
        """Return the OAI statement for distributions that still need it, if the stack itself does not."""
        if self.want.identity == "oai" or not self.kept:
            return None
        live = by_sid(self.have.document, sid_of(self.context, "oai")) or {}
        return {**live, "Principal": oai_statement(*self._place("oai"), sorted(self.kept))["Principal"]}

    def _place(self, identity: str) -> tuple[str, str, str, str]:
        bucket = self.context.stack.spec.bucket.name
        return sid_of(self.context, identity), self.context.partition, bucket, self.want.prefix

    def _named(self, statement: Json | None) -> frozenset[str]:
        named = principals(statement or {}, self.have.identities)
        return frozenset(each.name for each in named if each.kind == "oai")

    @property
    def ours(self) -> Json | None:
        """The live statement of the stack for the wanted identity."""
        return by_sid(self.have.document, sid_of(self.context, self.want.identity))

    @cached_property
    def satisfying(self) -> str | None:
        """The name of a statement of others that grants exactly what is wanted.

        A statement of another stack does not count: that stack may remove it.
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
    def former_identities(self) -> frozenset[str]:
        """Other OAIs in the stack's statement that nothing needs after the plan."""
        if self.want.identity != "oai" or self.ours is None:
            return frozenset()
        return self._named(self.ours) - {str(self.reader)} - self.kept


def decide(case: Case) -> tuple[tuple[ProposedGrant, ...], tuple[Revoke, ...]]:
    """Return what is granted before the distribution changes, and what is revoked once that change is deployed.

    An OAI that replaces another one shares its Sid: the statement names both until nothing uses the former one.
    """
    if case.target is None:
        unwanted = case.want.managed and not case.want.identity
        return (), _taken(case, narrowed=False) if unwanted else ()
    identities = case.have.identities
    if equal(case.ours, case.target, identities, ours=True) or (case.ours is None and case.satisfying):
        return (), _taken(case, narrowed=False)
    former, kept = case.former_identities, case.kept - {str(case.reader)}
    with_former = case.naming(*sorted(former | kept)) or case.target
    if former and equal(case.ours, with_former, identities):
        return (), _taken(case, narrowed=True)
    origin = case.have.own.default_origin if case.have.own else None
    used = former & {str(origin.oai_id)} if origin else frozenset()
    put = case.naming(*sorted(used | kept)) or case.target
    return (_grant(case, put, used),), _taken(case, narrowed=bool(used))


def _grant(case: Case, put: Json, used: Iterable[str]) -> ProposedGrant:
    """Return the step that writes the statement.

    The successor of an OAI in use can get the same grant at once, and the rest only after the signers are deployed:
    `first` is that smaller edit.
    """
    context, want, ours = case.context, case.want, case.ours
    changes = _changes(case, put)
    as_before = {**put, **{name: ours[name] for name in _EXTENT if name in ours}} if ours and used else None
    return ProposedGrant(
        address=context.address(KIND),
        stage=Stage.GRANT,
        because="the stack's statement is not as the spec says"
        if ours
        else "allow the distribution to read objects",
        line=context.stack.line("grant" if changes[0].field.startswith("grant") else want.identity),
        changes=changes,
        edit=_edit(case, put=(put,)),
        first=_edit(case, put=(as_before,)) if as_before and as_before != put else None,
    )


_EXTENT = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
"""The members of a statement that decide how much it grants."""


def _changes(case: Case, put: Json) -> tuple[Change, ...]:
    """Return what changes in the stack's statement, in the spec's terms."""
    want, have, ours = case.want, case.have, case.ours
    if ours is None:
        first = not our_sids(case.context, have.document)
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
    """Return who a live statement allows to read, in the form of `Case.reader`; a list if there are several."""
    named = principals(statement, identities)
    arns = source_arns(statement) if any(each.kind == "service" for each in named) else None
    names = sorted(arns or (each.name or each.kind for each in named))
    return names[0] if len(names) == 1 else names


def _taken(case: Case, *, narrowed: bool) -> tuple[Revoke, ...]:
    """Return the step that removes statements that nothing needs once the change of the distribution is deployed."""
    have, want, context = case.have, case.want, case.context
    drop = set(our_sids(context, have.document) - {sid_of(context, want.identity)})
    put = [case.target] if narrowed and case.target is not None else []
    if want.identity != "oac" and case.still.by_own_oac:
        drop.discard(sid_of(context, "oac"))
    staying = case.for_others()
    if staying is not None:
        drop.discard(sid_of(context, "oai"))
        if not equal(by_sid(have.document, sid_of(context, "oai")), staying, have.identities):
            put.append(staying)
    if not drop and not put:
        return ()
    changes = [
        Change(sid.rpartition("-")[2], readers_of(by_sid(have.document, sid) or {}, have.identities), None)
        for sid in sorted(drop)
    ]
    if put:
        before = readers_of(by_sid(have.document, sid_of(context, "oai")) or {}, have.identities)
        changes.append(Change("oai", _listed(before), _listed(readers_of(put[0], have.identities))))
    return (
        Revoke(
            address=context.address(KIND),
            stage=Stage.REVOKE,
            because=_why_revoked(case),
            line=context.stack.line(want.identity or "grant"),
            changes=tuple(changes),
            edit=_edit(case, put=tuple(put), drop=frozenset(drop)),
        ),
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _why_revoked(case: Case) -> str:
    if case.want.identity:
        return "nothing uses the former identity now"
    if case.context.stack.spec.identity == "none":
        return "origin_access: none needs no grant"
    return "the grants are on the objects now"


def _edit(case: Case, *, put: tuple[Json, ...] = (), drop: frozenset[str] = frozenset()) -> PolicyEdit:
    bucket = case.have.bucket
    return PolicyEdit(bucket.name, bucket.region, case.context.account, case.have.document, put, drop)
