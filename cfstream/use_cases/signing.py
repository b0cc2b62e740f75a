"""Signs a URL, cookies or a stream name. With a spec, checks in AWS that the distribution trusts the key."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cfstream.errors import Notice, WrongUsage
from cfstream.explain.guards import Guards
from cfstream.inventory.lookup import by_context
from cfstream.sign import CannotSign, Cookies, PolicyTerms, Signer, StreamName
from cfstream.sign.keys import Hash, PrivateKey
from cfstream.sign.resource import covers_all, folder, key_path, sections
from cfstream.sign.resource import target as target_of
from cfstream.sign.stream_name import stream
from cfstream.spec.durations import spell
from cfstream.stack.signing_keys import blind_spots, guards_of, key_for, waiting_key
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.targets import one_stack, own_context

if TYPE_CHECKING:
    from cfstream.connection import Connection
    from cfstream.ports import World
    from cfstream.spec.load import Stack
    from cfstream.stack.context import StackContext

LOOPBACK_ZONE = ".cloudfront.localhost"
"""The zone whose names resolve to the sandbox's edge, where requests count as https."""


@dataclass(frozen=True)
class Signed:
    """A signed URL, signed cookies, or a signed stream name."""

    signer: Signer
    terms: PolicyTerms
    url: str | None = None
    cookies: Cookies | None = None
    domain: str | None = None
    """The domain of the cookies; None for the host that sets them."""
    plain_url: str = ""
    """The unsigned URL that the cookies open; for a stream name, the start of its URL at the edge of a sandbox."""
    stream: StreamName | None = None
    is_canned: bool = False
    in_browser: str = ""
    """The unsigned URL with a host name that browsers resolve on this machine; empty without one."""
    notices: tuple[Notice, ...] = ()
    """Notices about its use."""

    @classmethod
    def canned(cls, signer: Signer, resource: str, url: str, expires: "datetime") -> "Signed":
        """Return a URL with a canned policy."""
        return cls(signer, PolicyTerms(resource, int(expires.timestamp())), url, is_canned=True)

    @classmethod
    def of_stream(cls, signer: Signer, resource: str, name: StreamName, expires: "datetime") -> "Signed":
        """Return a signed stream name."""
        canned = "?Expires=" in name.bare or "&Expires=" in name.bare
        return cls(signer, PolicyTerms(resource, int(expires.timestamp())), stream=name, is_canned=canned)


PRESETS = {".m3u8": "hls", ".mpd": "dash"}
"""The file extensions of playlists and manifests, and the preset for each."""


@dataclass(frozen=True)
class SignRequest:
    """What to sign, with which key, until when, and for which viewers."""

    target: str
    """A URL, the key of an object, or a stream name."""
    open_key: Callable[[], PrivateKey]
    """Reads the private key. Called only if the rest of the request is valid, because it may ask for a passphrase."""
    now: datetime
    expires: datetime
    starts: datetime | None = None
    ip: str | None = None
    spec: str | None = None
    key_id: str | None = None
    preset: str = "file"
    cookies: bool = False
    hash: str = "sha1"
    domain: str | None = None
    force: bool = False
    everything: bool = False


def sign(request: SignRequest, connection: "Connection") -> Signed:
    """Return the signed URL, cookies or stream name. Uses AWS if the request names a spec.

    Raises CfstreamError before anything is signed.
    """
    return signing(request, connection)(request.target)


def signing(request: SignRequest, connection: "Connection") -> Callable[[str], Signed]:
    """Return a function that signs targets like the one of the request. It loads the key and queries AWS once.

    Raises CfstreamError, and so does the function, before anything is signed.
    """
    if request.spec is None:
        once = replace(request, open_key=cache(request.open_key))
        return lambda target: _offline(replace(once, target=target))
    stack = one_stack(request.spec)
    _refuse_too_long(stack, request)
    key = request.open_key()
    guards = read_guards(stack, connection)
    return lambda target: _with_spec(replace(request, target=target), key, stack, guards, connection)


