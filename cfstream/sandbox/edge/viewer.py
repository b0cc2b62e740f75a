"""A viewer's request as the edge sees it.

What lives here: reading it from an environ. What becomes of it is decided elsewhere.
"""

import functools
import re
from dataclasses import dataclass, replace

from cfstream.sandbox.listener import Environ

_CONDITIONS = ("HTTP_IF_", "HTTP_RANGE")
_PORT = re.compile(r":\d+$")


@dataclass(frozen=True)
class Viewer:
    """One request. `host`, `path` and `query` are as they were sent: signatures cover them byte for byte."""

    method: str
    host: str
    path: str
    query: str
    address: str
    environ: Environ

    def header(self, name: str) -> str:
        """The header of that name, "" where there is none."""
        value: str = self.environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
        return value

    def unconditional(self) -> "Viewer":
        """The request as one for the whole of something, whatever its conditions and its range are."""
        kept = {name: value for name, value in self.environ.items() if not name.startswith(_CONDITIONS)}
        return replace(self, method="HEAD" if self.method == "HEAD" else "GET", environ=kept)

    @functools.cached_property
    def scheme(self) -> str:
        """The scheme that the request stands for: https, unless X-Forwarded-Proto says http."""
        return "http" if self.header("X-Forwarded-Proto").strip().lower() == "http" else "https"

    @functools.cached_property
    def hostname(self) -> str:
        """The host in lower case, without a port or a last dot."""
        return hostname(self.host)

    @property
    def port(self) -> str:
        """The port in the Host header, with its colon; "" where there is none."""
        found = _PORT.search(self.host)
        return found.group() if found else ""

    @functools.cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies by name. Of two with one name the first counts, which browsers send for the nearer path."""
        found: dict[str, str] = {}
        for pair in self.header("Cookie").replace(",", ";").split(";"):
            name, equals, value = pair.strip().partition("=")
            if equals:
                found.setdefault(name, value.strip('"'))
        return found


def of(environ: Environ) -> Viewer:
    """The request in that environ."""
    target: str = environ["RAW_URI"]
    if target.startswith(("http://", "https://")):
        # So ask those who take the sandbox for a proxy.
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    host = environ.get("HTTP_HOST", "")
    return Viewer(environ["REQUEST_METHOD"], host, path, query, environ["REMOTE_ADDR"], environ)


def hostname(host: str) -> str:
    """A Host header's host name: in lower case, without a port or a last dot."""
    return _PORT.sub("", host.strip().lower()).removesuffix(".")
