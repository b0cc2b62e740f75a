"""Load an HLS playlist like a player: the playlist, a rendition and its first segment, with the same cookies."""

import re
import string
from collections.abc import Iterator
from dataclasses import field, replace
from urllib.parse import quote, urljoin, urlsplit

from cfstream.ports import Viewer
from cfstream.startup.frozen import dataclass
from cfstream.verification.check import HELD, Check, ClaimJudgement, finding_for
from cfstream.verification.finding import Finding, Verdict
from cfstream.verification.keyed import MINUTES, Signing, must_serve
from cfstream.verification.keyless import HostAddress
from cfstream.verification.reading import Seen, read
from cfstream.verification.site import ExpectedAccess, Site, TestedBehavior, paths_of

_MAP = re.compile(r'#EXT-X-MAP:.*?URI="([^"]+)"')
DEPTH = 2
"""Playlists before a segment: the multivariant playlist, and one of its renditions (RFC 8216, section 4.3.4.2)."""


@dataclass(frozen=True)
class Load:
    """What all requests of one load have in common."""

    viewer: Viewer
    site: Site
    address: HostAddress
    cookies: str = field(repr=False)

    def is_here(self, url: str) -> bool:
        """Return whether the URL is at the address that is tested. Browsers send the cookies nowhere else."""
        return url.startswith(f"{self.address.url}/")


def playlist_findings(
    viewer: Viewer, site: Site, address: HostAddress, signing: Signing
) -> Iterator[Finding]:
    """Yield a finding for each request from a playlist of the bucket to its first segment; none without a playlist."""
    for path, place in _playlists(site):
        key_id = signing.at_hand.id_at(place)
        if key_id is not None and signing.at_hand.may_sign(place):
            url = address.url + path
            pass_ = signing.signer(key_id).for_hls(url, signing.now() + MINUTES, everything=True)
            yield from _through(Load(viewer, site, address, pass_.cookies.header()), url)
            return


def _playlists(site: Site) -> Iterator[tuple[str, TestedBehavior]]:
    """Yield paths of signed playlists, those in the fewest folders first."""
    keys = [key for key in site.objects.keys if key.lower().endswith(".m3u8")]
    for key in sorted(keys, key=lambda key: (key.count("/"), key)):
        for path in paths_of(site, key):
            place = _place(site, path)
            if place is not None and place.wanted is ExpectedAccess.SIGNED:
                yield path, place


def _place(site: Site, path: str) -> TestedBehavior | None:
    guard = site.guards.of(path)
    return next(
        (place for place in site.places if place.guard is guard and place.pattern == guard.path), None
    )


def _through(load: Load, url: str) -> Iterator[Finding]:
    for _ in range(DEPTH):
        finding, seen = _get(load, url, "playlist")
        yield finding
        if finding.verdict is not Verdict.HELD:
            return
        text, path = seen.body.decode("utf-8-sig", "replace"), urlsplit(url).path
        first = next(_listed(text), None)
        if first is None:
            break
        if "#EXT-X-STREAM-INF" not in text:
            init = map(_sendable, _MAP.findall(text)[:1])
            segments = (urljoin(url, each) for each in dict.fromkeys((*init, first)))
            yield from (_get(load, each, "segment")[0] for each in segments if load.is_here(each))
            return
        url = urljoin(url, first)
        if not load.is_here(url):
            return
    yield _without_segments(finding, path)


def _listed(text: str) -> Iterator[str]:
    """Yield the URIs of a playlist: lines that are neither empty nor tags (RFC 8216, section 4.1)."""
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield _sendable(line.strip())


def _sendable(uri: str) -> str:
    """Return a URI with escapes for characters that no request can have, as players send it."""
    return quote(uri, safe=string.punctuation)


def _get(load: Load, url: str, what: str) -> tuple[Finding, Seen]:
    site, address = load.site, load.address
    path = url.removeprefix(address.url)
    place = _place(site, path.partition("?")[0]) or site.places[-1]

    def judge(seen: Seen) -> ClaimJudgement:
        judged = must_serve(site, replace(place, key=path))(seen)
        if (
            judged is HELD
            and what == "playlist"
            and not seen.body.lstrip(b"\xef\xbb\xbf").startswith(b"#EXTM3U")
        ):
            return ClaimJudgement(
                Verdict.DENIED,
                "the answer is not a playlist: it does not begin with #EXTM3U",
                f"upload a playlist as {path}",
            )
        return judged

    how = "with cookies for the playlist's folder"
    finding = Finding(
        address.url,
        place.named,
        f"HLS {what}",
        f"{path} loads {how}",
        good="serves",
        otherwise=f"{path} does not load {how}",
    )
    check = Check(finding, address.visit(path, Cookie=load.cookies), judge)
    seen = read(load.viewer.together([check.visit])[0])
    return finding_for(check, seen), seen


def _without_segments(finding: Finding, path: str) -> Finding:
    why = f"the playlist {path} lists no segment"
    do = f"upload {path} with a line for each segment"
    return replace(
        finding, verdict=Verdict.UNPROVED, claim=f"a segment of {path} loads", otherwise="", why=why, do=do
    )
