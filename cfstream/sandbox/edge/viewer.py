"""A viewer's request as the edge sees it, read from an environ."""

import functools
import re
from dataclasses import dataclass, replace

from cfstream.sandbox.listener import Environ

_CONDITIONS = ("HTTP_IF_", "HTTP_RANGE")
_PORT = re.compile(r":\d+$")


@dataclass(frozen=True)
class ViewerRequest:
    """One request. `host`, `path` and `query` are unchanged, because signatures cover every byte."""

    method: str
    host: str
    path: str
    query: str
    address: str
    environ: Environ

    def header(self, name: str) -> str:
        """Return the header with this name, or ""."""
        value: str = self.environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
        return value

    def unconditional(self) -> "ViewerRequest":
        """Return the same request without its conditions and its range."""
        kept = {name: value for name, value in self.environ.items() if not name.startswith(_CONDITIONS)}
        return replace(self, method="HEAD" if self.method == "HEAD" else "GET", environ=kept)

    @functools.cached_property
    def scheme(self) -> str:
        """The scheme that the request counts as: https, unless X-Forwarded-Proto is http."""
        return "http" if self.header("X-Forwarded-Proto").strip().lower() == "http" else "https"

    @functools.cached_property
    def hostname(self) -> str:
        """The host in lower case, without port and final dot."""
        return hostname(self.host)

    @property
    def port(self) -> str:
        """The port in the Host header, with its colon; "" if it has none."""
        found = _PORT.search(self.host)
        return found.group() if found else ""

    @functools.cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies by name. Of two with the same name, the first counts: it has the more specific path."""
        found: dict[str, str] = {}
        for pair in self.header("Cookie").replace(",", ";").split(";"):
            name, equals, value = pair.strip().partition("=")
            if equals:
                found.setdefault(name, value.strip('"'))
        return found


def of(environ: Environ) -> ViewerRequest:
    """Return the request in this environ."""
    target: str = environ["RAW_URI"]
    if target.startswith(("http://", "https://")):
        # Clients that use the sandbox as a proxy send absolute URLs.
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    host = environ.get("HTTP_HOST", "")
    return ViewerRequest(environ["REQUEST_METHOD"], host, path, query, environ["REMOTE_ADDR"], environ)


def hostname(host: str) -> str:
    """Return the host name in a Host header: in lower case, without port and final dot."""
    return _PORT.sub("", host.strip().lower()).removesuffix(".")
