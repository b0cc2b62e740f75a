"""The hazards of a change, as far as the specs alone show them: a plan knows more, for it knows what is live."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, get_args

from cfstream.comparing.meaning import name_of
from cfstream.domain import PathPattern, with_pattern
from cfstream.errors import Notice
from cfstream.spec.fields import spell
from cfstream.spec.model import Behavior, MinimumTls, PublicKey, Spec
from cfstream.steps.step import HAZARDS, Hazard

Signed: TypeAlias = Spec | Behavior


def hazards(before: Spec, after: Spec) -> tuple[Hazard, ...]:
    """What apply would probably refuse until it is allowed, each once, the worst first."""
    return tuple(
        sorted(dict.fromkeys(_hazards(before, after)), key=lambda hazard: HAZARDS.index(hazard.name))
    )


def _hazards(before: Spec, after: Spec) -> Iterator[Hazard]:
    yield from _of_signers(before, after)
    yield from _of_keys(before, after)
    if gone := sorted({*(before.cnames or ())} - {*(after.cnames or ())}) if after.cnames is not None else []:
        yield Hazard("cuts-viewers", f"{', '.join(gone)} will not be answered any more")
    if before.enabled and not after.enabled:
        yield Hazard("cuts-viewers", "a disabled distribution answers nobody")
    if after.delivery == before.delivery == "http":
        yield from _of_connections(before, after)
    yield from _of_grants(before, after)


def notices(before: Spec | None, after: Spec) -> Iterator[Notice]:
    """What a reviewer should know beside the fields, and what stops nothing."""
    if before is None:
        if after.public:
            yield Notice(f"it is public: anyone may read everything in {after.bucket.name}", warning=True)
        return
    if before.protect and not after.protect:
        yield Notice("destroy is not refused any more", warning=True)
    if before.bucket.name != after.bucket.name:
        yield Notice(f"{before.bucket.name} stays as it is, with all that is in it")
    for old, new in _replaced(before, after):
        patience = spell(after.sign.max_validity)
        yield Notice(f"the key {old} goes: safely once {new}, which replaces it, is older than {patience}")


def _signers(signed: Signed) -> set[str]:
    groups = {f"key group {name_of(group)}" for group in signed.key_groups or ()}
    return groups | {f"account {account}" for account in signed.trusted_signers or ()}


def _signers_at(spec: Spec, path: str) -> set[str]:
    """Who may sign for a path pattern: its behavior's own signers or the default's, and nobody where it is public."""
    named = with_pattern(spec.http.behaviors, path)
    if (named or spec).public:
        return set()
    return (_signers(named) if named else set()) or _signers(spec)


def _of_signers(before: Spec, after: Spec) -> Iterator[Hazard]:
    """Of who may sign, for the default behavior and for each that either version names."""
    paths = {PathPattern(each.path): each.path for spec in (before, after) for each in spec.http.behaviors}
    for path in ("", *paths.values()):
        old, new = _signers_at(before, path), _signers_at(after, path)
        where = path or f"everything in {after.bucket.name}"
        if old and not new:
            yield Hazard("makes-public", f"anyone may then read {where}")
        elif new and not old:
            yield Hazard("cuts-viewers", f"who asks for {where} without a signature is refused")
        elif old - new:
            yield Hazard(
                "cuts-viewers", f"URLs signed by {', '.join(sorted(old - new))} are refused for {where}"
            )


def _keys(spec: Spec) -> dict[tuple[str, str], PublicKey]:
    return {(group.name, key.name): key for group in spec.made_key_groups for key in group.public_keys}


def _replaced(before: Spec, after: Spec) -> Iterator[tuple[str, str]]:
    """Each key that goes, with the one that stays in its group and replaces it."""
    now = _keys(after)
    for group, name in _keys(before).keys() - now.keys():
        heirs = [key.name for (other, _), key in now.items() if other == group and name in key.replaces]
        yield from ((name, heir) for heir in heirs[:1])


def _of_keys(before: Spec, after: Spec) -> Iterator[Hazard]:
    replaced = {old for old, _ in _replaced(before, after)}
    staying = {group for group, _ in _keys(after)}
    for group, name in sorted(_keys(before).keys() - _keys(after).keys()):
        if group in staying and name not in replaced:
            yield Hazard("cuts-viewers", f"URLs signed with {name} of {group} are refused")


def _of_connections(before: Spec, after: Spec) -> Iterator[Hazard]:
    order: Sequence[str] = get_args(MinimumTls)
    if order.index(after.http.minimum_tls) < order.index(before.http.minimum_tls):
        yield Hazard("weakens-tls", f"viewers may connect with what {before.http.minimum_tls} refuses")
    if after.http.viewer_protocol == "allow-all" != before.http.viewer_protocol:
        yield Hazard("weakens-tls", "signed URLs and cookies may then travel over plain http")


def _of_grants(before: Spec, after: Spec) -> Iterator[Hazard]:
    if before.bucket.name != after.bucket.name:
        return
    if not after.grant.prefix.startswith(before.grant.prefix):
        under = f"what is under {after.grant.prefix}" if after.grant.prefix else "all of the bucket"
        yield Hazard("widens-grant", f"{under} becomes readable for CloudFront, and not all of it was")
    if after.grant.permission == "FULL_CONTROL" != before.grant.permission:
        yield Hazard("widens-grant", "FULL_CONTROL in place of READ")
