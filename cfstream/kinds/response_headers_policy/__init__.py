"""Response headers policies, which allow scripts of other origins to read the media (``http.cors``).

This kind has the stack's own policy. The spec owns its origins, and whether they may send credentials. Other headers in
the policy stay. `distribution.cors` decides which behaviors have the policy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from cfstream.domain import Delivery, LiveDistribution, PathPattern, without_counts
from cfstream.errors import Notice, Refused
from cfstream.indexed import Indexed
from cfstream.kinds.response_headers_policy.cors import CORS, MAX_AGE_SECONDS, cors_fields
from cfstream.kinds.response_headers_policy.cors import shown as cors_shown
from cfstream.ports import Reads
from cfstream.spec.http.behaviors import Cors
from cfstream.spec.model import Spec
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.calls import ANYTHING, Needs, Scope
from cfstream.stack.context import StackContext
from cfstream.stack.fields import creation, overlay
from cfstream.stack.kind import Kind
from cfstream.stack.live_state import LiveState
from cfstream.stack.owned import OwnedKind, Reason, Unwanted, Version, chosen, marked, of_others
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import Referred
from cfstream.startup.frozen import dataclass
from cfstream.steps.content import canonical
from cfstream.steps.create import Create
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.wait import Deployed, WaitUntil
from cfstream.values import Json, Known

HEADERS_POLICY = OwnedKind(
    kind="response-headers-policy",
    noun="response_headers_policy",
    plural="response_headers_policies",
    resource="ResponseHeadersPolicy",
    created=Stage.POLICIES,
    deleted=Stage.DELETE_POLICIES,
    nested=True,
)
"""Its list also has the policies that AWS manages: one of them may be on the default behavior."""

KIND = HEADERS_POLICY.kind
SCOPE = Scope("HeadersPolicies", lambda _spec, place: place.arn("cloudfront", "response-headers-policy/*"))

OTHER_HEADERS = (
    "SecurityHeadersConfig",
    "ServerTimingHeadersConfig",
    "CustomHeadersConfig",
    "RemoveHeadersConfig",
)
"""Parts of a policy that no field of the spec sets (shape ResponseHeadersPolicyConfig)."""


_PURPOSE = "allow pages of other origins to read the media"


@dataclass(frozen=True)
class WantedPolicy:
    """The CORS settings of the spec; `cors` is None for ``cors: false``."""

    cors: Cors | None
    replaced: bool = False
    """Whether ``http.response_headers_policy`` names the policy of the default behavior."""


@dataclass(frozen=True)
class LiveHeadersPolicy:
    """A row of ListResponseHeadersPolicies, which has the whole config but not its ETag."""

    id: str
    config: Json
    managed: bool = False

    @property
    def name(self) -> str:
        return str(self.config["Name"])

    @property
    def comment(self) -> str:
        """Empty for a policy that AWS manages: no stack owns it."""
        return "" if self.managed else self.config.get("Comment") or ""

    @property
    def content(self) -> Json:
        return {"id": self.id, "config": canonical(self.config)}

    @property
    def has_more(self) -> bool:
        """Whether it also sets headers other than those of CORS."""
        return any(self.config.get(part) for part in OTHER_HEADERS)

    @property
    def shown(self) -> Json:
        """The headers that it sets, for `show`: those of CORS, and all others as in CloudFront's document."""
        others = {part: without_counts(self.config[part]) for part in OTHER_HEADERS if self.config.get(part)}
        own = cors_shown(self.config)
        return {**({"cors": own} if own else {}), **others}


