"""The three cookies (four with SHA-256) that let a browser or player in, and how to hand them on."""

import json
import shlex
from collections.abc import Iterator, Mapping

from cfstream.sign.refusal import CannotSign


class Cookies(Mapping[str, str]):
    """Names and values of the cookies. Their values are all it takes to get in: treat them like a password.

    AWS advises neither Expires nor Max-Age: the policy inside says how long they are good for.
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
        """A ``Set-Cookie:`` line for each cookie. Without a domain they are for the host alone that sets them.

        Raises CannotSign for a domain of CloudFront's, which browsers let nobody set cookies for.
        """
        attributes = [f"Domain={_domain(domain)}"] if domain else []
        attributes.append(f"Path={_attribute(path)}")
        attributes += ["Secure"] * secure + ["HttpOnly"] * httponly
        if samesite:
            attributes.append(f"SameSite={_attribute(samesite)}")
        return [f"Set-Cookie: {name}={value}; {'; '.join(attributes)}" for name, value in self.items()]

    def header(self) -> str:
        """The value of the ``Cookie`` header that a client sends."""
        return "; ".join(f"{name}={value}" for name, value in self.items())

    def json(self) -> str:
        """Names and values as a JSON object."""
        return json.dumps(self._values, indent=2)

    def curl(self) -> str:
        """The arguments for ``curl``, quoted for a shell."""
        return f"--cookie {shlex.quote(self.header())}"


def _domain(domain: str) -> str:
    name = _attribute(domain).lower().lstrip(".")
    if name == "cloudfront.net" or name.endswith(".cloudfront.net"):
        raise CannotSign(
            "no site can set cookies for cloudfront.net: it is a public suffix",
            "give the distribution a cname under the domain of your site, and name that domain",
        )
    return name


def _attribute(value: str) -> str:
    if not value.isprintable() or not value.isascii() or ";" in value:
        raise CannotSign(f"{value[:60]!r} cannot stand in a cookie", "write a plain domain and path")
    return value
