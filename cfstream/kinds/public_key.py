"""Public keys, with which CloudFront checks signatures. A key never changes in AWS; a new one is a new resource.

This module has the keys of the spec's files, and owned keys that no spec and no group has now. `key_group` decides
which group contains a key, and when the key may leave.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from cfstream.domain import LiveDistribution
from cfstream.errors import Problem
from cfstream.indexed import Indexed
from cfstream.kinds.key_group import holders_after
from cfstream.kinds.key_group.observed import live_groups
from cfstream.ports import Reads
from cfstream.spec.keys import PemKey
from cfstream.spec.model import Spec
from cfstream.stack.caller_reference import caller_reference
from cfstream.stack.calls import ANYTHING, Needs
from cfstream.stack.context import StackContext
from cfstream.stack.declared_keys import DeclaredKey, declared_groups, declared_keys
from cfstream.stack.key_groups import KEY, LiveKey, live_keys, trusts_groups
from cfstream.stack.kind import Kind, ids_of_members
from cfstream.stack.live_state import LiveState
from cfstream.stack.owned import Reason, Unwanted, joined, marked, names
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.stack.shown import Referred
from cfstream.stack.survey import listed
from cfstream.startup.frozen import dataclass
from cfstream.steps.create import Create
from cfstream.steps.step import Change, Step
from cfstream.values import Address, Known

if TYPE_CHECKING:
    pass

KIND = KEY.kind


@dataclass(frozen=True)
class WantedKey:
    """A key that the spec names, and the content of its file."""

    declared: DeclaredKey
    pem: PemKey


@dataclass(frozen=True)
class LiveKeys:
    """All public keys of the account, sorted by id."""

    all: Indexed[LiveKey] = Indexed()
    held: Mapping[str, str] = field(default_factory=dict)
    """The name of a group that contains a key after the plan, by key id. The spec's own groups do not count."""

    def named(self, name: str) -> LiveKey | None:
        return next(iter(self.all.having(names, name)), None)


class PublicKeyKind(Kind[tuple[WantedKey, ...], LiveKeys]):
    """The kind ``public-key``."""

    name = KIND
    owned = KEY

    def desire(self, context: StackContext) -> tuple[WantedKey, ...] | None:
        """Return every key of every group that the spec creates, each once."""
        if context.destroying:
            return None
        keys = context.stack.public_keys
        return tuple(WantedKey(key, keys[key.name]) for key in declared_keys(context.stack.spec)) or None

    def observe(self, aws: Reads, state: LiveState, want: tuple[WantedKey, ...] | None) -> LiveKeys:  # noqa: ARG002
        """List keys, groups and distributions. Raises as `Reads.read`."""
        context, keys = state.context, state.lists.of(live_keys)
        ours = [key.id for key in marked(context, keys)]
        return LiveKeys(keys, holders_after(context, state.lists.of(live_groups), state.neighbors, ours))

    def propose(
        self,
        context: StackContext,
        want: tuple[WantedKey, ...] | None,
        have: LiveKeys,
        results: KindResults,  # noqa: ARG002
    ) -> Proposal:
        """Create missing keys, and delete owned keys that the spec does not want and no group contains.

        Brings ``id`` at ``public-key:<stack>/<name>``, and for a live key also ``created``, in ISO 8601.
        """
        want = want or ()
        parts = [_propose(context, key, have.named(key.declared.name)) for key in want]
        names = {key.declared.name for key in want}
        ours = (live for live in marked(context, have.all) if live.name not in names)
        return KEY.with_orphans(context, joined(parts), (_unwanted(live, have) for live in ours))

    def listed(self, have: LiveKeys) -> Sequence[LiveKey]:
        """Return all keys of the account."""
        return have.all

    def outputs(self, context: StackContext, results: KindResults) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the ids of the keys by name."""
        return {"public_key_ids": results.members(KIND)}

    def left(self, ids: Mapping[Address, str], steps: Sequence[Step]) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the ids of the keys by name."""
        return {"public_key_ids": ids_of_members(ids, KIND)}

    def referred(self, aws: Reads, live: LiveDistribution) -> Iterable[Referred]:
        """Yield all keys of the account if it trusts a group."""
        return KEY.names(aws) if trusts_groups(live) else ()

    def reads(self, spec: Spec, *, destroying: bool) -> Needs:  # noqa: ARG002
        """Yield the list."""
        yield from KEY.needs(ANYTHING, "list")

    def writes(self, spec: Spec, *, destroying: bool) -> Needs:
        """Yield the calls for owned keys. IAM cannot limit them."""
        if not declared_groups(spec):
            return
        if not destroying:
            yield from KEY.needs(ANYTHING, "create", "get")
        yield from KEY.needs(ANYTHING, "get_config", "delete")

    def survey(self, aws: Reads, stacks: Sequence[LiveState]) -> None:  # noqa: ARG002
        """Read the list. Its rows have everything that a plan needs."""
        listed(aws, KEY.listing)


def _propose(context: StackContext, want: WantedKey, live: LiveKey | None) -> Proposal:
    if live is None:
        return KEY.made(_create(context, want))
    problem = _in_the_way(context, want, live)
    if problem is not None:
        return Proposal(problems=(problem,))
    brings: dict[str, Known] = {"id": live.id}
    if live.created is not None:
        brings["created"] = live.created.isoformat()
    return KEY.kept(KEY.relied(context, live.name, live), brings)


def _in_the_way(context: StackContext, want: WantedKey, live: LiveKey) -> Problem | None:
    """Return the problem if the live key with this name is not the spec's; None if it is."""
    key = want.declared
    if not context.owns(live.comment):
        do = (
            "choose another name, or trust a group that contains the existing key: `use: <name of the group>`"
        )
        return KEY.name_taken(context, live, do, *key.path, "name", shared=True)
    if live.der_sha256 != want.pem.der_sha256:
        return context.stack.problem(
            f"{key.file} is not the public key {live.name} ({live.id}), and a public key cannot change in AWS",
            "give the new key a new name",
            *key.path,
            "file",
        )
    return None


def _create(context: StackContext, want: WantedKey) -> Create:
    key = want.declared
    config = {
        "CallerReference": caller_reference(context.account, f"{context.name}/{key.name}", KIND),
        "Name": key.name,
        "EncodedKey": want.pem.pem,
        "Comment": context.mark,
    }
    changes = (Change(f"{key.field}.file", None, key.file),)
    reason = Reason("verify signed URLs and cookies", (*key.path, "name"), changes)
    return KEY.create(context, key.name, config, reason)


def _unwanted(live: LiveKey, have: LiveKeys) -> Unwanted:
    return Unwanted(
        live,
        member=live.name,
        called=live.name,
        change=Change(f"public_keys[{live.name}].id", live.id, None),
        base={"Name": live.name, "Comment": live.comment},
        users=(f"key group {have.held[live.id]}",) if live.id in have.held else (),
        because="cfstream created it, and no key group contains it now",
    )
