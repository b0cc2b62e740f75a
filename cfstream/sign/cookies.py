"""The three signed cookies (four with SHA-256), and the formats in which to send them."""

import json
import shlex
from collections.abc import Iterator, Mapping

from cfstream.sign.refusal import CannotSign


class Cookies(Mapping[str, str]):
    """Names and values of the cookies. Treat the values like a password: they are enough to get access.

    AWS advises against Expires and Max-Age, because the policy in the cookies has the expiry.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Cookies({', '.join(self._values)})"

    def set_cookie_lines(
        self,
        domain: str | None = None,
        path: str = "/",
        *,
        secure: bool = True,
        httponly: bool = True,
        samesite: str | None = None,
    ) -> list[str]:
        """Return a ``Set-Cookie:`` line for each cookie. Without a domain, they are only for the host that sets them.

        Raises CannotSign for a domain of CloudFront's, for which browsers accept no cookies.
        """
        attributes = [f"Domain={_domain(domain)}"] if domain else []
        attributes.append(f"Path={_attribute(path)}")
        attributes += ["Secure"] * secure + ["HttpOnly"] * httponly
        if samesite:
            attributes.append(f"SameSite={_attribute(samesite)}")
        return [f"Set-Cookie: {name}={value}; {'; '.join(attributes)}" for name, value in self.items()]

    def header(self) -> str:
        """Return the value of the ``Cookie`` header that a client sends."""
        return "; ".join(f"{name}={value}" for name, value in self.items())

    def json(self) -> str:
        """Return names and values as a JSON object."""
        return json.dumps(self._values, indent=2)

    def curl(self) -> str:
        """Return the arguments for ``curl``, quoted for a shell."""
        return f"--cookie {shlex.quote(self.header())}"


def _domain(domain: str) -> str:
    name = _attribute(domain).lower().lstrip(".")
    if name == "cloudfront.net" or name.endswith(".cloudfront.net"):
        raise CannotSign(
            "no site can set cookies for cloudfront.net: it is a public suffix",
            "add a cname under your site's domain to the distribution, and use that domain",
        )
    return name


def _attribute(value: str) -> str:
    if not value.isprintable() or not value.isascii() or ";" in value:
        raise CannotSign(f"{value[:60]!r} is not allowed in a cookie", "write a plain domain and path")
    return value
