"""The sandbox for tests: apply a spec, put media, send viewers' requests, advance the time."""

import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from cfstream.applying import Report, RunOptions, StackReport
from cfstream.aws.clock import SystemClock
from cfstream.aws.connecting import connect
from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.errors import CfstreamError, WrongUsage
from cfstream.inventory.lookup import by_context
from cfstream.ports import World
from cfstream.render.report import failures_text
from cfstream.sandbox import MissingExtra, lifecycle
from cfstream.sign import CannotSign, Cookies, Signer
from cfstream.sign.resource import key_path, sections
from cfstream.sign.resource import target as target_of
from cfstream.spec.load import Stack, load
from cfstream.stack.context import StackContext
from cfstream.stack.signing_keys import guards_of
from cfstream.startup.frozen import dataclass
from cfstream.testing.key_pairs import KeyPair, KeyRing
from cfstream.testing.prerequisites import prepare
from cfstream.verification import KeyAtHand, Proof, VerificationTools
from cfstream.web import HttpViewer
from cfstream.workflow import apply_plan, make_plan, verify_stacks

if TYPE_CHECKING:
    import httpx

    from cfstream.sandbox.server import Sandbox as Server

HOUR = timedelta(hours=1)


class NotApplied(CfstreamError):
    """A spec could not be applied in the sandbox. `report` has the outcome of each step."""

    def __init__(self, report: Report) -> None:
        super().__init__(failures_text(report, color=False, width=100))
        self.report = report


class SandboxClock(SystemClock):
    """The time in a sandbox: the machine's time until it is advanced."""

    def __init__(self, settings: Callable[[], Any]) -> None:
        super().__init__()
        self._settings = settings

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._settings().clock_ahead_seconds)

    def advance(self, by: timedelta | None = None, **parts: float) -> None:
        """Advance the time for CloudFront and for signatures, by a timedelta or by ``hours=2``. Returns immediately."""
        self._settings().clock_ahead_seconds += (by or timedelta(**parts)).total_seconds()


@dataclass(frozen=True)
class _Site:
    """An applied stack."""

    stack: Stack
    report: StackReport

    @property
    def host(self) -> str:
        """The host name of the distribution in browsers on this machine."""
        return f"{self.report.outputs['domain_name'].partition('.')[0]}.cloudfront.localhost"


@dataclass(frozen=True)
class SandboxState:
    """All that a sandbox has at one time. `Sandbox.save` returns it."""

    _server: bytes = field(repr=False)
    _sites: Mapping[str, _Site] = field(repr=False)
    _keys: Mapping[str, bytes] = field(repr=False)


