"""What `sign` says beside its result: that one URL is no stream, and where the sandbox answers for the host."""

from urllib.parse import urlsplit

from cfstream.cli import connection
from cfstream.cli.terminal import streams
from cfstream.explain.guards import Guards
from cfstream.render.signed import LOOPBACK_ZONE, Signed
from cfstream.sign.resource import sections

PRESETS = {".m3u8": "hls", ".mpd": "dash"}
"""What a playlist's or manifest's name ends with, and what `--for` calls it."""


def note_playlist(url: str, *, preset: str, cookies: bool) -> None:
    """Tells that what is signed opens a playlist and not the files that it names, where that is so."""
    path = sections(url).path.lower()
    kind = next((name for ending, name in PRESETS.items() if path.endswith(ending)), "")
    if preset == "file" and kind:
        flags = f"--for {kind}" if cookies else f"--for {kind} --cookies"
        streams.note(
            f"note: this opens the playlist alone, and not the segments that it names; for a player: {flags}\n"
        )
    elif preset != "file" and not cookies:
        streams.note(
            "note: the files that a playlist names do not inherit this query; most players need --cookies\n"
        )


def note_domain(found: Signed) -> None:
    """Tells that no browser would take the cookies from a site, where that is so."""
    if found.cookies is not None and found.domain is None:
        streams.note("note: no site can set cookies for cloudfront.net; give the distribution a cname\n")


def note_edge(found: Signed, edge: str) -> None:
    """Tells where the URL is answered, where that is not at the host that it names."""
    url = found.url or found.plain_url
    host = sections(url).host
    if not edge or not url or host.partition(":")[0].endswith(LOOPBACK_ZONE):
        return
    browser = f"; for a browser sign {found.in_browser}" if found.in_browser else ""
    streams.note(f"note: {host} answers at {edge}: --format curl writes the command{browser}\n")


def in_browser(url: str, guards: Guards) -> str:
    """The URL, unsigned, under the name by which browsers find the distribution on this machine; empty without one."""
    edge = urlsplit(connection.current().edge()) if guards.loopback else None
    if edge is None or edge.hostname not in ("127.0.0.1", "localhost") or "*" in url:
        return ""
    port = f":{edge.port}" if edge.port else ""
    parts = sections(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"http://{guards.loopback}{port}{parts.path}{query}"