@dataclass(frozen=True)
class LivePolicies:
    """All policies sorted by id, the distributions that have each, and the stack's own distribution."""

    all: tuple[LiveHeadersPolicy, ...] = ()
    own: LiveHeadersPolicy | None = None
    version: Version | None = None
    """The document of `own`, read if it has drifted."""
    distribution: LiveDistribution | None = None
    attached: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    """Ids of the policies of each distribution's behaviors, the default behavior first; "" for none."""

    def find(self, policy_id: str) -> LiveHeadersPolicy | None:
        """Return the policy with this id."""
        return next((live for live in self.all if live.id == policy_id), None)

    @property
    def in_place(self) -> LiveHeadersPolicy | None:
        """The policy on the default behavior of the stack's distribution."""
        on_ours = self.attached.get(self.distribution.id, ()) if self.distribution else ()
        return self.find(str(on_ours[0])) if on_ours else None


@dataclass(frozen=True)
class Attachment:
    """The policies that a distribution's behaviors must have."""

    policy: Known | None
    """For the default behavior; empty for none, None if the policy there must not change."""
    names: Mapping[str, str]
    """Names of the account's policies, by id."""
    retired: frozenset[str]
    """Owned policies that are detached from every behavior."""


class ResponseHeadersPolicyKind(Kind[WantedPolicy, LivePolicies]):
    """The kind ``response-headers-policy``."""

    name = KIND
    owned = HEADERS_POLICY
    scopes = (SCOPE,)

    def desire(self, context: StackContext) -> WantedPolicy | None:
        """Return the CORS settings of the spec; None if CORS is not managed."""
        if context.destroying:
            return WantedPolicy(None)
        http = context.stack.spec.http
        if http.cors is None and http.response_headers_policy is not None:
            return WantedPolicy(None, replaced=True)
        return WantedPolicy(http.cors or None) if http.cors is not None else None

    def observe(self, aws: Reads, state: LiveState, want: WantedPolicy | None) -> LivePolicies:
        """List policies and distributions; read one config if it has drifted. Raises as `Reads.read`."""
        if want is None:
            return LivePolicies()
        rows = state.lists.of(_live_policies)
        context, distribution = state.context, state.own
        rows_and_own = [*state.distributions, *([distribution] if distribution else [])]
        attached = {each.id: _attached(each) for each in rows_and_own if each.delivery is Delivery.HTTP}
        have = LivePolicies(rows, distribution=distribution, attached=attached)
        own = chosen(marked(context, rows), own_name(context), have.in_place.id if have.in_place else "")
        have = replace(have, own=own)
        if (
            own is None
            or want.cors is None
            or not overlay(own.config, cors_fields(own_name(context), want.cors, own.config)).changes
        ):
            return have
        version = HEADERS_POLICY.read(aws, own.id)
        return replace(have, own=replace(own, config=version.document), version=version)

    def propose(
        self,
        context: StackContext,
        want: WantedPolicy | None,
        have: LivePolicies,
        results: KindResults,  # noqa: ARG002
    ) -> Proposal:
        """Create or repair the stack's own policy, and delete owned policies that nothing uses after the plan.

        Brings ``id`` at ``response-headers-policy:<stack>``.
        """
        if want is None:
            return Proposal()
        kept = have.own if want.cors is not None else None
        wanted = Proposal() if context.destroying else _wanted(context, want, have)
        ours = (live for live in marked(context, have.all) if kept is None or live.id != kept.id)
        return HEADERS_POLICY.with_orphans(context, wanted, [_unwanted(live, have, want) for live in ours])

    def listed(self, have: LivePolicies) -> Sequence[LiveHeadersPolicy]:
        """Return the account's own policies. A spec calls those of AWS by other names than their configs."""
        return tuple(each for each in have.all if not each.managed)

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield the policies of its behaviors, with the headers that they set."""
        on_ours = {str(each) for each in _attached(live) if each} if live.delivery is Delivery.HTTP else set()
        if not on_ours:
            return
        try:
            rows = [_live(row) for row in aws.items(HEADERS_POLICY.listing)]
        except Refused as refusal:
            yield Referred("", unread=f"{HEADERS_POLICY.words} names are missing: {refusal.what}")
            return
        for each in rows:
            if each.id in on_ours:
                yield Referred(each.id, each.name.removeprefix("Managed-"), settings=each.shown)

    def remains(self, live: LiveDistribution) -> Iterable[str]:
        """Return the policies of its behaviors."""
        policies = (behavior.response_headers_policy for behavior in live.behaviors)
        return (f"{HEADERS_POLICY.words} {policy}" for policy in policies if policy)

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the list, and the read of a policy that needs repair."""
        if destroying or _manages(spec):
            yield from HEADERS_POLICY.needs(ANYTHING, "list")
        if spec.http.cors and not destroying:
            yield from HEADERS_POLICY.needs(SCOPE, "get_config")

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls for an owned policy."""
        if spec.http.cors and not destroying:
            yield from HEADERS_POLICY.needs(ANYTHING, "create")
            yield from HEADERS_POLICY.needs(SCOPE, "get", "update")
        if spec.http.cors or (_manages(spec) and not destroying):
            yield from HEADERS_POLICY.needs(SCOPE, "get_config", "delete")


def _manages(spec: Spec) -> bool:
    """Return whether the spec describes the policy of the default behavior."""
    return spec.http.cors is not None or spec.http.response_headers_policy is not None


def _wanted(context: StackContext, want: WantedPolicy, have: LivePolicies) -> Proposal:
    if want.replaced:
        return Proposal()
    return _propose_none(context, have) if want.cors is None else _propose_own(context, want.cors, have)


def attachment(context: StackContext, results: KindResults) -> Attachment | None:
    """Return the policies that the behaviors of the stack's distribution must have; None if CORS is not managed."""
    want, have = results.wants(WantedPolicy), results.seen(LivePolicies)
    if want is None or have is None:
        return None
    names = {live.id: live.name for live in have.all}
    if want.cors is None:
        ours = frozenset(live.id for live in marked(context, have.all))
        comes_off = not want.replaced and _comes_off(context, have)
        return Attachment("" if comes_off else None, names, ours)
    policy = results.get(context.address(KIND))
    return Attachment(policy, {**names, str(policy): own_name(context)}, frozenset())


