"""Find the addresses that can be tested: host names, TLS, and the difference between the clocks.

If a cname does not resolve yet, or resolves to another server, requests for it are sent to the distribution's own
address. This tests CloudFront's answers before DNS is switched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime

from cfstream.errors import Notice
from cfstream.ports import NoReplyReason, Viewer
from cfstream.startup.frozen import dataclass
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.keyless import HostAddress
from cfstream.verification.reading import ReplyKind, Seen, read
from cfstream.verification.site import ExpectedAccess, Site

ALLOWED_SKEW = 120.0
"""Seconds by which this machine's clock may differ without a notice. Signatures are valid for hours."""


@dataclass(frozen=True)
class Reached:
    """The addresses that can be tested, and the findings so far."""

    addresses: tuple[HostAddress, ...] = ()
    findings: tuple[Finding, ...] = ()
    notices: tuple[Notice, ...] = ()
    skew: float = 0.0
    """Seconds by which CloudFront's clock is ahead of this machine's."""


def reach(viewer: Viewer, site: Site, now: Callable[[], float]) -> Reached:
    """Send one request for each host, and return the addresses to test. `now` is this machine's time in seconds."""
    domain = site.guards.domain_name
    if not viewer.resolves(domain):
        return _nowhere(site, f"{domain} has no address yet: no request can be sent")
    without = {host for host in site.hosts if not viewer.resolves(host)}
    first = [HostAddress(host, domain if host in without else "") for host in site.hosts]
    seen = _ask(viewer, site, first)
    if viewer.edge_url and all(each.reason is NoReplyReason.NO_CONNECTION for each in seen):
        return _nowhere(site, f"no edge answers at {viewer.edge_url}")
    again = [
        replace(address, by_way_of=domain)
        for address, each in zip(first, seen, strict=True)
        if not viewer.edge_url and not each.cloudfront and not address.by_way_of and address.host != domain
    ]
    roundabout = dict(zip((address.host for address in again), _ask(viewer, site, again), strict=True))
    notices = [_unresolved(site, host) for host in site.hosts if host in without]
    skew = _skew((*seen, *roundabout.values()), now())
    findings, addresses = [], []
    for address, each in zip(first, seen, strict=True):
        finding, reached = _judged(site, address, each, roundabout.get(address.host))
        findings.append(finding)
        addresses += reached
    if skew:
        notices.append(_clock(skew, at_edge=bool(viewer.edge_url)))
    return Reached(tuple(addresses), tuple(findings), tuple(notices), skew)


def _ask(viewer: Viewer, site: Site, addresses: Sequence[HostAddress]) -> list[Seen]:
    path = next((place.path for place in reversed(site.places) if place.path), "/")
    return [read(reply) for reply in viewer.together([address.visit(path) for address in addresses])]


def _nowhere(site: Site, why: str) -> Reached:
    claim = "CloudFront answers for it"
    do = "run it again when it answers"
    observed = "CloudFront does not answer for it"
    findings = [
        Finding(f"https://{host}", "", "", claim, Verdict.UNPROVED, "", why, do, observed=observed)
        for host in site.hosts[:1]
    ]
    return Reached(findings=tuple(findings) if site.spec.enabled else ())


def _judged(
    site: Site, address: HostAddress, seen: Seen, roundabout: Seen | None
) -> tuple[Finding, list[HostAddress]]:
    """Return whether CloudFront answers for this host, and the address to test; none if no address decides anything."""
    finding = Finding(address.url, "", "", "CloudFront answers for it", saw=seen.text)
    if not site.spec.enabled:
        return finding, [address]
    answer = seen if roundabout is None else roundabout
    blocked = _blocked(site, answer)
    if blocked:
        return replace(finding, verdict=Verdict.UNPROVED, why=blocked[0], do=blocked[1]), []
    if roundabout is None:
        return finding, [address]
    why, do = _elsewhere(site, address.host, seen)
    on = replace(address, by_way_of=site.guards.domain_name)
    return replace(finding, verdict=Verdict.UNPROVED, why=why, do=do), [on]


def _elsewhere(site: Site, host: str, seen: Seen) -> tuple[str, str]:
    """Return what is wrong with a cname for which CloudFront answers, but not at the cname's own address."""
    do = f"point {host} to {site.guards.domain_name} (CNAME, or an alias record)"
    if seen.reason is NoReplyReason.BAD_TLS:
        return f"{host} points to another server, whose TLS does not verify ({seen.text})", do
    if seen.reason is not None:
        return f"{host} points to another server, which does not answer ({seen.text})", do
    return f"{host} points to another server ({seen.text}), which is not CloudFront", do


def _blocked(site: Site, seen: Seen) -> tuple[str, str] | None:
    """Return why this host cannot be tested, and the fix; None if CloudFront answers properly."""
    if seen.reason is NoReplyReason.BAD_TLS:
        return seen.text, "check http.certificate: it must cover the name and be valid"
    if seen.reason is not None:
        return seen.text, "check the network and the proxy, and run it again"
    if not seen.cloudfront:
        return f"the server that answers ({seen.text}) is not CloudFront", "check --edge-url and proxies"
    if seen.saw is ReplyKind.FAILED and _wanted_signed(site):
        return f"CloudFront fails ({seen.text})", "run it again in a minute"
    return _refused_whole(site, seen) if seen.saw is ReplyKind.PAGE and not error_page(site) else None


def _refused_whole(site: Site, seen: Seen) -> tuple[str, str]:
    if not site.guards.enabled:
        return "the distribution is disabled and refuses every request", site.apply
    why = f"CloudFront refuses every request ({seen.text}): unknown host, or blocked by country or firewall"
    return why, "check the aliases, geo restriction and web ACL of the distribution"


def _wanted_signed(site: Site) -> bool:
    return any(place.wanted is ExpectedAccess.SIGNED for place in site.places if not place.pattern)


def error_page(site: Site) -> bool:
    """Return whether the distribution answers a 403 with a page of its own."""
    return any(each.code == 403 and each.page for each in site.live.error_pages)


def _unresolved(site: Site, host: str) -> Notice:
    domain = site.guards.domain_name
    return Notice(
        f"{host} has no address yet: its requests were sent to {domain}; point it there with a CNAME record"
    )


def _skew(seen: Sequence[Seen], now: float) -> float:
    """Return how far CloudFront's clock is ahead, from the Date of its answers; 0 if the difference is small."""
    found = next(_dates(seen), now) - now
    return found if abs(found) > ALLOWED_SKEW else 0.0


def _dates(seen: Sequence[Seen]) -> Iterator[float]:
    for each in seen:
        if each.cloudfront:
            try:
                yield parsedate_to_datetime(each.headers.get("date", "")).timestamp()
            except ValueError:
                continue


def _clock(skew: float, *, at_edge: bool) -> Notice:
    """Return the warning about the difference. An edge that is not AWS's is a sandbox's, whose clock can be moved."""
    minutes = round(abs(skew) / 60)
    how, effect = (
        ("behind", "URLs signed here expire too early")
        if skew > 0
        else ("ahead of", "URLs signed here may not be valid yet")
    )
    text = f"this machine's clock is {minutes} minutes {how} CloudFront's: {effect}"
    text += "; run: cfstream sandbox set clock_ahead_seconds=0" if at_edge else "; set the clock"
    return Notice(f"{text} (verify signed with CloudFront's time)", warning=True)
