"""From the arguments of `sign` to what is printed: what is meant, whether it may be, and the signature."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cfstream.cli import connection
from cfstream.cli.targets import scene_of
from cfstream.cli.terminal import streams
from cfstream.cli.terminal.moments import moment
from cfstream.cli.terminal.private_key import read_private_key
from cfstream.cli.terminal.sign_notes import in_browser, note_playlist
from cfstream.errors import WrongUsage
from cfstream.explain.guards import Guards
from cfstream.inventory.signing_keys import blind_spots, guards_of, key_for, waiting_key
from cfstream.render.signed import LOOPBACK_ZONE, Signed
from cfstream.sign import CannotSign, Signer
from cfstream.sign.keys import Hash, PrivateKey
from cfstream.sign.resource import covers_all, folder, key_path, sections
from cfstream.sign.resource import target as target_of
from cfstream.sign.stream_name import stream
from cfstream.spec.fields import spell

if TYPE_CHECKING:
    from cfstream.spec.load import Stack


@dataclass(frozen=True)
class Asked:
    """The arguments, as they were given."""

    target: str
    key: str
    expires: str
    starts: str | None
    ip: str | None
    spec: str | None
    key_id: str | None
    preset: str
    cookies: bool
    hash: str
    domain: str | None
    force: bool
    everything: bool = False


@dataclass(frozen=True)
class Times:
    """When it is valid, and what the time is."""

    now: datetime
    expires: datetime
    starts: datetime | None


def signed(asked: Asked) -> Signed:
    """What was asked for, signed. Asks AWS where a spec was named; raises CfstreamError before anything is signed."""
    now = connection.current().clock().now()
    starts = moment(asked.starts, "--from", now) if asked.starts else None
    times = Times(now, moment(asked.expires, "--expires", now), starts)
    if asked.spec is None:
        return _offline(asked, times)
    stack = one_stack(asked.spec)
    _refuse_too_long(stack, times, force=asked.force)
    key = read_private_key(asked.key)
    guards = read_guards(stack)
    for text in _warnings(asked, guards):
        streams.note(f"warning: {text}\n")
    if stack.spec.delivery == "rtmp":
        named = _stream_name(asked, times, key, key_for(guards, "/", key.der_sha256, asked.key_id))
        return replace(named, plain_url=f"https://{guards.domain_name}/cfx/st/")
    url = _url(asked, stack, guards)
    key_id = key_for(guards, sections(url).path, key.der_sha256, asked.key_id)
    waiting = waiting_key(guards, key_id)
    if waiting:
        streams.note(f"warning: {waiting.name} ({key_id}) is not in force at the edges yet: {_wait(stack)}\n")
    found = replace(_http(asked, url, times, key, key_id), in_browser=in_browser(url, guards))
    if found.terms.resource.endswith("*"):
        for guard in blind_spots(guards, found.terms.resource, key_id):
            streams.note(f"warning: in that folder, {guard.named} trusts {guard.whom} and not this key\n")
    return found


def one_stack(spec: str) -> "Stack":
    """The only stack of a spec. Raises SpecProblems, and WrongUsage where there are several."""
    import sys

    from cfstream.spec.load import load

    stacks = load([spec], stdin=sys.stdin)
    if len(stacks) > 1:
        names = ", ".join(stack.spec.name for stack in stacks)
        raise WrongUsage(f"{spec} holds {len(stacks)} stacks: {names}", "name a spec of one stack")
    return stacks[0]


def read_guards(stack: "Stack") -> Guards:
    """Who guards what at the stack's distribution now."""
    world = connection.current().world()
    guards = guards_of(world.reads(), scene_of(stack, world))
    if world.real_aws:
        return guards
    return replace(guards, loopback=guards.domain_name.lower().replace(".cloudfront.net", LOOPBACK_ZONE))


def _offline(asked: Asked, times: Times) -> Signed:
    """Signs what names itself whole: a URL, and the id of the key."""
    if asked.key_id is None:
        raise WrongUsage("neither --spec nor --key-id says which key this is", "add one of them")
    key = read_private_key(asked.key)
    if asked.target.lower().startswith("rtmp"):
        return _stream_name(asked, times, key, asked.key_id)
    if "://" not in asked.target:
        raise WrongUsage(
            f"{asked.target} is a key, and without --spec it is not known of which host",
            "write the whole URL, or add --spec",
        )
    return _http(asked, asked.target, times, key, asked.key_id)


