"""Response headers policies: by which pages of other origins may read the media by script (``http.cors``).

Lives here: the stack's own policy, and what of it the spec speaks of: the origins, and whether they may send
credentials. Other headers that somebody added to it stay. Does not live here: which behaviors carry it
(`distribution.cors`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cfstream.domain import Delivery, LiveDistribution, PathPattern
from cfstream.domain.unknown_members import unknown_members
from cfstream.errors import Notice
from cfstream.kinds.response_headers_policy.cors import CORS, MAX_AGE_SECONDS, cors_fields
from cfstream.ports import Call, Reads
from cfstream.spec.model import Cors
from cfstream.stack.distributions import find
from cfstream.stack.fields import creation, overlay
from cfstream.stack.neighbors import Unwanted, bearer, with_orphans
from cfstream.stack.owners import all_distributions
from cfstream.stack.proposal import Landscape, Proposal, Relied
from cfstream.stack.scene import Scene
from cfstream.steps.content import canonical
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.wait import Deployed, Wait
from cfstream.values import ETag, Json, Known, Ref, digest

KIND = "response-headers-policy"
CONFIG = "ResponseHeadersPolicyConfig"
POLICY = "ResponseHeadersPolicy"
LISTING = Call("cloudfront", "list_response_headers_policies")
"""Those that AWS manages as well: one of them may be what stands in the place of ours."""

OTHER_HEADERS = (
    "SecurityHeadersConfig",
    "ServerTimingHeadersConfig",
    "CustomHeadersConfig",
    "RemoveHeadersConfig",
)
"""Parts of a policy that no field of the spec speaks of (shape ResponseHeadersPolicyConfig)."""


@dataclass(frozen=True)
class WantedPolicy:
    """What the spec says of CORS; None inside for none at all."""

    cors: Cors | None


@dataclass(frozen=True)
class LivePolicy:
    """A row of ListResponseHeadersPolicies, which has the whole config but not its ETag."""

    id: str
    config: Json
    managed: bool = False

    @property
    def name(self) -> str:
        return str(self.config["Name"])

    @property
    def has_more(self) -> bool:
        """Whether it sets other headers than those of CORS."""
        return any(self.config.get(part) for part in OTHER_HEADERS)


@dataclass(frozen=True)
class LivePolicies:
    """All policies sorted by id, which distributions carry each, and our own distribution."""

    all: tuple[LivePolicy, ...] = ()
    own: LivePolicy | None = None
    etag: ETag | None = None
    """Of `own`, read where it has drifted."""
    unknown: tuple[str, ...] = ()
    """Members of its document that the installed botocore does not know."""
    distribution: LiveDistribution | None = None
    carried: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    """Ids of the policies on each distribution, the default behavior's first; "" where that has none."""

    def find(self, policy_id: str) -> LivePolicy | None:
        """The policy of this id."""
        return next((live for live in self.all if live.id == policy_id), None)

    @property
    def in_place(self) -> LivePolicy | None:
        """What our distribution's default behavior carries."""
        on_ours = self.carried.get(self.distribution.id, ()) if self.distribution else ()
        return self.find(str(on_ours[0])) if on_ours else None


@dataclass(frozen=True)
class Attachment:
    """What a distribution's behaviors are to carry."""

    policy: Known | None
    """For the default behavior; empty for none, None where the one in place is not ours to change."""
    names: Mapping[str, str]
    """Names of the account's policies, by id."""
    retired: frozenset[str]
    """Policies of ours that come off every behavior."""


class ResponseHeadersPolicyKind:
    """The kind ``response-headers-policy``."""

    name = KIND

    def desire(self, scene: Scene) -> WantedPolicy | None:
        """What the spec says of CORS; None where it does not, and nothing is managed."""
        if scene.destroying:
            return WantedPolicy(None)
        cors = scene.stack.spec.http.cors
        return WantedPolicy(cors or None) if cors is not None else None

    def observe(self, aws: Reads, scene: Scene, want: WantedPolicy | None) -> LivePolicies:
        """Lists policies and distributions; reads one config when it has drifted. Raises as `Reads.read`."""
        if want is None:
            return LivePolicies()
        rows = tuple(sorted(map(_live, aws.items(LISTING)), key=lambda live: live.id))
        distribution = find(aws, scene)
        rows_and_own = [*all_distributions(aws), *([distribution] if distribution else [])]
        carried = {each.id: _carried(each) for each in rows_and_own if each.delivery is Delivery.HTTP}
        have = LivePolicies(rows, distribution=distribution, carried=carried)
        own = _chosen(scene, [row for row in rows if _is_ours(scene, row)], have.in_place)
        have = replace(have, own=own)
        if (
            own is None
            or want.cors is None
            or not overlay(own.config, cors_fields(own_name(scene), want.cors, own.config)).changes
        ):
            return have
        reply = aws.read(_config_call(own.id))
        return replace(
            have,
            own=replace(own, config=reply[CONFIG]),
            etag=ETag(reply["ETag"]),
            unknown=unknown_members(reply, CONFIG),
        )

    def propose(
        self,
        scene: Scene,
        want: WantedPolicy | None,
        have: LivePolicies,
        land: Landscape,  # noqa: ARG002
    ) -> Proposal:
        """Creates ours, mends what drifted, deletes those of ours that nothing carries after the plan.

        Brings ``id`` at ``response-headers-policy:<stack>``.
        """
        if want is None:
            return Proposal()
        kept = have.own if want.cors is not None else None
        wanted = Proposal() if scene.destroying else _wanted(scene, want, have)
        ours = (live for live in have.all if _is_ours(scene, live) and (kept is None or live.id != kept.id))
        return with_orphans(wanted, [_unwanted(scene, live, have, want) for live in ours])