def _with_spec(
    request: SignRequest, key: PrivateKey, stack: "Stack", guards: Guards, connection: "Connection"
) -> Signed:
    """Sign a target of a stack."""
    notices = list(_warnings(request, guards))
    if stack.spec.delivery == "rtmp":
        named = _stream_name(request, key, key_for(guards, "/", key.der_sha256, request.key_id))
        return replace(
            named, plain_url=f"https://{guards.domain_name}/cfx/st/", notices=(*notices, *named.notices)
        )
    url = _url(request, stack, guards)
    key_id = key_for(guards, sections(url).path, key.der_sha256, request.key_id)
    waiting = waiting_key(guards, key_id)
    if waiting:
        again = f"cfstream wait {shlex.quote(stack.path)}{connection.flags()}"
        notices.append(
            Notice(f"{waiting.name} ({key_id}) is not active at the edges yet: {again}", warning=True)
        )
    found = _http(request, url, key, key_id)
    notices += (*found.notices, *_other_hosts(request, stack))
    if found.terms.resource.endswith("*"):
        for guard in blind_spots(guards, found.terms.resource, key_id):
            text = f"in that folder, {guard.named} trusts {guard.signers_text}, not this key"
            notices.append(Notice(text, warning=True))
    return replace(found, in_browser=_in_browser(url, guards, connection), notices=tuple(notices))


def read_guards(stack: "Stack", connection: "Connection") -> Guards:
    """Return the keys that each behavior of the stack's live distribution trusts."""
    return guards_in(*own_context(stack, connection.world()))


def guards_in(context: "StackContext", world: "World") -> Guards:
    """Return the same, with a connection to the stack's account."""
    from cfstream.kinds.distribution import countries, web_acl

    reads = world.reads()
    live = by_context(reads, context).distribution
    limits = (*countries.refusals(live.config), *web_acl.refusals(live.config))
    guards = replace(guards_of(reads, live), limits=limits)
    if world.real_aws:
        return guards
    return replace(guards, loopback=guards.domain_name.lower().replace(".cloudfront.net", LOOPBACK_ZONE))


def _offline(request: SignRequest) -> Signed:
    """Sign a whole URL or a stream name with a given key id, without AWS."""
    if request.key_id is None:
        raise WrongUsage("the id of the key is unknown", "add --spec or --key-id")
    key = request.open_key()
    if request.target.lower().startswith("rtmp"):
        return _stream_name(request, key, request.key_id)
    if "://" not in request.target:
        raise WrongUsage(
            f"{request.target} is a key, and without --spec its host is unknown",
            "write the whole URL, or add --spec",
        )
    return _http(request, request.target, key, request.key_id)


def _url(request: SignRequest, stack: "Stack", guards: Guards) -> str:
    """Return the URL to sign. The key of an object is taken under the stack's first cname."""
    if "://" in request.target:
        host = sections(_address(request.target, request)).host
        if not guards.answers(host):
            names = ", ".join([*guards.aliases, guards.domain_name])
            raise CannotSign(
                f"{host} is not a host name of {stack.spec.name}, and a signature is valid for its host only",
                f"use one of {names}",
            )
        return request.target
    key = below_prefix(request.target.removeprefix("/"), stack)
    whole_folder = request.cookies and (key.endswith(("/", "/*")) or key in ("", "*"))
    if request.cookies and request.preset == "file" and "*" in key.removesuffix("/*") and key != "*":
        raise CannotSign(
            f"{key} has a wildcard, but a key names one object, and in cookies * would match any text",
            "name a folder like hls/, or write the pattern as a URL; for an object with * in its key, add --for hls"
            " to open its folder",
        )
    host = _first_host(stack) or guards.domain_name
    if request.cookies and host == guards.domain_name and stack.spec.cnames:
        wildcard = stack.spec.cnames[0]
        raise CannotSign(
            f"cookies are for one host, and {stack.spec.name} has no host name without a wildcard: {wildcard}",
            f"write the whole URL with the host, such as https://NAME{wildcard[1:]}{key_path(key)},"
            f" or https://{wildcard}{key_path(key)} for all hosts",
        )
    return f"https://{host}{key_path(key.removesuffix('*') if whole_folder else key)}" + "*" * whole_folder


