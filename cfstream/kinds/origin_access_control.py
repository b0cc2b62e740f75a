"""Origin access controls (OAC): how CloudFront signs its requests to a private bucket.

This kind has the stack's own control, one that the spec refers to by id, and owned controls that nothing uses now.
`distribution` sets it on an origin, and `bucket_policy` decides what CloudFront may read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from cfstream.access.model import AccessModel
from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem
from cfstream.indexed import Indexed
from cfstream.ports import Reads
from cfstream.spec.model import Spec
from cfstream.spec.wording import write_nearest
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.calls import ANYTHING, Needs, Scope, optional
from cfstream.stack.context import StackContext
from cfstream.stack.kind import Kind, own_id
from cfstream.stack.live_state import LiveState
from cfstream.stack.neighbors import Neighbor, access_users, default_access, only_own
from cfstream.stack.owned import OwnedKind, Reason, Unwanted, Version, chosen, marked, of_others
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import Referred
from cfstream.startup.frozen import dataclass
from cfstream.steps.create import Create
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import Address, Json, Known

CONTROL = OwnedKind(
    kind="origin-access-control",
    noun="origin_access_control",
    plural="origin_access_controls",
    resource="OriginAccessControl",
    created=Stage.IDENTITY,
    deleted=Stage.DELETE_IDENTITY,
)
KIND = CONTROL.kind
SCOPE = Scope("Controls", lambda _spec, place: place.arn("cloudfront", "origin-access-control/*"))

FIELDS: Mapping[str, str] = {
    "Name": "oac.name",
    "OriginAccessControlOriginType": "oac.origin_type",
    "SigningBehavior": "oac.signing_behavior",
    "SigningProtocol": "oac.signing_protocol",
}
"""The owned fields, and their names in a plan. In the description, cfstream owns only the mark at the start."""

REASONS: Mapping[str, str] = {
    "never": "signing is off, so CloudFront would send unsigned requests to the bucket",
    "no-override": "an Authorization header from a viewer would replace CloudFront's signature",
}
"""The problem with each signing behavior except ``always`` (Developer Guide, "Restrict access to an Amazon S3 origin").
"""


@dataclass(frozen=True)
class OwnControl:
    """A control that the stack creates: the owned fields, and the description of a new one."""

    fields: Mapping[str, str]
    description: str

    @property
    def name(self) -> str:
        return self.fields["Name"]


@dataclass(frozen=True)
class UsedControl:
    """A control that the spec refers to. It is never changed."""

    id: str


WantedControl: TypeAlias = OwnControl | UsedControl


@dataclass(frozen=True)
class LiveControl:
    """A row of ListOriginAccessControls, which has the whole config but not its ETag."""

    id: str
    comment: str
    """Its description: a control has no comment."""
    fields: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.fields["Name"]

    @property
    def content(self) -> Json:
        return {"id": self.id, "description": self.comment, **self.fields}

    @property
    def never_signs(self) -> bool:
        """Whether CloudFront sends unsigned requests for all distributions that use it."""
        return self.fields["SigningBehavior"] == "never"


@dataclass(frozen=True)
class LiveControls:
    """All controls of the account, sorted by id, and the distributions."""

    all: Indexed[LiveControl] = Indexed()
    neighbors: tuple[Neighbor, ...] = ()
    own: LiveControl | None = None
    """The stack's own control, even if it is not wanted."""
    version: Version | None = None
    """The document of `own`, read if it has drifted."""