def _wanted(scene: Scene, want: WantedPolicy, have: LivePolicies) -> Proposal:
    return _propose_none(scene, have) if want.cors is None else _propose_own(scene, want.cors, have)


def attachment(scene: Scene, land: Landscape) -> Attachment | None:
    """What the behaviors of the stack's distribution are to carry; None where CORS is not managed."""
    want, have = land.wants(WantedPolicy), land.seen(LivePolicies)
    if want is None or have is None:
        return None
    names = {live.id: live.name for live in have.all}
    if want.cors is None:
        ours = frozenset(live.id for live in have.all if _is_ours(scene, live))
        return Attachment("" if _comes_off(scene, have) else None, names, ours)
    policy = land.get(scene.address(KIND))
    return Attachment(policy, {**names, str(policy): own_name(scene)}, frozenset())


def own_name(scene: Scene) -> str:
    """The name of the stack's own policy."""
    return f"cfstream-{scene.name}"


def _live(row: Json) -> LivePolicy:
    policy = row[POLICY]
    return LivePolicy(policy["Id"], policy[CONFIG], managed=row.get("Type") == "managed")


def _is_ours(scene: Scene, live: LivePolicy) -> bool:
    return not live.managed and scene.owns(live.config.get("Comment"))


def _carried(live: LiveDistribution) -> tuple[Known, ...]:
    return tuple(behavior.response_headers_policy for behavior in (live.default, *live.named))


def _chosen(scene: Scene, ours: Sequence[LivePolicy], in_place: LivePolicy | None) -> LivePolicy | None:
    """Of several that bear our mark the one of our name, else the one in use, else that of the lowest id."""
    return min(ours, key=lambda live: (live.name != own_name(scene), live != in_place, live.id), default=None)


def _fresh(scene: Scene, want: Cors, have: LivePolicies) -> Json:
    """A new policy's config before the spec is laid over it: with the other headers of the one whose place it takes."""
    foreign = have.in_place
    kept = {part: foreign.config[part] for part in OTHER_HEADERS if foreign and foreign.config.get(part)}
    max_age = {CORS: {"AccessControlMaxAgeSec": MAX_AGE_SECONDS}}
    return creation({"Comment": scene.mark, **kept, **max_age}, cors_fields(own_name(scene), want, {})).config


def _propose_own(scene: Scene, want: Cors, have: LivePolicies) -> Proposal:
    taken = next(
        (live for live in have.all if live.name == own_name(scene) and not _is_ours(scene, live)), None
    )
    if taken is not None:
        what = f"there is a response headers policy {taken.name} ({taken.id}) already, and "
        do = "give it another name in AWS, or take http.cors out"
        problem = scene.stack.problem(what + bearer(taken.config.get("Comment")), do, "http", "cors")
        return Proposal(problems=(problem,))
    address = scene.address(KIND)
    notices = _without_it(scene, have)
    if have.own is None:
        step = _create(scene, want, have)
        return Proposal(steps=(step,), brings={address: {"id": Ref(step.id)}}, notices=notices)
    return Proposal(
        steps=_modify(scene, want, have, have.own),
        brings={address: {"id": have.own.id}},
        relied_on=(_relied(scene, have.own, have.etag),),
        notices=notices,
    )


def _without_it(scene: Scene, have: LivePolicies) -> tuple[Notice, ...]:
    """Live paths that the spec names and that carry no policy: `cors` speaks of the default behavior, and a new one
    is made like that.
    """
    spelled = {PathPattern(each.path): each.path for each in scene.stack.spec.http.behaviors}
    return tuple(
        Notice(
            f"pages of other origins cannot read {spelled[each.pattern]}: cors speaks of the default behavior; "
            f"what you attach to that path by hand, {own_name(scene)} for example, is kept"
        )
        for each in (have.distribution.named if have.distribution else ())
        if each.pattern in spelled and not each.response_headers_policy
    )


