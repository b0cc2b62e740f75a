"""Describe the signers of the default behavior, and of the behaviors that differ from it. Pure.

The stack owns the signers of every behavior that leads to the bucket. A behavior with different signers must be in the
spec, because apply would otherwise change its signers.
"""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cfstream.adoption.account import Account
from cfstream.adoption.refusal import CannotImport
from cfstream.domain import CacheBehavior, LiveDistribution, Signers, with_pattern
from cfstream.spec.fields import PathPattern, ResourceName
from cfstream.spec.signers import MAX_TRUSTED_SIGNERS
from cfstream.stack.distribution_fields import normal
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class SignedBehavior:
    """One behavior that leads to the bucket; `path` is empty for the default one."""

    path: str
    viewers: Signers
    viewer_protocol: str = ""


def guards(live: LiveDistribution, bucket: str, account: Account) -> tuple[SignedBehavior, ...]:
    """Return every behavior that leads to the bucket, the default one first.

    If two have the same pattern, only the first has an effect. Raises CannotImport if one has both kinds of signers.
    """
    ours = [each for each in live.leading_to(bucket) if with_pattern(live.named, each.path) in (each, None)]
    return tuple(_guard(live, each, account) for each in (live.default, *live.named) if each in ours)


def signing_values(
    account: Account, live: LiveDistribution, found: Sequence[SignedBehavior]
) -> dict[str, Any]:
    """Return the fields that name signers: of the default behavior, and ``behaviors`` for those that must be listed."""
    default, *others = found
    named = []
    for each in others:
        if each.viewers == default.viewers:
            continue
        if is_expressible(PathPattern, each.path):
            named.append({"path": each.path, **_fields(account, each.viewers)})
        elif default.viewers:
            # If the default behavior is public, signers on other behaviors stay without being listed.
            raise CannotImport(
                f"the behavior {each.path!r} of {live.id} has its own signers, but a spec cannot name that path",
                "give it the default behavior's signers, or change its path pattern, and import again",
            )
    return {**_fields(account, default.viewers), **({"behaviors": named} if named else {})}


def is_expressible(kind: Any, value: object) -> bool:
    """Return whether a field of this type accepts the value."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _guard(live: LiveDistribution, behavior: CacheBehavior, account: Account) -> SignedBehavior:
    viewers = normal(behavior.signers, account.number)
    where = "the default behavior" if behavior.default else f"the behavior {behavior.path!r}"
    if viewers.accounts and viewers.key_groups:
        raise CannotImport(
            f"{where} of {live.id} has both trusted signers and key groups, but a spec allows only one of them",
            "remove one of them there, and import again",
        )
    if len(viewers.accounts) > MAX_TRUSTED_SIGNERS:
        raise CannotImport(
            f"{where} of {live.id} has {len(viewers.accounts)} trusted signers; the limit is {MAX_TRUSTED_SIGNERS}",
            "remove some there, or use a key group, and import again",
        )
    return SignedBehavior(behavior.path, viewers, behavior.viewer_protocol)


def _fields(account: Account, viewers: Signers) -> dict[str, Any]:
    if viewers.key_groups:
        return {
            "key_groups": [
                {"use": name} for name in sorted(map(_named(account), map(str, viewers.key_groups)))
            ]
        }
    if viewers.accounts:
        return {"trusted_signers": list(viewers.accounts)}
    return {"public": True}


def _named(account: Account) -> Any:
    """Return a function that gives a key group's name if a spec can express it, otherwise its id."""

    def name(group: str) -> str:
        called = account.name(group)
        return called if called not in account.resources and is_expressible(ResourceName, called) else group

    return name