class OriginAccessControlKind(Kind[WantedControl, LiveControls]):
    """The kind ``origin-access-control``."""

    name = KIND
    opens = True
    decides = True
    owned = CONTROL
    scopes = (SCOPE,)

    def desire(self, context: StackContext) -> WantedControl | None:
        """Return the control of the spec, or the stack's own, which always signs, with SigV4, for S3."""
        spec = context.stack.spec
        if spec.identity != "oac":
            return None
        if spec.oac and spec.oac.id:
            return UsedControl(spec.oac.id)
        if context.destroying:
            return None
        fields = {
            "Name": own_name(context),
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
        return OwnControl(fields, context.mark)

    def observe(self, aws: Reads, state: LiveState, want: WantedControl | None) -> LiveControls:
        """List controls and distributions; read one config if it has drifted. Raises as `Reads.read`."""
        rows = state.lists.of(_live_controls)
        context, others = state.context, state.neighbors
        own = chosen(marked(context, rows), own_name(context), default_access(others)[1])
        have = LiveControls(rows, others, own)
        if own is None or not isinstance(want, OwnControl) or own.fields == want.fields:
            return have
        return replace(have, version=CONTROL.read(aws, own.id))

    def propose(
        self,
        context: StackContext,
        want: WantedControl | None,
        have: LiveControls,
        results: KindResults,  # noqa: ARG002
    ) -> Proposal:
        """Create or repair the stack's own control, and delete owned controls that nothing uses after the plan.

        Brings ``id`` at ``origin-access-control:<stack>``.
        """
        match want:
            case OwnControl():
                wanted = _propose_own(context, want, have)
                kept = have.own.id if have.own else ""
            case UsedControl():
                wanted = Proposal() if context.destroying else _propose_used(context, want, have)
                kept = want.id
            case None:
                wanted, kept = Proposal(), ""
        ours = (live for live in marked(context, have.all) if live.id != kept)
        named = {want.id} if isinstance(want, UsedControl) else frozenset[str]()
        unused = only_own(have.neighbors, named) if context.destroying else ()
        left = CONTROL.left(context, have.all, unused, named)
        found = CONTROL.with_orphans(context, wanted, (_unwanted(live, have) for live in ours))
        return replace(found, notices=(*found.notices, *left))

    def add_to_model(self, context: StackContext, have: LiveControls, model: AccessModel) -> AccessModel:  # noqa: ARG002
        """Add the controls that do not sign."""
        return replace(model, unsigned_controls=have.all.once(_unsigned))

    def after_step(self, model: AccessModel, step: Step, stack: str) -> AccessModel:  # noqa: ARG002
        """Return the model in which the control that the step repairs signs."""
        if not isinstance(step, Modify):
            return model
        return replace(model, unsigned_controls=model.unsigned_controls - {step.call.params["Id"]})

    def concerns(self, step: Step, bucket: str) -> bool:  # noqa: ARG002
        """Return whether the step changes a control: any distribution may use it."""
        return isinstance(step, Modify)

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:
        """Return the id of the control."""
        return {"oac_id": results.get(context.address(KIND))}

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the id of the stack's own control."""
        return {"oac_id": own_id(ids, KIND)}

    def described(self, context: StackContext) -> Mapping[Address, Mapping[str, Known]]:
        """Return the id in the spec, or a name for it."""
        oac = context.stack.spec.oac
        return {context.address(KIND): {"id": oac.id if oac and oac.id else "OAC"}}

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield the controls of its origins."""
        named = dict.fromkeys(str(origin.oac_id) for origin in live.origins if origin.oac_id)
        return (CONTROL.name(aws, each) for each in named)

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the controls of its origins."""
        return (f"{CONTROL.words} {origin.oac_id}" for origin in live.origins if origin.oac_id)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the list, and the read of a control that needs repair."""
        yield from CONTROL.needs(ANYTHING, "list")
        if _own_one(spec) and not destroying:
            yield from CONTROL.needs(SCOPE, "get_config")
        if spec.identity == "oac" and not destroying:
            yield from optional(CONTROL.needs(SCOPE, "get"))

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls for an owned control."""
        if not _own_one(spec):
            return
        if not destroying:
            yield from CONTROL.needs(ANYTHING, "create")
            yield from CONTROL.needs(SCOPE, "get", "update")
        yield from CONTROL.needs(SCOPE, "get_config", "delete")


def _own_one(spec: Spec) -> bool:
    """Return whether the stack has a control of its own."""
    return spec.identity == "oac" and not (spec.oac and spec.oac.id)


def own_name(context: StackContext) -> str:
    """Return the name of the stack's own control. AWS accepts 64 characters (shape OriginAccessControlConfig)."""
    return f"cfstream-{context.name}"


def _live_controls(lists: AccountLists) -> Indexed[LiveControl]:
    """Return all controls of the account, sorted by id."""
    return Indexed(sorted(map(_live, CONTROL.rows(lists.aws)), key=lambda live: live.id))


def _unsigned(controls: Sequence[LiveControl]) -> frozenset[Known]:
    return frozenset(each.id for each in controls if each.never_signs)


def _live(row: Json) -> LiveControl:
    return LiveControl(
        row["Id"], row.get("Description") or "", {name: row.get(name) or "" for name in FIELDS}
    )


def _propose_own(context: StackContext, want: OwnControl, have: LiveControls) -> Proposal:
    taken = of_others(context, have.all, want.name)
    if taken is not None:
        do = f"write `oac: {{id: {taken.id}}}` to use it as it is, or rename it in AWS"
        return Proposal(problems=(CONTROL.name_taken(context, taken, do, "oac"),))
    if have.own is None:
        return CONTROL.made(_create(context, want))
    relied = CONTROL.relied(context, "", have.own, have.version.etag if have.version else None)
    return CONTROL.kept(relied, {"id": have.own.id}, _repair(context, want, have))


def _create(context: StackContext, want: OwnControl) -> Create:
    changes = tuple(Change(field, None, want.fields[name]) for name, field in FIELDS.items())
    config = {**want.fields, "Description": want.description}
    return CONTROL.create(
        context, "", config, Reason("sign CloudFront's requests to the bucket", ("oac",), changes)
    )


def _repair(context: StackContext, want: OwnControl, have: LiveControls) -> tuple[Modify, ...]:
    if have.version is None:
        return ()
    live = have.version.document
    drifted = [name for name in FIELDS if live.get(name) != want.fields[name]]
    if not drifted:
        return ()
    because = REASONS.get(live["SigningBehavior"]) if "SigningBehavior" in drifted else None
    changes = tuple(Change(FIELDS[name], live.get(name), want.fields[name]) for name in drifted)
    reason = Reason(because or "changed outside cfstream", ("oac",), changes)
    return (CONTROL.modify(context, "", have.version, {**live, **want.fields}, reason),)


def _propose_used(context: StackContext, want: UsedControl, have: LiveControls) -> Proposal:
    live = next((live for live in have.all if live.id == want.id), None)
    if live is None:
        what = f"the origin access control {want.id} does not exist in account {context.account}"
        do = write_nearest(
            want.id,
            [each.id for each in have.all],
            "write the id of an existing one, or `oac: {}` to create one",
            "an origin access control of this account",
        )
        return Proposal(problems=(context.stack.problem(what, do, "oac", "id"),))
    problems, notices = _fitness(context, live)
    return Proposal(
        brings={context.address(KIND): {"id": live.id}},
        relied_on=(CONTROL.relied(context, live.id, live),),
        problems=problems,
        notices=notices,
    )


def _fitness(context: StackContext, live: LiveControl) -> tuple[tuple[Problem, ...], tuple[Notice, ...]]:
    """Return the problems and notices of an existing control that does not sign all requests to S3."""
    do = "use the id of another one, or write `oac: {}` to create one"
    origin_type, signing = live.fields["OriginAccessControlOriginType"], live.fields["SigningBehavior"]
    if origin_type != "s3":
        what = f"the origin access control {live.id} is for origins of type {origin_type}, not s3"
        return (context.stack.problem(what, do, "oac", "id"),), ()
    if signing == "always":
        return (), ()
    meaning = REASONS.get(signing, "it may not sign every request")
    reason = f"the origin access control {live.id} has the signing behavior {signing}: {meaning}"
    if signing == "no-override":
        return (), (Notice(reason, warning=True),)
    return (context.stack.problem(reason, do, "oac", "id"),), ()


def _unwanted(live: LiveControl, have: LiveControls) -> Unwanted:
    return Unwanted(
        live,
        member="" if live == have.own else live.id,
        called=live.id,
        change=Change("oac.name", live.name, None),
        base={**live.fields, "Description": live.comment},
        users=access_users(have.neighbors, live.id),
    )
