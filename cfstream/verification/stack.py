"""Verify one stack: read AWS, send the requests, judge the answers, and repeat failed checks once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from cfstream.access.warnings import viewer_warnings
from cfstream.domain import Delivery
from cfstream.errors import CfstreamError, Interrupted, NoCredentials, Notice
from cfstream.ports import Clock, Viewer
from cfstream.sign import CannotSign
from cfstream.spec.stack import Stack
from cfstream.stack.live_state import LiveState
from cfstream.startup.frozen import dataclass
from cfstream.values import Account
from cfstream.verification.check import Check, ask
from cfstream.verification.direct import direct_checks
from cfstream.verification.finding import Finding, StackProof, Verdict
from cfstream.verification.keyed import KeyAtHand, Signing, foreign_key, keyed_checks
from cfstream.verification.keyless import keyless_checks
from cfstream.verification.openings import Openings, judged
from cfstream.verification.playlist import playlist_findings
from cfstream.verification.reach import Reached, error_page, reach
from cfstream.verification.reading import ReplyKind, read
from cfstream.verification.signers import signer_findings
from cfstream.verification.site import MADE_UP, ExpectedAccess, Site, read_site

SECOND_LOOK = 12.0
"""Seconds before a failed check is repeated: edges cache an error for 10 (Developer Guide, error caching)."""

NO_EDGE = "there is no edge to send viewers' requests to"
NO_EDGE_DO = "set --edge-url, or use --sandbox"


@dataclass(frozen=True)
class VerificationTools:
    """The tools of a verification. Without a viewer, only what AWS shows is judged."""

    viewer: Viewer | None
    clock: Clock
    at_hand: KeyAtHand | None = None
    wanted_object: str | None = None


def verify_stack(state: LiveState, tools: VerificationTools) -> StackProof:
    """Return all findings about a stack. Raises CannotSign for another key's id, NoCredentials and Interrupted.

    If AWS shows too little, or the stack has no distribution, the only finding is that nothing can be verified.
    """
    try:
        found = _proof(read_site(state, tools.wanted_object), tools)
    except (CannotSign, NoCredentials, Interrupted):
        raise
    except CfstreamError as error:
        return unreached(state.context.stack, state.context.account, error)
    return replace(found, account=state.context.account)


def unreached(stack: Stack, account: Account, error: CfstreamError) -> StackProof:
    """Return the proof of a stack whose live state cannot be read."""
    name, claim = stack.spec.name, "its live state can be read"
    finding = Finding(name, "", "", claim, Verdict.UNPROVED, "", error.what, error.do)
    finding = replace(finding, observed="its live state cannot be read")
    return StackProof(name, stack.path, (finding,), account=account)


def _proof(site: Site, tools: VerificationTools) -> StackProof:
    if tools.at_hand is not None:
        _refuse_wrong_id(site, tools.at_hand)
    openings = judged(site)
    asked, notices = _asked(site, tools, openings)
    findings = (*signer_findings(site), *asked, *openings.findings, *_named_object(site))
    all_notices = (*map(Notice, openings.notes), *_notices(site, tools), *notices)
    return StackProof(site.context.name, site.context.stack.path, findings, all_notices, openings.readers)


def _asked(
    site: Site, tools: VerificationTools, openings: Openings
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """Return the findings and notices from requests to viewers' addresses."""
    viewer = tools.viewer
    if viewer is None:
        claim = "it answers viewers correctly"
        no_edge = Finding(site.distribution, "", "", claim, Verdict.UNPROVED, "", NO_EDGE, NO_EDGE_DO)
        return (no_edge,), ()
    if site.live.delivery is Delivery.RTMP and not viewer.edge_url:
        reached = Reached(notices=(Notice("AWS no longer serves RTMP: only the bucket was tested"),))
    else:
        reached = reach(viewer, site, lambda: tools.clock.now().timestamp())
    signing = _signing(tools, reached)
    checks = _checks(site, reached, signing, openings)
    answered = zip(checks, _with_retries(viewer, site, tools.clock, checks), strict=True)
    found, notices = list(reached.findings), list(reached.notices)
    for check, finding in answered:
        if check.optional and finding.verdict is not Verdict.HELD:
            notices.append(Notice(finding.why))
        else:
            found.append(finding)
    if signing is not None and site.spec.enabled and site.live.delivery is Delivery.HTTP:
        for address in reached.addresses:
            found += playlist_findings(viewer, site, address, signing)
    return _by_address(found), tuple(dict.fromkeys(notices))


def _checks(site: Site, reached: Reached, signing: Signing | None, openings: Openings) -> list[Check]:
    """Return the checks without a key, those that bypass CloudFront, and those with the key, if there is one."""
    checks = list(chain.from_iterable(keyless_checks(site, address) for address in reached.addresses))
    if site.spec.identity != "none":
        checks += direct_checks(site, openings)
    if signing is not None:
        for address in reached.addresses:
            checks += keyed_checks(site, address, signing)
    return checks


