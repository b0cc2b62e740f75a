"""Read what is live of a stack, and decide for each behavior who must be served and which path to request.

Everything live is read once, here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from itertools import takewhile

from cfstream.access.cells import intersect_witness
from cfstream.access.globs import Glob
from cfstream.access.model import AccessModel
from cfstream.domain import Delivery, LiveDistribution, PathPattern, with_pattern
from cfstream.errors import CfstreamError
from cfstream.explain.guards import GuardedBehavior, Guards
from cfstream.inventory.lookup import of_stack
from cfstream.inventory.readers import readers_observed
from cfstream.planning.access_models import live_model
from cfstream.sign import CannotSign
from cfstream.sign.resource import key_path, pattern_path
from cfstream.spec.http import Behavior
from cfstream.spec.key_groups import AnyKeyGroup, KeyGroup
from cfstream.spec.model import Spec
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.context import StackContext
from cfstream.stack.live_state import LiveState
from cfstream.stack.signing_keys import guards_of
from cfstream.startup.frozen import dataclass
from cfstream.verification.sample import Sample, sample
from cfstream.wildcards import like

MADE_UP = "cfstream-verify"
"""Replaces a missing name in paths, and the asterisk of a wildcard alias."""

RTMP = "/cfx/st/"


class ExpectedAccess(StrEnum):
    """Who must be served by a behavior, according to the spec."""

    SIGNED = "signed"
    OPEN = "open"
    NOT_OURS = "not ours"
    """It leads to another origin, which the spec does not describe."""


@dataclass(frozen=True)
class ExpectedSigners:
    """Who may sign for a behavior, according to the spec: key groups by name, accounts, and the keys of own groups."""

    groups: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    """Names of keys by the digest of the key."""
    used: bool = False
    """Whether it has a group of another owner, who decides which keys are in it."""


@dataclass(frozen=True)
class TestedBehavior:
    """One behavior: its live state, the spec's state, and a path that it serves."""

    pattern: str
    """Its path pattern; empty for the default behavior."""
    guard: GuardedBehavior
    """The live behavior that serves `path`."""
    wanted: ExpectedAccess
    signers: ExpectedSigners = ExpectedSigners()
    path: str = ""
    """Starts with a slash; empty if the behavior serves no path."""
    key: str = ""
    """The object at `path`; empty if `path` is made up, or the object is not known to exist."""

    @property
    def named(self) -> str:
        return self.pattern or "default behavior"


@dataclass(frozen=True)
class Site:
    """Everything that is read about a stack before the first request is sent."""

    context: StackContext
    live: LiveDistribution
    guards: Guards
    bucket: LiveBucket
    model: AccessModel
    """What decides who can read the bucket."""
    objects: Sample
    places: tuple[TestedBehavior, ...]
    hosts: tuple[str, ...]
    """Host names to test: CloudFront's own first; for a wildcard, a name that it covers."""

    @property
    def spec(self) -> Spec:
        return self.context.stack.spec

    @property
    def apply(self) -> str:
        """How to apply the spec again."""
        return f"apply the spec; {self.context.applying}"

    @property
    def protected_page(self) -> str:
        """The error page for a 403 whose own path needs a signature; empty if there is none."""
        pages = (each.page for each in self.live.error_pages if each.code == 403 and each.page)
        return next((page for page in pages if self.live.behavior_for(page).signers), "")

    @property
    def distribution(self) -> str:
        return f"distribution {self.live.id}"


def read_site(state: LiveState, wanted_object: str | None) -> Site:
    """Read the live state of the stack: what a plan reads of distribution, keys and bucket, and some objects.

    Raises CfstreamError if there is no distribution yet, and as `Reads.read`.
    """
    aws, context, live = state.aws, state.context, state.own
    if live is None:
        raise CfstreamError(
            f"{context.name} has no distribution in account {context.account}",
            f"create it; {context.applying}",
        )
    guards = guards_of(aws, of_stack(state).distribution)
    asked = _patterns(context.stack.spec, guards)
    objects = sample(aws, context, state.bucket, _beginnings(live, asked), wanted_object)
    model = live_model(context, readers_observed(aws, state))
    site = Site(context, live, guards, state.bucket, model, objects, (), _hosts(context, guards))
    return replace(site, places=tuple(_places(site, asked)))


def paths_of(site: Site, key: str) -> tuple[str, ...]:
    """Return the paths of a key, one for each origin path that leads to it; () if no URL can name it."""
    try:
        if site.live.delivery is Delivery.RTMP:
            return (RTMP + key_path(key)[1:],)
        roots = {origin.path for origin in site.live.origins}
        under = sorted(root for root in roots if f"/{key}".startswith(f"{root}/"))
        return tuple(key_path(f"/{key}"[len(root) + 1 :]) for root in under)
    except CannotSign:
        return ()


def _hosts(context: StackContext, guards: Guards) -> tuple[str, ...]:
    aliases = (alias.lower() for alias in (*(context.stack.spec.cnames or ()), *sorted(guards.aliases)))
    names = (alias.replace("*", MADE_UP, 1) for alias in aliases)
    return tuple(dict.fromkeys((guards.domain_name, *names)))