def _create(scene: Scene, want: Cors, have: LivePolicies) -> Create:
    foreign = have.in_place
    config = _fresh(scene, want, have)
    kept = f", with the other headers of {foreign.name}" if foreign and foreign.has_more else ""
    return Create(
        address=scene.address(KIND),
        stage=Stage.POLICIES,
        because=f"none of that name{kept}",
        line=scene.stack.line("http", "cors"),
        changes=creation({}, cors_fields(own_name(scene), want, {})).changes,
        call=Call("cloudfront", "create_response_headers_policy", {CONFIG: config}),
        outputs={"id": f"{POLICY}.Id"},
        twin=Twin(
            listing=LISTING,
            row_id=f"{POLICY}.Id",
            row={f"{POLICY}.{CONFIG}.Name": own_name(scene)},
            detail="get_response_headers_policy",
            match={f"{POLICY}.{CONFIG}.Name": own_name(scene)},
            content=f"{POLICY}.{CONFIG}",
        ),
        document=CONFIG,
    )


def _modify(scene: Scene, want: Cors, have: LivePolicies, own: LivePolicy) -> tuple[Step, ...]:
    """The update, and where it is in use the wait for it: CloudFront deploys every distribution that carries it."""
    laid = overlay(own.config, cors_fields(own_name(scene), want, own.config))
    if have.etag is None or not laid.changes:
        return ()
    modify = Modify(
        address=scene.address(KIND),
        stage=Stage.POLICIES,
        because="other pages may read the media",
        line=scene.stack.line("http", "cors"),
        changes=laid.changes,
        call=Call("cloudfront", "update_response_headers_policy", {"Id": own.id, CONFIG: laid.config}),
        document=CONFIG,
        read=_config_call(own.id),
        content=CONFIG,
        base=own.config,
        etag=have.etag,
        unknown=have.unknown,
    )
    live = have.distribution
    if live is None or own.id not in have.carried[live.id]:
        return (modify,)
    wait = Wait(
        address=scene.address(KIND),
        stage=Stage.WAIT,
        because="until every edge sends the changed headers",
        line=scene.stack.line("wait"),
        until=Deployed(live.delivery.get(live.id), live.delivery.resource, {}),
        seconds=scene.stack.spec.wait.timeout.total_seconds(),
    )
    return (modify, wait)


def _propose_none(scene: Scene, have: LivePolicies) -> Proposal:
    """For ``cors: false``: a policy that is not ours is taken off where it says nothing beyond CORS."""
    live = have.in_place
    if live is None or _comes_off(scene, have) or not live.config.get(CORS):
        return Proposal()
    what = f"the response headers policy {live.name} ({live.id}) on the default behavior sets CORS and other headers"
    do = "take CORS out of it by hand, or take cors out of the spec: cfstream would take the other headers as well"
    return Proposal(problems=(scene.stack.problem(what, do, "http", "cors"),))


def _comes_off(scene: Scene, have: LivePolicies) -> bool:
    """Whether, without CORS, the default behavior is to carry no policy."""
    live = have.in_place
    return live is None or _is_ours(scene, live) or not (live.has_more or not live.config.get(CORS))


def _unwanted(scene: Scene, live: LivePolicy, have: LivePolicies, want: WantedPolicy) -> Unwanted:
    delete = Delete(
        address=scene.address(KIND, "" if have.own and live.id == have.own.id else live.id),
        stage=Stage.DELETE_POLICIES,
        because="ours, and nothing uses it any more",
        changes=(Change("http.cors.name", live.name, None),),
        call=Call("cloudfront", "delete_response_headers_policy", {"Id": live.id}),
        read=_config_call(live.id),
        content=CONFIG,
        base=live.config,
    )
    users = tuple(sorted(id_ for id_ in have.carried if live.id in _after(id_, have, want)))
    return Unwanted(f"the response headers policy {live.name} ({live.id})", _digest(live), delete, users)


def _after(distribution: str, have: LivePolicies, want: WantedPolicy) -> tuple[Known, ...]:
    """What a distribution carries after the plan that is not the wanted policy."""
    carried = have.carried[distribution]
    if have.distribution is None or distribution != have.distribution.id:
        return carried
    return carried[1:] if want.cors is not None else ()


def _relied(scene: Scene, live: LivePolicy, etag: ETag | None) -> Relied:
    return Relied(scene.address(KIND), _digest(live), etag, content=canonical(live.config))


def _digest(live: LivePolicy) -> str:
    return digest({"id": live.id, "config": canonical(live.config)})


def _config_call(policy: str) -> Call:
    return Call("cloudfront", "get_response_headers_policy_config", {"Id": policy})
