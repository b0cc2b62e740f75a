"""Who may sign, in the language: of the default behavior, and of those behaviors that differ from it. Pure.

Signers are owned on every behavior that leads to the bucket, so each one that differs must be named, or its signers
would be taken for a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cfstream.adoption.account import Account
from cfstream.adoption.refusal import CannotImport
from cfstream.domain import Behavior, LiveDistribution, Signers, with_pattern
from cfstream.spec.fields import PathPattern, ResourceName
from cfstream.spec.signers import MAX_TRUSTED_SIGNERS
from cfstream.stack.distribution_fields import normal


@dataclass(frozen=True)
class Guard:
    """One behavior that leads to the bucket; `path` is empty for the default one."""

    path: str
    viewers: Signers
    viewer_protocol: str = ""


def guards(live: LiveDistribution, bucket: str, account: Account) -> tuple[Guard, ...]:
    """Return every behavior that leads to the bucket, the default one first.

    Of two whose patterns are the same, only the first has an effect. Raises CannotImport if one has both kinds of
    signers.
    """
    ours = [each for each in live.leading_to(bucket) if with_pattern(live.named, each.path) in (each, None)]
    return tuple(_guard(live, each, account) for each in (live.default, *live.named) if each in ours)


def signing_values(account: Account, live: LiveDistribution, found: Sequence[Guard]) -> dict[str, Any]:
    """The fields that name signers: of the default behavior, and under ``behaviors`` those that must be named."""
    default, *others = found
    named = []
    for each in others:
        if each.viewers == default.viewers:
            continue
        if sayable(PathPattern, each.path):
            named.append({"path": each.path, **_fields(account, each.viewers)})
        elif default.viewers:
            # Where the default behavior is public, signers on others stay as they are without being named.
            raise CannotImport(
                f"the behavior {each.path!r} of {live.id} has signers of its own, and a spec cannot name that path",
                "give it the signers of the default behavior, or another path pattern, and import again",
            )
    return {**_fields(account, default.viewers), **({"behaviors": named} if named else {})}


def sayable(kind: Any, value: object) -> bool:
    """Whether the language takes this value for a field of this type."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _guard(live: LiveDistribution, behavior: Behavior, account: Account) -> Guard:
    viewers = normal(behavior.signers, account.number)
    where = "the default behavior" if behavior.default else f"the behavior {behavior.path!r}"
    if viewers.accounts and viewers.key_groups:
        raise CannotImport(
            f"{where} of {live.id} has both trusted signers and key groups, and a spec names one sort",
            "take one of the two off there, and import again",
        )
    if len(viewers.accounts) > MAX_TRUSTED_SIGNERS:
        raise CannotImport(
            f"{where} of {live.id} has {len(viewers.accounts)} trusted signers, and a spec takes {MAX_TRUSTED_SIGNERS}",
            "take some off there, or use a key group, and import again",
        )
    return Guard(behavior.path, viewers, behavior.viewer_protocol)


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
    """Key groups by name, where it is one that a spec can say; else by id."""

    def name(group: str) -> str:
        called = account.groups.get(group, "")
        return called if called not in account.groups and sayable(ResourceName, called) else group

    return name