def _patterns(spec: Spec, guards: Guards) -> list[str]:
    """Return the live path patterns and those of the spec that are not live, the default one last."""
    live = [guard.path for guard in guards.behaviors if guard.path]
    named = [each.path for each in spec.http.behaviors if with_pattern(guards.behaviors, each.path) is None]
    return [*live, *named, ""]


def _beginnings(live: LiveDistribution, patterns: Sequence[str]) -> list[str]:
    """Return how the keys of objects begin that the patterns match, by each origin path."""
    literals = [re.split(r"[*?]", pattern.removeprefix("/"), maxsplit=1)[0] for pattern in patterns]
    roots = sorted({origin.path for origin in live.origins})
    return [f"{root}/{literal}".removeprefix("/") for root in roots for literal in literals]


def _places(site: Site, patterns: Sequence[str]) -> Iterator[TestedBehavior]:
    guards = site.guards
    ours = _lead_to_bucket(site)
    for pattern in patterns:
        live = with_pattern(guards.behaviors, pattern)
        path, key = _path(site, pattern, live)
        guard = live or guards.of(path or "/")
        wanted, signers = _wanted(site, pattern, guard)
        if live is not None and pattern not in ours:
            wanted = ExpectedAccess.NOT_OURS
        yield TestedBehavior(pattern, guard, wanted, signers, path, key)


def _lead_to_bucket(site: Site) -> set[str]:
    """Return the patterns of the live behaviors that lead to the stack's bucket, by any of its addresses."""
    first = site.live.default_origin
    ours = {site.spec.bucket.name, first.bucket if first else None} - {None}
    # The default behavior always belongs to the spec: if it leads elsewhere, a plan changes it back.
    return {
        "",
        *(each.path for each in site.live.named if any(origin.bucket in ours for origin in each.origins)),
    }


def _wanted(site: Site, pattern: str, guard: GuardedBehavior) -> tuple[ExpectedAccess, ExpectedSigners]:
    """Return who must be served by a behavior. The stack owns the signers if the behavior leads to its bucket."""
    spec = site.spec
    named = with_pattern(spec.http.behaviors, pattern) if pattern else None
    default = ExpectedSigners() if spec.public else _signers(site, spec)
    own = _signers(site, named) if named else ExpectedSigners()
    if named and named.public:
        return ExpectedAccess.OPEN, ExpectedSigners()
    signers = own if own.groups or own.accounts else default
    if signers.groups or signers.accounts:
        return ExpectedAccess.SIGNED, signers
    # If the default behavior is public, signers on other behaviors stay and are not managed.
    stay = bool(pattern) and guard.path == pattern and guard.signed
    return (
        (ExpectedAccess.SIGNED, ExpectedSigners(guard.groups, guard.signers, used=True))
        if stay
        else (ExpectedAccess.OPEN, ExpectedSigners())
    )


def _signers(site: Site, part: Spec | Behavior) -> ExpectedSigners:
    groups: tuple[AnyKeyGroup, ...] = tuple(part.key_groups or ())
    names = {id_: group.name for id_, group in site.model.groups.items()}
    made = [group for group in groups if isinstance(group, KeyGroup)]
    keys = [key for group in made for key in group.public_keys]
    known = site.context.stack.public_keys
    return ExpectedSigners(
        groups=tuple(
            group.name if isinstance(group, KeyGroup) else names.get(group.use, group.use) for group in groups
        ),
        accounts=tuple(part.trusted_signers or ()),
        keys={known[key.name].der_sha256: key.name for key in keys},
        used=len(made) < len(groups),
    )


def _path(site: Site, pattern: str, live: GuardedBehavior | None) -> tuple[str, str]:
    """Return a path that the behavior serves, and the object at it; an invented path if no object is known."""
    if site.live.delivery is Delivery.RTMP:
        key = site.objects.keys[0] if site.objects.keys else ""
        return (paths_of(site, key)[0], key) if key and paths_of(site, key) else (RTMP + MADE_UP, "")
    for key in site.objects.keys:
        for path in paths_of(site, key):
            if _meets(site.guards, pattern, live, path):
                return path, key
    for name in (MADE_UP, f"{MADE_UP}/{MADE_UP}"):
        path = "/" + (pattern or "*").removeprefix("/").replace("*", name).replace("?", "x")
        if _meets(site.guards, pattern, live, path):
            return path, ""
    return _witness(site, pattern), ""


def _witness(site: Site, pattern: str) -> str:
    """Return a path that only this behavior serves, found from all patterns; empty if there is none."""
    before = takewhile(lambda behavior: behavior.path != pattern, site.live.behaviors)
    patterns = (PathPattern(pattern or "*"), *(behavior.pattern for behavior in before))
    glob, *earlier = (Glob.of_path_pattern(each.relative) for each in patterns)
    key = intersect_witness((glob,), earlier)
    return f"/{key}" if key else ""


def _meets(guards: Guards, pattern: str, live: GuardedBehavior | None, path: str) -> bool:
    if live is not None:
        return guards.of(path) is live
    return like(pattern_path(pattern), path)