def own_name(context: StackContext) -> str:
    """Return the name of the stack's own policy."""
    return f"cfstream-{context.name}"


def _live_policies(lists: AccountLists) -> Indexed[LiveHeadersPolicy]:
    """Return all policies of the account, sorted by id."""
    return Indexed(sorted(map(_live, lists.aws.items(HEADERS_POLICY.listing)), key=lambda live: live.id))


def _live(row: Json) -> LiveHeadersPolicy:
    policy = HEADERS_POLICY.of_row(row)
    return LiveHeadersPolicy(
        policy["Id"], policy[HEADERS_POLICY.config], managed=row.get("Type") == "managed"
    )


def _attached(live: LiveDistribution) -> tuple[Known, ...]:
    return tuple(behavior.response_headers_policy for behavior in (live.default, *live.named))


def _fresh(context: StackContext, want: Cors, have: LivePolicies) -> Json:
    """Return the config of a new policy, with the other headers of the policy that it replaces."""
    foreign = have.in_place
    kept = {part: foreign.config[part] for part in OTHER_HEADERS if foreign and foreign.config.get(part)}
    max_age = {CORS: {"AccessControlMaxAgeSec": MAX_AGE_SECONDS}}
    return creation(
        {"Comment": context.mark, **kept, **max_age}, cors_fields(own_name(context), want, {})
    ).config


def _propose_own(context: StackContext, want: Cors, have: LivePolicies) -> Proposal:
    taken = of_others(context, have.all, own_name(context))
    if taken is not None:
        do = "rename it in AWS, or remove http.cors"
        return Proposal(problems=(HEADERS_POLICY.name_taken(context, taken, do, "http", "cors"),))
    notices = _without_it(context, have)
    if have.own is None:
        return replace(HEADERS_POLICY.made(_create(context, want, have)), notices=notices)
    relied = HEADERS_POLICY.relied(context, "", have.own, have.version.etag if have.version else None)
    kept = HEADERS_POLICY.kept(
        replace(relied, document=canonical(have.own.config)),
        {"id": have.own.id},
        _repair(context, want, have, have.own),
    )
    return replace(kept, notices=notices)