def _url(asked: Asked, stack: "Stack", guards: Guards) -> str:
    """The URL that is meant: a key stands for the object under the stack's first cname."""
    if "://" in asked.target:
        host = sections(target_of(asked.target.removesuffix("*")).base).host
        if not guards.answers(host):
            names = ", ".join([*guards.aliases, guards.domain_name])
            raise CannotSign(
                f"{host} is no name of {stack.spec.name}, and a signature is for the host that is asked",
                f"it answers to {names}",
            )
        return asked.target
    key = asked.target.removeprefix("/")
    whole_folder = asked.cookies and (key.endswith(("/", "/*")) or key in ("", "*"))
    if asked.cookies and asked.preset == "file" and "*" in key.removesuffix("/*") and key != "*":
        raise CannotSign(
            f"{key} has a wildcard, and a key names one object; in cookies * would stand for any text",
            "name a folder, as in hls/, or write the pattern as a URL; for an object with * in its key, add --for hls"
            " to open its folder",
        )
    cnames = [name for name in stack.spec.cnames or () if not name.startswith("*.")]
    host = cnames[0] if cnames else guards.domain_name
    return f"https://{host}{key_path(key.removesuffix('*') if whole_folder else key)}" + "*" * whole_folder


def _http(asked: Asked, url: str, times: Times, key: PrivateKey, key_id: str) -> Signed:
    signer = _signer(asked, key, key_id)
    alone = asked.preset == "file"
    note_playlist(url, preset=asked.preset, cookies=asked.cookies)
    if asked.cookies:
        resource = url if alone else folder(url, everything=asked.everything)
        _refuse_everything(asked, resource)
        pass_ = signer.grant(resource, times.expires, starts=times.starts, ip=asked.ip)
        address = target_of(url.removesuffix("*")).base
        return Signed(signer, pass_.terms, None, pass_.cookies, asked.domain or _own_domain(address), address)
    base = target_of(url)
    if url.endswith(("/", "/*")) and not alone:
        raise WrongUsage(
            "a folder is no file that a player could begin with", "name the playlist, or add --cookies"
        )
    plain = alone and times.starts is None and asked.ip is None
    if plain:
        return Signed.canned(signer, base.base, signer.url(url, times.expires), times.expires)
    resource = base.base if alone else folder(url, everything=asked.everything)
    granted = signer.grant(resource, times.expires, starts=times.starts, ip=asked.ip)
    return Signed(signer, granted.terms, granted.url(url))


def _refuse_everything(asked: Asked, resource: str) -> None:
    """Raise CannotSign for a resource that leaves nothing of the path to compare, unless that is asked for."""
    if covers_all(resource) and not asked.everything:
        raise CannotSign(
            f"{asked.target or 'the empty key'} opens all of {sections(resource).host}, not one file or folder",
            "name a folder, as in hls/; if all of the host is meant, add --everything",
        )


def _stream_name(asked: Asked, times: Times, key: PrivateKey, key_id: str) -> Signed:
    if asked.cookies or asked.preset != "file":
        raise WrongUsage("RTMP knows neither cookies nor playlists", "sign one stream name at a time")
    signer = _signer(asked, key, key_id)
    name = signer.stream_name(asked.target, times.expires, starts=times.starts, ip=asked.ip)
    return Signed.of_stream(signer, stream(asked.target).name, name, times.expires)


def _signer(asked: Asked, key: PrivateKey, key_id: str) -> Signer:
    digest: Hash = "SHA256" if asked.hash == "sha256" else "SHA1"
    return Signer(key, key_id, hash=digest)


def _own_domain(url: str) -> str | None:
    """The host of the URL as the domain of its cookies, where browsers take it for one."""
    host = sections(url).host.partition(":")[0]
    if host.endswith(".cloudfront.net"):
        return None
    return host


def _refuse_too_long(stack: "Stack", times: Times, *, force: bool) -> None:
    allowed = stack.spec.sign.max_validity
    if times.expires - times.now > allowed and not force:
        raise CannotSign(
            f"{stack.spec.name} promises that nothing signed is valid for longer than {spell(allowed)}, and a key that"
            " is replaced lives on for no longer",
            "let it expire earlier, raise sign.max_validity in the spec, or add --force",
        )


def _wait(stack: "Stack") -> str:
    return f"cfstream wait {shlex.quote(stack.path)}{connection.current().flags()}"


def _warnings(asked: Asked, guards: Guards) -> Iterator[str]:
    if asked.ip and guards.ipv6:
        yield f"IPv6 is on at {guards.id}, and viewers who come by IPv6 never match --ip; http.ipv6: false turns it off"
    if not guards.enabled:
        yield f"{guards.id} is disabled: it refuses everything"
