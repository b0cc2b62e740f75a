"""The signer: one private key, and what it can sign. It only reads the clock."""

import time
from collections.abc import Callable

from cfstream.sign.caching import Caching, SignedOnce
from cfstream.sign.cookies import Cookies
from cfstream.sign.encoding import encode
from cfstream.sign.key_id import checked
from cfstream.sign.keys import Hash, PrivateKey, PrivateKeySource, private_key
from cfstream.sign.policy import PolicyTerms, When, canned, custom, expiry, terms_of
from cfstream.sign.refusal import CannotSign
from cfstream.sign.resource import folder, matches, pattern, target
from cfstream.sign.stream_name import StreamName, prefix_for, stream
from cfstream.startup.frozen import dataclass

EXACT = Caching()
"""The caching of a signer by default: it does not round, so only requests in the same second share a signature."""


@dataclass(frozen=True)
class Pass:
    """A signed policy, and the forms in which to send it."""

    terms: PolicyTerms
    query: str
    """``Policy=…&Signature=…&Key-Pair-Id=…``, for a URL."""
    cookies: Cookies

    def url(self, url: str) -> str:
        """Return the URL with the signature. Raises CannotSign if the policy does not cover it."""
        aim = target(url)
        if not matches(self.terms.resource, aim.base):
            raise CannotSign(
                f"the policy for {self.terms.resource} does not cover {aim.base}", "widen the resource"
            )
        return _joined(aim.base, self.query) + aim.fragment


class Signer:
    """Signs URLs, cookies and stream names with one private key, by any number of threads and forked processes.

    `key_id` is the id of the public key (``K…``) in a key group of the distribution, or of a key pair (``APKA…``).
    CloudFront checks with SHA-1 unless a signature names ``SHA256``. `caching` sets which requests share a signature;
    with None, each request gets its own. Raises UnusableKey or CannotSign.
    """

    def __init__(
        self,
        key: PrivateKeySource | PrivateKey,
        key_id: str,
        *,
        passphrase: str | bytes | None = None,
        hash: Hash = "SHA1",  # noqa: A002 (named like the parameter that it sets)
        now: Callable[[], float] = time.time,
        caching: Caching | None = EXACT,
    ) -> None:
        self.key_id = checked(key_id)
        self.hash = hash
        loaded = key if isinstance(key, PrivateKey) else private_key(key, passphrase)
        self.public_pem = loaded.public_pem
        self._sign = loaded.signing(hash)
        self._now = now
        self._tail = f"&Key-Pair-Id={key_id}" + ("&Hash-Algorithm=SHA256" if hash == "SHA256" else "")
        self._step = caching.seconds if caching else 0
        # Two caches, so that a page with a thousand URLs does not drop the passes of the folders.
        self._passes = SignedOnce[Pass](caching.size) if caching else None
        self._queries = SignedOnce[str](caching.size) if caching else None

    def __repr__(self) -> str:
        return f"Signer(key_id={self.key_id!r}, hash={self.hash!r})"

    def url(
        self,
        url: str,
        expires: When,
        *,
        starts: When | None = None,
        ip: str | None = None,
        resource: str | None = None,
    ) -> str:
        """Return the signed URL, with the canned policy if it is enough, otherwise with a longer custom policy.

        `starts`, `ip` and `resource` need a custom policy. `resource` may be wider than the URL: ``https://h/a/*``.
        Raises CannotSign if the signature would never allow access.
        """
        aim = target(url)
        if starts is not None or ip is not None or resource is not None:
            return self.grant(resource or aim.base, expires, starts=starts, ip=ip).url(url)
        return _joined(aim.base, self._canned_query(aim.base, expires)) + aim.fragment

    def cookies(
        self, resource: str, expires: When, *, starts: When | None = None, ip: str | None = None
    ) -> Cookies:
        """Return the cookies for one URL, or for everything that a resource with wildcards covers."""
        return self.grant(resource, expires, starts=starts, ip=ip).cookies

    def grant(
        self, resource: str, expires: When, *, starts: When | None = None, ip: str | None = None
    ) -> Pass:
        """Return a signed custom policy for a resource. Equal policies are cached."""
        named = pattern(resource) if "*" in resource else target(resource).base
        return self._pass(named, expires, starts, ip)

    def for_hls(
        self,
        url: str,
        expires: When,
        *,
        starts: When | None = None,
        ip: str | None = None,
        everything: bool = False,
    ) -> Pass:
        """Return a pass for a playlist with its renditions and segments: everything in the playlist's folder.

        A relative URL in a playlist does not inherit the playlist's query, so players need the cookies. For a playlist
        at the top level, the folder is the whole host: raises CannotSign unless `everything` is set.
        """
        return self._pass(folder(url, everything=everything), expires, starts, ip)

    def for_dash(
        self,
        url: str,
        expires: When,
        *,
        starts: When | None = None,
        ip: str | None = None,
        everything: bool = False,
    ) -> Pass:
        """Return a pass for a DASH manifest and its segments, as `for_hls` does."""
        return self._pass(folder(url, everything=everything), expires, starts, ip)

    def for_file(self, url: str, expires: When, *, starts: When | None = None, ip: str | None = None) -> Pass:
        """Return a pass for this one file, including range requests."""
        return self._pass(target(url).base, expires, starts, ip)

    def stream_name(
        self, name: str, expires: When, *, starts: When | None = None, ip: str | None = None
    ) -> StreamName:
        """Return a signed RTMP stream name. `name` may have its prefix (``mp4:``) or the server before it."""
        asked = stream(name)
        if starts is None and ip is None:
            query = self._canned_query(asked.name, expires)
        else:
            query = self._pass(asked.name, expires, starts, ip).query
        return StreamName(_joined(asked.name, query), prefix_for(asked), asked.prefix)

    def _canned_query(self, resource: str, expires: When) -> str:
        until = expiry(expires, self._now, self._step)

        def sign() -> str:
            return f"Expires={until}&Signature={encode(self._sign(canned(resource, until)))}{self._tail}"

        return self._queries.get((resource, until), sign) if self._queries else sign()

    def _pass(self, resource: str, expires: When, starts: When | None, ip: str | None) -> Pass:
        terms = terms_of(resource, expiry(expires, self._now, self._step), starts, ip, self._now)
        if self._passes is None:
            return self._seal(terms)
        key = (terms.resource, terms.expires, terms.starts, terms.ip)
        return self._passes.get(key, lambda: self._seal(terms))

    def _seal(self, terms: PolicyTerms) -> Pass:
        policy = custom(terms)
        sent, signature = encode(policy), encode(self._sign(policy))
        values = {"Policy": sent, "Signature": signature, "Key-Pair-Id": self.key_id}
        if self.hash == "SHA256":
            values["Hash-Algorithm"] = "SHA256"
        cookies = Cookies({f"CloudFront-{name}": value for name, value in values.items()})
        return Pass(terms, f"Policy={sent}&Signature={signature}{self._tail}", cookies)


def _joined(base: str, query: str) -> str:
    return f"{base}{'&' if '?' in base else '?'}{query}"