def _first_host(stack: "Stack") -> str:
    """Return the first cname that is not a wildcard; empty without one."""
    return next((name for name in stack.spec.cnames or () if not name.startswith("*.")), "")


def _other_hosts(request: SignRequest, stack: "Stack") -> Iterator[Notice]:
    """Yield a notice if the stack has several host names, and the cookies of a key are for the first one."""
    names = stack.spec.cnames or ()
    if request.cookies and "://" not in request.target and len(names) > 1:
        yield Notice(
            f"these cookies are for {_first_host(stack)} only; for another host name, sign the whole URL instead of "
            "the key; for all hosts of one domain, sign https://*.DOMAIN/KEY"
        )


def _address(url: str, request: SignRequest) -> str:
    """Return the URL in normal form, without the wildcard at its end. Only cookies can be for several hosts."""
    return target_of(url.removesuffix("*"), any_host=request.cookies).base


def below_prefix(key: str, stack: "Stack") -> str:
    """Return the key without the prefix that CloudFront puts before the path of a URL."""
    prefix = stack.spec.http.prefix
    if key in ("", "*"):
        return key
    if not key.startswith(prefix):
        what = f"no URL leads to {key}: it is not under the origin path /{prefix.removesuffix('/')}"
        raise CannotSign(what, f"name an object under {prefix}")
    return key.removeprefix(prefix)


def _http(request: SignRequest, url: str, key: PrivateKey, key_id: str) -> Signed:
    signer = _signer(request, key, key_id)
    alone = request.preset == "file"
    if request.cookies:
        resource = url if alone else folder(url, everything=request.everything)
        _refuse_other_extent(request, resource)
        pass_ = signer.grant(resource, request.expires, starts=request.starts, ip=request.ip)
        address, notices = _address(url, request), _notes(url, request, resource)
        domain = request.domain or _own_domain(address)
        _refuse_other_domain(request.domain, sections(address).host.partition(":")[0])
        return Signed(signer, pass_.terms, None, pass_.cookies, domain, address, notices=notices)
    base = target_of(url)
    if url.endswith(("/", "/*")) and not alone:
        raise WrongUsage("a player cannot start with a folder", "name the playlist, or add --cookies")
    plain = alone and request.starts is None and request.ip is None
    resource = base.base if alone else folder(url, everything=request.everything)
    _refuse_other_extent(request, resource)
    notices = _notes(url, request, resource)
    if plain:
        signed = Signed.canned(signer, base.base, signer.url(url, request.expires), request.expires)
        return replace(signed, notices=notices)
    granted = signer.grant(resource, request.expires, starts=request.starts, ip=request.ip)
    return Signed(signer, granted.terms, granted.url(url), notices=notices)


def _notes(url: str, request: SignRequest, resource: str) -> tuple[Notice, ...]:
    """Return notices about what the signature opens, if that is less than the user may expect."""
    notices = [*_playlist_notices(url, preset=request.preset, cookies=request.cookies)]
    if request.everything and not covers_all(resource):
        notices.append(Notice(f"this opens only {resource}, not the whole host, in spite of --everything"))
    return tuple(notices)


def _refuse_other_extent(request: SignRequest, resource: str) -> None:
    """Raise CannotSign if the resource covers the whole host, and the user did not ask for that.

    Also raises if the user asked for the whole host, and the resource is one file. `_notes` has a notice for a folder.
    """
    if covers_all(resource) and not request.everything:
        raise CannotSign(
            f"{request.target or 'the empty key'} opens all of {sections(resource).host}, not one file or folder",
            "name a folder like hls/; for the whole host, add --everything",
        )
    if request.everything and "*" not in resource:
        whole = f"https://{sections(resource).host}/*" if "://" in request.target else "*"
        raise CannotSign(
            f"--everything is for the whole host, and {request.target} is one file",
            f"remove --everything; or, for the whole host, sign '{whole}' with --everything --cookies",
        )


