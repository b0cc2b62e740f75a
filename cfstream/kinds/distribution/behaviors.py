"""Cache behaviors: their signers, their order, and the ones that the spec adds.

The spec owns the signers of every behavior whose origin is the bucket, named or not, so that no forgotten path is
public. Signers are removed from a behavior only if the spec names it public. `unlisted` has the behaviors that the spec
does not name. A behavior of the spec and a live one are the same if CloudFront matches their patterns alike
(`PathPattern`): the live spelling is kept.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cfstream.domain import CacheBehavior, PathPattern, Signers, document
from cfstream.domain.precedence import in_order, insert, places
from cfstream.kinds.distribution.http_fields import Managed
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_fields import normal, normal_signers, opened
from cfstream.stack.fields import OwnedField
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import Change
from cfstream.values import Json, Known


@dataclass(frozen=True)
class WantedBehavior:
    """A behavior that the spec names. If `signers` is None, it has the default behavior's."""

    path: str
    """The pattern in the spec's spelling."""
    number: int
    public: bool
    signers: Signers | None
    settings: tuple[Managed, ...] = ()
    """The other fields that the spec manages."""

    @property
    def pattern(self) -> PathPattern:
        return PathPattern(self.path)


@dataclass(frozen=True)
class Wanted:
    """The behaviors in the spec, with ids."""

    account: str
    public: bool
    default: Signers
    named: tuple[WantedBehavior, ...]
    group_names: Mapping[str, str]
    """Names of key groups by the text of their id, for people."""

    def show_groups(self, ids: Iterable[Known]) -> list[str]:
        """Return the names of key groups, sorted."""
        return sorted(self.group_names.get(str(id_), str(id_)) for id_ in ids)


def wanted_signers(context: StackContext, part: Any, group_id: Callable[[str], Known]) -> Signers | None:
    """Return the signers that a part of the spec (the whole, or a behavior) names; None if it names none."""
    if part.key_groups is not None:
        names = [group.use if hasattr(group, "use") else group.name for group in part.key_groups]
        return Signers(key_groups=tuple(sorted({group_id(name) for name in names}, key=str)))
    if part.trusted_signers is not None:
        return Signers(accounts=normal_signers(part.trusted_signers, context.account))
    return None


def place(config: dict[str, Any], wanted: Wanted, *, creating: bool) -> list[Change]:
    """Add the missing behaviors and order the named ones. Return the changes."""
    if creating:
        document.set_named_behaviors(config, [_new(config, wanted, named) for named in wanted.named])
        return [_added(wanted, named) for named in wanted.named]
    before = document.named_behaviors(config)
    order = [named.pattern for named in wanted.named]
    live = in_order(before, order, document.pattern)
    known = places(before, document.pattern)
    changes = []
    if live != before:
        there = [named for named in wanted.named if named.pattern in known]
        by_place = sorted(there, key=lambda named: known[named.pattern])
        changes.append(
            Change("http.behaviors", [named.path for named in by_place], [named.path for named in there])
        )
    missing = [named for named in wanted.named if named.pattern not in known]
    insert(live, order, [_new(config, wanted, named) for named in missing], document.pattern)
    changes += [_added(wanted, named) for named in reversed(missing)]
    if changes:
        document.set_named_behaviors(config, live)
    return changes


def fields(wanted: Wanted, ours: Iterable[CacheBehavior]) -> list[OwnedField]:
    """Return the owned fields of `ours`: the behaviors whose origin is the bucket."""
    owned: list[OwnedField] = []
    named = {one.pattern: one for one in wanted.named}
    for live in sorted(ours, key=lambda each: not each.default):
        asked = None if live.default else named.get(live.pattern)
        called = asked.path if asked else live.path
        signers = _signers_wanted(wanted, live, asked)
        if signers is not None:
            owned += _signer_fields(wanted, (live.path, called), signers, asked)
        if asked is not None:
            owned += [each.at(live.path, label(called)) for each in asked.settings]
    return owned


def label(path: str) -> str:
    """Return the prefix of a behavior's fields in a plan; the default behavior's fields are at the top of the spec."""
    return f"http.behaviors[{path}]." if path else ""


def _signers_wanted(wanted: Wanted, live: CacheBehavior, named: WantedBehavior | None) -> Signers | None:
    """Return the signers that a live behavior must have; None if they do not change."""
    if live.default:
        return wanted.default if wanted.default or wanted.public else None
    if named is not None and named.public:
        return Signers()
    if named is not None and named.signers is not None:
        return named.signers
    return wanted.default or None


def _signer_fields(
    wanted: Wanted, path: tuple[str, str], signers: Signers, named: WantedBehavior | None
) -> list[OwnedField]:
    """Return the fields of the signers of a path, given by its live pattern and its name in the spec."""
    live, called = path
    public = named.public if named else not live and wanted.public

    def read(config: Json) -> Signers:
        return normal(document.signers(document.behavior(config, live)), wanted.account)

    def write_accounts(config: dict[str, Any], value: Any) -> None:
        document.set_trusted_signers(document.behavior(config, live), value)

    def write_groups(config: dict[str, Any], value: Any) -> None:
        document.set_key_groups(document.behavior(config, live), value)

    open_to_all = opened(f"{label(called)}public", lambda config: bool(read(config)))
    return [
        *([open_to_all] if public else []),
        OwnedField(
            f"{label(called)}trusted_signers",
            signers.accounts,
            lambda config: read(config).accounts,
            write_accounts,
        ),
        OwnedField(
            f"{label(called)}key_groups",
            signers.key_groups,
            lambda config: read(config).key_groups,
            write_groups,
            show=wanted.show_groups,
        ),
    ]


def _new(config: Json, wanted: Wanted, named: WantedBehavior) -> dict[str, Any]:
    """Return a behavior like the default one, except for its path and the fields in the spec."""
    raw = document.new_behavior(config, named.path)
    signers = Signers() if named.public else (named.signers if named.signers is not None else wanted.default)
    document.set_trusted_signers(raw, signers.accounts)
    document.set_key_groups(raw, signers.key_groups)
    for each in named.settings:
        each.entry.write(raw, each.want)
    return raw


def _added(wanted: Wanted, named: WantedBehavior) -> Change:
    after: dict[str, Any] = {}
    if named.public:
        after["public"] = True
    if named.signers is not None and named.signers.key_groups:
        after["key_groups"] = wanted.show_groups(named.signers.key_groups)
    if named.signers is not None and named.signers.accounts:
        after["trusted_signers"] = list(named.signers.accounts)
    # Empty values too: a new behavior is a copy of the default one, from which they remove something.
    after.update({each.entry.name: "" if each.shown is None else each.shown for each in named.settings})
    return Change(f"http.behaviors[{named.path}]", None, after or {"public": False})
