"""Reads who may sign for a stack's distribution, and finds the id of a private key."""

import re
from collections.abc import Iterable, Mapping

from cfstream.domain import CacheBehavior, Delivery, LiveDistribution
from cfstream.explain.guards import GuardedBehavior, Guards, TrustedKey, groups_text
from cfstream.ports import Reads
from cfstream.sign import CannotSign
from cfstream.sign.resource import pattern_path, sections
from cfstream.spec.keys import NotAPublicKey, der_digest
from cfstream.spec.wording import choices
from cfstream.stack.key_groups import GROUP, KEY
from cfstream.values import Json


def guards_of(aws: Reads, live: LiveDistribution) -> Guards:
    """Return a distribution as viewers see it, with every key that it trusts.

    Lists key groups and public keys if it trusts any group. Raises as `Reads.items`.
    """
    trusted = _trusted(aws, live) if any(each.signers.key_groups for each in live.behaviors) else {}
    return Guards(
        id=live.id,
        domain_name=live.domain_name,
        aliases=live.aliases,
        behaviors=tuple(_guard(each, trusted, live) for each in live.behaviors),
        enabled=live.enabled,
        deployed=live.status == "Deployed",
        ipv6=bool(live.config.get("IsIPV6Enabled")),
        error_page=_error_page(live),
        root_object=str(live.config.get("DefaultRootObject") or ""),
    )


def _error_page(live: LiveDistribution) -> str:
    pages = (
        f"{each.response_code or 403} with {each.page}"
        for each in live.error_pages
        if each.code == 403 and each.page
    )
    return next(pages, "")


def key_for(guards: Guards, path: str, der_sha256: str, key_id: str | None) -> str:
    """Return the key id for a signature by this private key on this path.

    `der_sha256` is the digest of its public half. Without `key_id`, the key is looked up. Raises CannotSign if
    CloudFront would refuse the signature.
    """
    guard = guards.of(path)
    if not guard.signed:
        raise CannotSign(
            f"{path} needs no signature: {guard.named} is public",
            "use the plain URL",
        )
    found = _ours(guard.keys, der_sha256)
    if key_id is None and found:
        return found[0].id
    if key_id is None:
        raise _not_trusted(guard, der_sha256, guards)
    of_id = [key for key in guard.keys if key.id == key_id]
    if of_id and of_id[0].der_sha256 != der_sha256:
        do = f"this private key belongs to {found[0].id}" if found else "use that key's private key"
        raise CannotSign(f"{key_id} is the key {of_id[0].name}, which this private key does not match", do)
    unknown_pairs = guard.signers and not guard.key_pairs
    if not of_id and key_id not in guard.key_pairs and not unknown_pairs:
        raise CannotSign(
            f"{guard.named} trusts {guard.signers_text}, not {key_id}", f"use {_listed(guard.key_ids)}"
        )
    return key_id


def blind_spots(guards: Guards, resource: str, key_id: str) -> tuple[GuardedBehavior, ...]:
    """Return the behaviors that may serve part of a folder but do not trust this key.

    Behaviors after one that serves the whole folder serve nothing in it. Of the others, only the beginnings of pattern
    and folder are compared, so a behavior may be listed that serves nothing in the folder.
    """
    inside = sections(resource).path.removesuffix("*")
    found = []
    for guard in guards.behaviors:
        if guard.signed and key_id not in guard.key_ids and _may_meet(guard.path, inside):
            found.append(guard)
        if _serves_all(guard.path, inside):
            break
    return tuple(found)


def _serves_all(behavior: str, folder: str) -> bool:
    begin, star, end = pattern_path(behavior or "*").partition("*")
    return bool(star) and not end and "?" not in begin and folder.startswith(begin)


def _may_meet(behavior: str, folder: str) -> bool:
    begins = re.split(r"[*?]", pattern_path(behavior or "*"), maxsplit=1)[0]
    return begins.startswith(folder) or folder.startswith(begins)


def waiting_key(guards: Guards, key_id: str) -> TrustedKey | None:
    """Return the key with this id if it is in its group but not active at the edges yet."""
    keys = (key for guard in guards.behaviors for key in guard.keys)
    return next((key for key in keys if key.id == key_id and not key.active), None)