class Sandbox:
    """An AWS on loopback with its edge, in this process; one at a time. Use it in a ``with`` block, or `close` it.

    The parameter `stack` is the name of the stack. Omit it if only one stack was applied. Raises WrongUsage if the
    ``sandbox`` extra is not installed, or another sandbox runs in this process.
    """

    _running: ClassVar[bool] = False

    def __init__(self) -> None:
        try:
            lifecycle.require_extra()
        except MissingExtra as missing:
            raise WrongUsage(missing.what, missing.do) from missing
        if Sandbox._running:
            raise WrongUsage(
                "a sandbox already runs in this process, and moto keeps its state per process",
                "share it with the fixture running_sandbox, or close it first",
            )
        self._server = self._started()
        Sandbox._running = True
        self.clock = SandboxClock(lambda: self._server.cloudfront.settings)
        self._settings = ConnectionSettings(region="us-east-1", endpoint_url=self.endpoint_url, sandbox=True)
        self._clients = Clients(self._settings)
        self._begin()

    def _started(self) -> "Server":
        from cfstream.sandbox.cloudfront import Settings as Pace
        from cfstream.sandbox.server import Sandbox as Server

        return Server.start(settings=Pace(deploy_after_reads=0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop it, and delete its folder."""
        self._server.stop()
        self._folder.cleanup()
        Sandbox._running = False

    def reset(self) -> None:
        """Empty it: delete all buckets, distributions and keys, and reset the time."""
        self._server.reset()
        self._folder.cleanup()
        self._begin()

    def save(self) -> SandboxState:
        """Return everything in AWS, the applied stacks, their private keys and the time, for `restore`."""
        return SandboxState(self._server.save(), {**self._sites}, self._ring.save())

    def restore(self, state: SandboxState) -> None:
        """Return to what `save` returned, also after a reset. Takes milliseconds. Files in `folder` stay."""
        self._server.restore(state._server)
        self._sites.clear()
        self._sites.update(state._sites)
        self._ring.restore(state._keys)

    def _begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cfstream-", ignore_cleanup_errors=True)
        self._sites: dict[str, _Site] = {}
        self._ring = KeyRing(self.folder / "private")
        self._texts = 0

    # Methods for the owner of the videos

    @property
    def folder(self) -> Path:
        """A folder for specs and keys. `reset` empties it."""
        return Path(self._folder.name)

    @property
    def endpoint_url(self) -> str:
        """The URL of every AWS service, and of the edge for requests with a bucket's or viewer's host name."""
        return self._server.endpoint_url

    @property
    def port(self) -> int:
        """The port of both, on 127.0.0.1."""
        return int(self.endpoint_url.rpartition(":")[2])

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """Return boto3's client for a service of this AWS."""
        return self._clients.of(service, region)

    def apply(self, spec: str | os.PathLike[str], *, allow: Collection[str] = ()) -> Report:
        """Apply a spec: a file, a folder of them, or YAML text. Everything is Deployed when this returns.

        First makes what a spec requires: the bucket, a certificate for its cnames, its hosted zone, its functions.
        Replaces the spec's public keys with others whose private keys the sandbox has, so that `sign` works. Raises
        SpecProblems, or NotApplied with the report.
        """
        stacks = tuple(map(self._ring.with_own_keys, load([self._file(spec)])))
        for stack in stacks:
            prepare(stack.spec, self.client)
            if stack.spec.trusted_signers:
                self._server.cloudfront.state.key_pairs.register(
                    self.world.account, self._ring.key("self").public_pem
                )
        report = apply_plan(make_plan(stacks, self.world), self.world, RunOptions(frozenset(allow)))
        if report.exit_code:
            raise NotApplied(report)
        by_place = {(stack.path, stack.spec.name): stack for stack in stacks}
        for each in report.stacks:
            self._sites[each.name] = _Site(by_place[each.spec, each.name], each)
        return report

    def put(
        self, key: str, body: bytes | str, *, content_type: str | None = None, stack: str | None = None
    ) -> None:
        """Put an object into the stack's bucket. Its type is guessed from its name unless given."""
        from mimetypes import guess_type

        bucket = self._site(stack).stack.spec.bucket
        data = body.encode() if isinstance(body, str) else body
        kind = content_type or guess_type(key)[0] or "application/octet-stream"
        self.client("s3").put_object(Bucket=bucket.name, Key=key, Body=data, ContentType=kind)

    def key(self, name: str, *, stack: str | None = None) -> KeyPair:
        """Return the key pair for a public key of the spec, for an application that signs by itself."""
        return KeyPair(self._ring.file(name), self._site(stack).report.outputs["public_key_ids"][name])

    def verify(self, *, stack: str | None = None) -> Proof:
        """Return the result of `cfstream verify --key`: signed requests are served, and all others refused."""
        site = self._site(stack)
        name = next(iter(sorted(site.stack.public_keys)), None)
        at_hand = KeyAtHand(self._ring.key(name), None) if name else None
        with HttpViewer(self.endpoint_url) as viewer:
            return verify_stacks([site.stack], self.world, VerificationTools(viewer, self.clock, at_hand))

    # Methods for viewers, and for signing

    def url(self, key: str = "", *, stack: str | None = None) -> str:
        """Return the URL of an object at the edge, as browsers on this machine resolve it. Requests count as https."""
        site = self._site(stack)
        path = key.removeprefix("/").removeprefix(site.stack.spec.http.prefix)
        return f"http://{site.host}:{self.port}{key_path(path)}"

    def sign(self, target: str, lasting: timedelta = HOUR, *, stack: str | None = None, **terms: Any) -> str:
        """Return the signed URL of an object, by its key or its `url`.

        `terms` are those of ``Signer.url``: starts, ip, resource. Raises CannotSign if no signature is needed, or the
        sandbox has no trusted key.
        """
        site = self._site(stack)
        edge, signed_for = f"http://{site.host}:{self.port}", f"https://{site.host}"
        url = target if "://" in target else self.url(target, stack=stack)
        plain = signed_for + url.removeprefix(edge) if url.startswith(edge) else url
        signed = self._signer(site, plain).url(plain, self._until(lasting), **terms)
        return signed.replace(signed_for, edge, 1)

    def cookies(
        self, folder: str = "", lasting: timedelta = HOUR, *, stack: str | None = None, **terms: Any
    ) -> Cookies:
        """Return cookies for a folder or a playlist's folder; by default for the whole host. Raises as `sign`."""
        site = self._site(stack)
        url = f"https://{site.host}{key_path(folder.removeprefix('/'))}"
        whole = {"everything": not folder.strip("/")} | terms
        return self._signer(site, url).for_hls(url, self._until(lasting), **whole).cookies

    def get(
        self,
        target: str,
        *,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        stack: str | None = None,
    ) -> "httpx.Response":
        """Return the edge's answer to a request for an object, by its key or by a URL. Redirects are not followed.

        A URL may have the distribution's host, any cname or the bucket's own host: this edge serves all of them.
        """
        import httpx

        url = target if "://" in target else self.url(target, stack=stack)
        parts = urlsplit(url)
        sent = {"Host": parts.netloc, **(headers or {})}
        if parts.port != self.port:
            sent.setdefault("X-Forwarded-Proto", parts.scheme)
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        path = url.split(parts.netloc, 1)[1].partition("#")[0] or "/"
        with httpx.Client(trust_env=False) as viewer:
            return viewer.request(
                method, httpx.URL(self.endpoint_url).copy_with(raw_path=path.encode()), headers=sent
            )

    # Internal

    @cached_property
    def world(self) -> World:
        """Return the connection of the reconciler to this sandbox, with this clock."""
        return connect(self._settings, self.clock)

    def _file(self, spec: str | os.PathLike[str]) -> str:
        if not isinstance(spec, str) or "\n" not in spec:
            return os.fspath(spec)
        self._texts += 1
        file = self.folder / f"spec-{self._texts}.yaml"
        file.write_text(spec, encoding="utf-8")
        self._ring.write_key_files(spec, self.folder)
        return str(file)

    def _site(self, name: str | None) -> _Site:
        if name is not None and name in self._sites:
            return self._sites[name]
        known = ", ".join(self._sites) or "none"
        if name is None and len(self._sites) == 1:
            return next(iter(self._sites.values()))
        what = f"no stack {name} was applied here" if name else "several stacks were applied, or none"
        raise WrongUsage(f"{what}; applied: {known}", "apply a spec first, or set stack=")

    def _until(self, lasting: timedelta) -> datetime:
        return self.clock.now().astimezone(UTC) + lasting

    def _signer(self, site: _Site, url: str) -> Signer:
        """Return a signer with a key that this URL's behavior trusts."""
        world = self.world
        context = StackContext(site.stack, world.account, world.partition, world.region, real_aws=False)
        path = sections(target_of(url).base).path
        reads = world.reads()
        guard = guards_of(reads, by_context(reads, context).distribution).of(path)
        if not guard.signed:
            raise CannotSign(f"{path} needs no signature: {guard.named} is public", "use the plain URL")
        now = lambda: self.clock.now().timestamp()  # noqa: E731
        for trusted in guard.keys:
            key = self._ring.of(trusted.der_sha256)
            if key is not None:
                return Signer(key, trusted.id, now=now)
        own = self._server.cloudfront.state.key_pairs.registered(world.account)
        for key_id in own:
            if key_id in guard.key_pairs:
                return Signer(self._ring.key("self"), key_id, now=now)
        raise CannotSign(
            f"{guard.named} trusts {guard.signers_text}, but the sandbox has none of its keys",
            "apply the spec that declares that group first",
        )