def _stream_name(request: SignRequest, key: PrivateKey, key_id: str) -> Signed:
    if request.cookies or request.preset != "file" or request.everything:
        raise WrongUsage(
            "RTMP does not support cookies, playlists or --everything", "sign one stream name at a time"
        )
    signer = _signer(request, key, key_id)
    name = signer.stream_name(request.target, request.expires, starts=request.starts, ip=request.ip)
    return Signed.of_stream(signer, stream(request.target).name, name, request.expires)


def _signer(request: SignRequest, key: PrivateKey, key_id: str) -> Signer:
    digest: Hash = "SHA256" if request.hash == "sha256" else "SHA1"
    return Signer(key, key_id, hash=digest)


def _own_domain(url: str) -> str | None:
    """Return the host of the URL as the domain of its cookies; None if browsers refuse it."""
    host = sections(url).host.partition(":")[0].removeprefix("*.")
    if host == "cloudfront.net" or host.endswith(".cloudfront.net"):
        return None
    return host


def _refuse_other_domain(domain: str | None, host: str) -> None:
    """Raise CannotSign if browsers do not send cookies of this domain to the host, which may be a pattern.

    They send them to the domain and to all names under it (RFC 6265, section 5.1.3).
    """
    if domain is None:
        return
    name, base = domain.lower().lstrip("."), host.removeprefix("*.")
    below = f".{base}".endswith(f".{name}")
    if below or (host != base and name.endswith(f".{base}")):
        return
    do = f"use --domain {base} or a domain above it; or write the whole URL, with a host under {name}"
    if _own_domain(f"https://{host}/") is None:
        do = f"add a cname under {name} to the spec; no site can set cookies for cloudfront.net"
    raise CannotSign(
        f"the cookies are for {host}, and browsers do not send cookies of {domain} to this host", do
    )


def _refuse_too_long(stack: "Stack", request: SignRequest) -> None:
    allowed = stack.spec.sign.max_validity
    if request.expires - request.now > allowed and not request.force:
        raise CannotSign(
            f"{stack.spec.name} allows a signature to be valid for at most {spell(allowed)}; a rotated key is removed"
            " after that time",
            "choose an earlier expiry, raise sign.max_validity in the spec, or add --force",
        )


def _warnings(request: SignRequest, guards: Guards) -> Iterator[Notice]:
    if request.ip and guards.ipv6:
        yield Notice(
            f"IPv6 is on at {guards.id}, and viewers who use IPv6 never match --ip; http.ipv6: false turns it off",
            warning=True,
        )
    if not guards.enabled:
        yield Notice(f"{guards.id} is disabled: it refuses everything", warning=True)


def _playlist_notices(url: str, *, preset: str, cookies: bool) -> Iterator[Notice]:
    """Yield a notice if the signature opens a playlist, but not the files that it names."""
    path = sections(url).path.lower()
    kind = next((name for ending, name in PRESETS.items() if path.endswith(ending)), "")
    if preset == "file" and kind:
        flags = f"--for {kind}" if cookies else f"--for {kind} --cookies"
        yield Notice(f"this opens only the playlist, not the segments that it names; for a player: {flags}")
    elif preset != "file" and not cookies:
        yield Notice("the files that a playlist names do not inherit this query; most players need --cookies")


def _in_browser(url: str, guards: Guards, connection: "Connection") -> str:
    """Return the unsigned URL with the host name that browsers resolve to the sandbox's edge; empty without one."""
    edge = urlsplit(connection.edge()) if guards.loopback else None
    if edge is None or edge.hostname not in ("127.0.0.1", "localhost") or "*" in url:
        return ""
    port = f":{edge.port}" if edge.port else ""
    parts = sections(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"http://{guards.loopback}{port}{parts.path}{query}"
