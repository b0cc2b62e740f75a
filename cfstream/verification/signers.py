"""Check that exactly the signers of the spec can sign, with exactly its keys. Reads values from AWS. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.domain.distribution import account_words
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.site import ExpectedAccess, Site, TestedBehavior

NOT_AS_THE_SPEC = "it differs from the spec"


def signer_findings(site: Site) -> Iterator[Finding]:
    """Yield a finding for the distribution itself, and one for each behavior that requires signatures."""
    yield _switch(site)
    for place in site.places:
        if place.wanted is ExpectedAccess.SIGNED and place.guard.path == place.pattern:
            yield from _signers(site, place)
        if not place.path and place.wanted is not ExpectedAccess.NOT_OURS:
            yield _never_met(site, place)


def _switch(site: Site) -> Finding:
    """Return whether it is enabled and has the cnames, as the spec requires."""
    wanted = "enabled" if site.spec.enabled else "disabled"
    finding = Finding(site.distribution, "", "", f"it is {wanted} and has every cname of the spec")
    if site.guards.enabled != site.spec.enabled:
        verdict = Verdict.DENIED if site.spec.enabled else Verdict.SERVED
        live = "enabled" if site.guards.enabled else "disabled"
        why = f"it is {live}, but the spec has enabled: {str(site.spec.enabled).lower()}"
        return replace(finding, verdict=verdict, observed=NOT_AS_THE_SPEC, why=why, do=site.apply)
    missing = [name for name in site.spec.cnames or () if not site.guards.answers(name)]
    if missing and site.spec.enabled:
        why = f"it does not have {', '.join(missing)}"
        return replace(finding, verdict=Verdict.DENIED, observed=NOT_AS_THE_SPEC, why=why, do=site.apply)
    return finding


def _signers(site: Site, place: TestedBehavior) -> Iterator[Finding]:
    """Yield a finding for each problem with a behavior's signers (extra, missing, not active yet), or one success."""
    claim = "exactly the signers of the spec can sign"
    finding = Finding(site.distribution, place.named, "", claim)
    apply, wait = site.apply, site.context.command("wait")
    waiting = [f"{key.name} ({key.id})" for key in place.guard.keys if not key.active]
    wrong = [
        replace(finding, verdict=verdict, observed=observed, why=f"{label}: {', '.join(names)}", do=do)
        for names, verdict, observed, label, do in (
            (
                _unlisted_signers(site, place),
                Verdict.SERVED,
                "others than the signers of the spec can sign",
                "not in the spec",
                apply,
            ),
            (
                _missing(site, place),
                Verdict.DENIED,
                "not all signers of the spec can sign",
                "not trusted there",
                apply,
            ),
            (waiting, Verdict.UNPROVED, "", "not active at the edges yet", wait),
        )
        if names
    ]
    yield from wrong or [finding]


def _account(site: Site, signer: str) -> str:
    return "self" if signer == site.context.account else signer


def _unlisted_signers(site: Site, place: TestedBehavior) -> list[str]:
    groups = [f"key group {name}" for name in place.guard.groups if name not in place.signers.groups]
    wanted = {_account(site, signer) for signer in place.signers.accounts}
    live = {_account(site, signer) for signer in place.guard.signers}
    accounts = [account_words(signer) for signer in sorted(live - wanted)]
    return [*groups, *accounts, *_unlisted_keys(place)]


def _unlisted_keys(place: TestedBehavior) -> list[str]:
    """Return keys that are in a group of the spec but not in the spec. Groups of others may have any keys."""
    if place.signers.used:
        return []
    return [
        f"the key {key.name} ({key.id})"
        for key in place.guard.keys
        if key.group in place.signers.groups and key.der_sha256 not in place.signers.keys
    ]


def _missing(site: Site, place: TestedBehavior) -> list[str]:
    groups = [f"key group {name}" for name in place.signers.groups if name not in place.guard.groups]
    live = {_account(site, signer) for signer in place.guard.signers}
    accounts = [account_words(name) for name in place.signers.accounts if _account(site, name) not in live]
    held = {key.der_sha256 for key in place.guard.keys}
    keys = [f"the key {name}" for digest, name in place.signers.keys.items() if digest not in held]
    return [*groups, *accounts, *keys]


def _never_met(site: Site, place: TestedBehavior) -> Finding:
    claim = "requests reach it"
    why = "earlier behaviors match every path that it matches"
    do = "check the order of the behaviors"
    return Finding(
        site.distribution,
        place.named,
        "",
        claim,
        Verdict.UNPROVED,
        "",
        why,
        do,
        otherwise="no request reaches it",
    )