def _not_trusted(guard: GuardedBehavior, der_sha256: str, guards: Guards) -> CannotSign:
    """Return the error for a private key that this behavior does not trust."""
    if not guard.groups:
        return CannotSign(*_unknown_pair(guard))
    elsewhere = [other for other in guards.behaviors if _ours(other.keys, der_sha256)]
    if elsewhere:
        groups = groups_text(elsewhere[0].groups_of(lambda key: key.der_sha256 == der_sha256))
        return CannotSign(
            f"this private key is in {groups}, but {guard.named} trusts {guard.signers_text}",
            f"sign with a key of {guard.signers_text}",
        )
    trusted = [f"{key.name} ({key.id})" for key in guard.keys]
    return CannotSign(
        f"this private key is not in {guard.signers_text}, which {guard.path or 'this path'} requires. If it was "
        "there before, another key has replaced it",
        f"sign with the private half of {choices(trusted or ['none'])}",
    )


def _unknown_pair(guard: GuardedBehavior) -> tuple[str, str]:
    """Return that the id of an account's key pair cannot be found, and where the user finds it."""
    if not guard.key_pairs:
        what = f"{guard.named} trusts {guard.signers_text}, which has no active key pair"
        return what, "create one as the root user of that account, in the console under Security credentials"
    what = (
        f"{guard.named} trusts {guard.signers_text}, and AWS lists only the ids of its key pairs, "
        "not which key has which id"
    )
    do = f"add --key-id with the id of your key pair: {_listed(guard.key_pairs)}; AWS named the file of the private "
    return what, f"{do}key after it: pk-{guard.key_pairs[0]}.pem"


def _ours(keys: Iterable[TrustedKey], der_sha256: str) -> list[TrustedKey]:
    """Return the keys with this public half, active ones first."""
    return sorted((key for key in keys if key.der_sha256 == der_sha256), key=lambda key: not key.active)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _trusted(aws: Reads, live: LiveDistribution) -> Mapping[str, tuple[str, tuple[TrustedKey, ...]]]:
    """Return the name and the keys of each key group of the account, by id."""
    rows: Mapping[str, Json] = {row["Id"]: row for row in KEY.rows(aws)}
    groups = {}
    for row in GROUP.rows(aws):
        group, config = row["Id"], row[GROUP.config]
        members = config.get("Items") or ()
        active = {*live.active_key_groups.get(group, ())}
        keys = (_key(rows[id_], config["Name"], active) for id_ in members if id_ in rows)
        groups[group] = (str(config["Name"]), tuple(keys))
    return groups


def _key(row: Json, group: str, active: set[str]) -> TrustedKey:
    try:
        der_sha256 = der_digest(row["EncodedKey"])
    except NotAPublicKey:
        der_sha256 = None
    return TrustedKey(row["Id"], row["Name"], group, row["EncodedKey"], der_sha256, row["Id"] in active)


def _guard(
    behavior: CacheBehavior, trusted: Mapping[str, tuple[str, tuple[TrustedKey, ...]]], live: LiveDistribution
) -> GuardedBehavior:
    groups = [trusted.get(str(group), (str(group), ())) for group in behavior.signers.key_groups]
    origin = behavior.origins[0] if behavior.origins else None
    return GuardedBehavior(
        path=behavior.path,
        groups=tuple(name for name, _ in groups),
        signers=behavior.signers.accounts,
        keys=tuple(key for _, keys in groups for key in keys),
        key_pairs=_key_pairs(live, behavior.signers.accounts),
        viewer_protocol="" if live.delivery is Delivery.RTMP else behavior.viewer_protocol,
        streaming=live.delivery is Delivery.RTMP,
        functions=tuple(each.called for each in (*behavior.functions, *behavior.lambdas) if each.at_request),
        bucket=(origin.bucket or "") if origin else "",
        key_prefix=origin.path if origin else "",
    )


def _key_pairs(live: LiveDistribution, signers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        pair
        for account, pairs in live.active_signers.items()
        if account in signers or (account != "self" and "self" in signers)
        for pair in pairs
    )
