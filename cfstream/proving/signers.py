"""Who may sign: exactly those whom the spec names, with exactly the keys that it names. Read from AWS; pure."""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.proving.finding import Finding, Verdict
from cfstream.proving.site import Place, Site, Wanted


def signer_findings(site: Site) -> Iterator[Finding]:
    """One finding for the distribution as such, and one for each behavior that wants signatures."""
    yield _switch(site)
    for place in site.places:
        if place.wanted is Wanted.SIGNED and place.guard.path == place.pattern:
            yield from _signers(site, place)
        if not place.path and place.wanted is not Wanted.NOT_OURS:
            yield _never_met(site, place)


def _switch(site: Site) -> Finding:
    """Whether it is enabled, and answers to the cnames, as the spec says."""
    wanted = "enabled" if site.spec.enabled else "disabled"
    finding = Finding(site.distribution, "", "", f"it is {wanted}, and answers to every cname of the spec")
    if site.guards.enabled != site.spec.enabled:
        verdict = Verdict.KEPT_OUT if site.spec.enabled else Verdict.LET_IN
        live = "enabled" if site.guards.enabled else "disabled"
        why = f"it is {live}, and the spec says enabled: {str(site.spec.enabled).lower()}"
        return replace(finding, verdict=verdict, why=why, do=site.apply)
    missing = [name for name in site.spec.cnames or () if not site.guards.answers(name)]
    if missing and site.spec.enabled:
        why = f"it does not answer to {', '.join(missing)}"
        return replace(finding, verdict=Verdict.KEPT_OUT, why=why, do=site.apply)
    return finding


def _signers(site: Site, place: Place) -> Iterator[Finding]:
    """What is wrong with the signers of a behavior: too many, too few, not in force yet; or that nothing is."""
    claim = "those whom the spec names may sign, and nobody else"
    finding = Finding(site.distribution, place.named, "", claim)
    apply, wait = site.apply, site.scene.command("wait")
    waiting = [f"{key.name} ({key.id})" for key in place.guard.keys if not key.active]
    wrong = [
        replace(finding, verdict=verdict, why=f"{', '.join(names)} {told}", do=do)
        for names, verdict, told, do in (
            (_strangers(site, place), Verdict.LET_IN, "may sign, and the spec does not say so", apply),
            (
                _missing(site, place),
                Verdict.KEPT_OUT,
                "may not sign, though the spec says that it may",
                apply,
            ),
            (waiting, Verdict.UNPROVED, "is not in force at the edges yet", wait),
        )
        if names
    ]
    yield from wrong or [finding]


def _account(site: Site, signer: str) -> str:
    return "self" if signer == site.scene.account else signer


def _strangers(site: Site, place: Place) -> list[str]:
    groups = [f"key group {name}" for name in place.guard.groups if name not in place.signers.groups]
    wanted = {_account(site, signer) for signer in place.signers.accounts}
    live = {_account(site, signer) for signer in place.guard.signers}
    accounts = [f"account {signer}" for signer in sorted(live - wanted)]
    return [*groups, *accounts, *_strange_keys(place)]


def _strange_keys(place: Place) -> list[str]:
    """Keys in a group that the spec makes and does not name there; what others' groups hold is their business."""
    if place.signers.used:
        return []
    return [
        f"the key {key.name} ({key.id})"
        for key in place.guard.keys
        if key.group in place.signers.groups and key.der_sha256 not in place.signers.keys
    ]


def _missing(site: Site, place: Place) -> list[str]:
    groups = [f"key group {name}" for name in place.signers.groups if name not in place.guard.groups]
    live = {_account(site, signer) for signer in place.guard.signers}
    accounts = [f"account {name}" for name in place.signers.accounts if _account(site, name) not in live]
    held = {key.der_sha256 for key in place.guard.keys}
    keys = [f"the key {name}" for digest, name in place.signers.keys.items() if digest not in held]
    return [*groups, *accounts, *keys]


def _never_met(site: Site, place: Place) -> Finding:
    claim = "requests reach it"
    why = "other behaviors come before it, and match all that it matches"
    do = "look at the order of the behaviors"
    return Finding(site.distribution, place.named, "", claim, Verdict.UNPROVED, "", why, do)