def _without_it(context: StackContext, have: LivePolicies) -> tuple[Notice, ...]:
    """Return a notice for each live path in the spec without a policy: `cors` sets only the default behavior."""
    listed = {PathPattern(each.path): each.path for each in context.stack.spec.http.behaviors}
    return tuple(
        Notice(
            f"pages of other origins cannot read {listed[each.pattern]}, because cors sets only the default behavior. "
            f"cfstream keeps a policy that you attach to that path yourself, for example {own_name(context)}"
        )
        for each in (have.distribution.named if have.distribution else ())
        if each.pattern in listed and not each.response_headers_policy
    )


def _create(context: StackContext, want: Cors, have: LivePolicies) -> Create:
    foreign = have.in_place
    kept = f"; it keeps the other headers of {foreign.name}" if foreign and foreign.has_more else ""
    changes = creation({}, cors_fields(own_name(context), want, {})).changes
    reason = Reason(f"{_PURPOSE}{kept}", ("http", "cors"), changes)
    return HEADERS_POLICY.create(context, "", _fresh(context, want, have), reason)


def _repair(
    context: StackContext, want: Cors, have: LivePolicies, own: LiveHeadersPolicy
) -> tuple[Step, ...]:
    """Return the update and, if the policy is in use, the wait: CloudFront deploys each distribution that uses it."""
    laid = overlay(own.config, cors_fields(own_name(context), want, own.config))
    if have.version is None or not laid.changes:
        return ()
    reason = Reason(_PURPOSE, ("http", "cors"), laid.changes)
    modify = HEADERS_POLICY.modify(context, "", have.version, laid.config, reason)
    live = have.distribution
    if live is None or own.id not in have.attached[live.id]:
        return (modify,)
    wait = WaitUntil(
        address=context.address(KIND),
        stage=Stage.WAIT,
        because="until every edge sends the new headers",
        line=context.stack.line("wait"),
        until=Deployed(live.delivery.get(live.id), live.delivery.resource, {}),
        seconds=context.stack.spec.wait.timeout.total_seconds(),
    )
    return (modify, wait)


def _propose_none(context: StackContext, have: LivePolicies) -> Proposal:
    """Return a problem if the policy on the default behavior belongs to others and sets more than CORS."""
    live = have.in_place
    if live is None or _comes_off(context, have) or not live.config.get(CORS):
        return Proposal()
    what = f"the response headers policy {live.name} ({live.id}) on the default behavior sets CORS and other headers"
    do = "remove CORS from it yourself, or remove cors from the spec: cfstream would also remove the other headers"
    return Proposal(problems=(context.stack.problem(what, do, "http", "cors"),))


def _comes_off(context: StackContext, have: LivePolicies) -> bool:
    """Return whether the default behavior must have no policy for ``cors: false``."""
    live = have.in_place
    return live is None or context.owns(live.comment) or not (live.has_more or not live.config.get(CORS))


def _unwanted(live: LiveHeadersPolicy, have: LivePolicies, want: WantedPolicy) -> Unwanted:
    return Unwanted(
        live,
        member="" if have.own and live.id == have.own.id else live.id,
        called=f"{live.name} ({live.id})",
        change=Change("http.cors.name", live.name, None),
        base=live.config,
        users=tuple(sorted(id_ for id_ in have.attached if live.id in _after(id_, have, want))),
    )


def _after(distribution: str, have: LivePolicies, want: WantedPolicy) -> tuple[Known, ...]:
    """Return the policies that a distribution has after the plan, except the wanted one."""
    attached = have.attached[distribution]
    if have.distribution is None or distribution != have.distribution.id:
        return attached
    return attached[1:] if want.cors is not None else ()