def _with_retries(viewer: Viewer, site: Site, clock: Clock, checks: Sequence[Check]) -> tuple[Finding, ...]:
    """Return the findings of all checks. Repeat those that fail: edges and S3 may not have every change yet."""
    first = ask(viewer, checks)
    broken = [number for number, finding in enumerate(first) if finding.verdict.broken]
    if not broken:
        return first
    if not viewer.edge_url:
        clock.sleep(SECOND_LOOK)
    again = dict(zip(broken, ask(viewer, [checks[number] for number in broken]), strict=True))
    pages = _error_pages(viewer, site, [checks[number] for number in broken])
    return tuple(
        _excused(again.get(number, finding), checks[number], pages) for number, finding in enumerate(first)
    )


def _error_pages(viewer: Viewer, site: Site, checks: Sequence[Check]) -> Callable[[Check], bool]:
    """Return a test of whether a check got the distribution's own page for a 403, like a request for a missing object.

    Such a page hides whether CloudFront or the bucket refused. A page that requires a signature and is served with a
    success is not excused.
    """
    if not error_page(site):
        return lambda _: False
    hosts = {check.visit.url.split("/")[2] for check in checks}
    control = {host: f"https://{host}/{MADE_UP}-no-such-thing" for host in hosts}

    def is_page(check: Check) -> bool:
        host = check.visit.url.split("/")[2]
        there = replace(check.visit, url=control[host])
        page, asked = (read(reply) for reply in viewer.together([there, check.visit]))
        served = asked.status < 300 and site.protected_page
        same = (page.status, page.body) == (asked.status, asked.body)
        return same and not served and page.saw in (ReplyKind.OBJECT, ReplyKind.ORIGIN)

    return is_page


def _excused(finding: Finding, check: Check, is_page: Callable[[Check], bool]) -> Finding:
    if finding.verdict is Verdict.SERVED and is_page(check):
        return replace(check.finding, saw=f"{finding.saw}, the error page for a 403")
    return finding


def _signing(tools: VerificationTools, reached: Reached) -> Signing | None:
    if tools.at_hand is None:
        return None
    now = lambda: tools.clock.now().timestamp() + reached.skew  # noqa: E731 (the time of the server that checks)
    return Signing(tools.at_hand, foreign_key(tools.at_hand.key), now)


def _by_address(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    order = list(dict.fromkeys(finding.where for finding in findings))
    return tuple(sorted(findings, key=lambda finding: order.index(finding.where)))


def _refuse_wrong_id(site: Site, at_hand: KeyAtHand) -> None:
    keys = [key for place in site.places for key in place.guard.keys]
    ours = {key.id for key in keys if key.der_sha256 == at_hand.key.der_sha256}
    if at_hand.key_id is not None and ours and at_hand.key_id not in ours:
        raise CannotSign(
            f"{at_hand.key_id} is not the id of this key",
            f"use {', '.join(sorted(ours))}, or omit --key-id",
        )
    pairs = sorted({pair for place in site.places for pair in place.guard.key_pairs})
    if at_hand.key_id is None and not ours and pairs:
        # AWS never shows the public half of an account's key pair, so no key can be matched to it.
        raise CannotSign(
            "AWS lists only the ids of the key pairs of trusted signers, not which key has which id",
            f"add --key-id with the id of your key pair: {', '.join(pairs)}; or with any other id if this key must be "
            "refused",
        )


def _named_object(site: Site) -> tuple[Finding, ...]:
    """Return a finding if the object that the user named does not exist."""
    key, bucket = site.objects.missing, site.bucket.name
    if not key:
        return ()
    finding = Finding(f"bucket {bucket}", "objects", "", f"{key} exists", Verdict.UNPROVED)
    why = f"object {key} does not exist"
    return (replace(finding, observed=why, why=why, do="name an existing one, or omit --object"),)


def _notices(site: Site, tools: VerificationTools) -> list[Notice]:
    """Return notices about what could not be verified without failing."""
    objects, notices = site.objects, [*site.model.bucket.assumptions, *viewer_warnings(site.live)]
    if objects.why_none:
        asked = "paths without an object were requested, which does not prove that objects are served"
        text = f"{objects.why_none}: {asked}"
        notices.append(Notice(text))
    elif site.spec.enabled:
        bare = [
            place.named
            for place in site.places
            if not place.key and place.wanted is not ExpectedAccess.NOT_OURS
        ]
        if bare:
            notices.append(
                Notice(f"no object is known for {', '.join(bare)}: paths without an object were requested")
            )
    if site.guards.deployed is False:
        notices.append(
            Notice(f"{site.live.id} is InProgress: edges may still have the old configuration", warning=True)
        )
    if site.spec.identity == "none":
        notices.append(
            Notice("origin_access: none lets anyone read the bucket: its own addresses were not tested")
        )
    at_hand = tools.at_hand
    signed = [place for place in site.places if place.wanted is ExpectedAccess.SIGNED]
    if at_hand is not None and not any(at_hand.id_at(each) and at_hand.may_sign(each) for each in signed):
        text = "the spec lets this key sign nowhere: only its refusal was tested, not that other keys are accepted"
        notices.append(Notice(text, warning=True))
    return notices
