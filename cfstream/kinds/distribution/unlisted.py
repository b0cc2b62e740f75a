"""Unlisted behaviors: those that are live, lead to the bucket, and are not in the spec.

They stay, with the signers of the default behavior if it has any, or ``unlisted_behaviors: delete`` deletes them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cfstream.domain import CacheBehavior, Distribution, LiveDistribution, PathPattern, Signers, document
from cfstream.domain.distribution import account_words
from cfstream.errors import Notice
from cfstream.kinds.distribution.behaviors import Wanted
from cfstream.spec.model import Spec
from cfstream.stack.distribution_fields import normal
from cfstream.steps.step import Change
from cfstream.values import Json


def unlisted(spec: Spec, live: Distribution) -> tuple[CacheBehavior, ...]:
    """Return the behaviors whose origin is the bucket and that the spec does not name."""
    named = {PathPattern(each.path) for each in spec.http.behaviors}
    ours = live.leading_to(spec.bucket.name)
    return tuple(each for each in ours if not each.default and each.pattern not in named)


def going(spec: Spec, live: Distribution) -> tuple[CacheBehavior, ...]:
    """Return the behaviors that are deleted because the spec does not name them."""
    return unlisted(spec, live) if spec.http.deletes_unlisted else ()


def without(config: Json, gone: Iterable[CacheBehavior]) -> dict[str, Any]:
    """Return a configuration without some behaviors."""
    patterns = {each.pattern for each in gone}
    left = [each for each in document.named_behaviors(config) if document.pattern(each) not in patterns]
    shorter = dict(config)
    if patterns:
        document.set_named_behaviors(shorter, left)
    return shorter


def deletion(wanted: Wanted, gone: CacheBehavior) -> Change:
    """Return the change that deletes a behavior, with its signers."""
    signers = normal(gone.signers, wanted.account)
    before: dict[str, Any] = {} if signers else {"public": True}
    if signers.key_groups:
        before["key_groups"] = wanted.show_groups(signers.key_groups)
    if signers.accounts:
        before["trusted_signers"] = list(signers.accounts)
    return Change(f"http.behaviors[{gone.path}]", before, None)


def unlisted_notices(spec: Spec, live: LiveDistribution | None, wanted: Wanted) -> Iterator[Notice]:
    """Yield a notice for each unlisted behavior: what happens to it, and which URLs it accepts before and after.

    No state says whether an earlier spec named a behavior, so each plan lists every unlisted one.
    """
    found = sorted(unlisted(spec, live), key=lambda each: each.path) if live is not None else []
    delete = spec.http.deletes_unlisted
    them = "it" if len(found) == 1 else f"these {len(found)} behaviors"
    advice = f"add {them} to `http.behaviors`, or write `unlisted_behaviors: delete`"
    for number, each in enumerate(found, 1):
        fate = _deleted(wanted, each) if delete else _kept(wanted, each)
        last = number == len(found) and not delete
        yield Notice(f"unlisted behavior {each.path}: {fate}", do=advice if last else "")


def _kept(wanted: Wanted, behavior: CacheBehavior) -> str:
    signers = normal(behavior.signers, wanted.account)
    now = _accepted(wanted, signers)
    if not wanted.default or signers == wanted.default:
        return f"it stays. It accepts {now}"
    after = _accepted(wanted, wanted.default)
    return f"it stays, and gets the signers of the default behavior. It accepts {now}; after apply, {after}"


def _deleted(wanted: Wanted, behavior: CacheBehavior) -> str:
    now = _accepted(wanted, normal(behavior.signers, wanted.account))
    after = "After apply, the next behavior that matches serves its paths"
    return f"it will be deleted. It accepts {now}. {after}"


def _accepted(wanted: Wanted, signers: Signers) -> str:
    groups = [f"key group {name}" for name in wanted.show_groups(signers.key_groups)]
    names = [*groups, *map(account_words, signers.accounts)]
    return f"URLs signed by {', '.join(names)}" if names else "unsigned URLs from anyone"
