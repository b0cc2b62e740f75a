"""The sandbox as one object: CloudFront, moto's services, the state and the port.

What lives here: how these are put together, started and stopped. Tests run it in their own process;
``cfstream sandbox serve`` runs the same class in the foreground. moto keeps its backends in module globals,
hence one sandbox per process.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import acm_backends
from moto.core.base_backend import BackendDict
from moto.s3.models import s3_backends

from cfstream.sandbox import control, homes, state
from cfstream.sandbox.cloudfront import CloudFront, Settings
from cfstream.sandbox.edge import access_points
from cfstream.sandbox.listener import LOOPBACK, Answer, Environ, Listener
from cfstream.sandbox.routing import Routes

ACCOUNT = "123456789012"
"""Whatever the credentials, this is whose they are."""


class Sandbox:
    """A running sandbox; `Sandbox.start` makes one, `stop` (or leaving the `with` block) ends it."""

    def __init__(self, settings: Settings, state_file: Path | None, port: int, token: str) -> None:
        self.token = token
        self._settings = settings
        self.cloudfront: CloudFront
        _forget_moto()
        self._adopt((state_file and state.read(state_file)) or self._new_cloudfront())
        self._keeper: state.Keeper | None = None
        self._routes = Routes(lambda: self.cloudfront, self.written)
        if state_file:
            self._keeper = state.Keeper(state_file, self._frozen)
        self._listener = Listener(self.answer, self.now, port)

    @classmethod
    def start(
        cls,
        state_dir: Path | None = None,
        port: int = 0,
        settings: Settings | None = None,
        token: str = "",
    ) -> Self:
        """A sandbox that answers on 127.0.0.1.

        With a `state_dir` it goes on from the state kept there, and keeps it; without, it starts empty and
        forgets. `settings` are those of an empty CloudFront. Raises OSError if the port is taken, and SandboxError
        if another user could have written the state.
        """
        if state_dir:
            homes.make(state_dir)
        state_file = state_dir / state.FILE if state_dir else None
        return cls(settings or Settings(), state_file, port, token)

    @property
    def endpoint_url(self) -> str:
        """Where every service answers."""
        return f"http://{LOOPBACK}:{self._listener.port}"

    @property
    def edge_url(self) -> str:
        """Where viewers' requests are answered: at the same port, for the Host header tells them apart."""
        return self.endpoint_url

    def reset(self) -> None:
        """Forgets everything: no bucket, no distribution, the settings it was started with."""
        with self._routes.lock:
            _forget_moto()
            self._adopt(self._new_cloudfront())
        self.written()

    def written(self) -> None:
        """Notes that the state has changed."""
        if self._keeper:
            self._keeper.changed()

    def stop(self) -> None:
        """Closes the port, then writes the state a last time."""
        self._listener.stop()
        if self._keeper:
            self._keeper.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def now(self) -> float:
        """The time of the CloudFront that there is now: a reset brings another one."""
        return self.cloudfront.world.now()

    def answer(self, environ: Environ) -> Answer:
        """Answers a request of AWS's API, of a viewer or of `cfstream sandbox`."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            with self._routes.lock:
                return control.answer(environ, self)
        return self._routes(environ)

    def _frozen(self) -> bytes:
        with self._routes.lock:
            return state.freeze(self.cloudfront)

    def _new_cloudfront(self) -> CloudFront:
        return CloudFront(account=ACCOUNT, settings=copy.deepcopy(self._settings))

    def _adopt(self, cloudfront: CloudFront) -> None:
        cloudfront.bucket_exists = _bucket_exists
        cloudfront.certificate = _certificate
        self.cloudfront = cloudfront


def _forget_moto() -> None:
    BackendDict.reset()
    s3_backends.bucket_accounts.clear()


def _bucket_exists(name: str) -> bool:
    """Return whether any account has a bucket with this name, or an access point with this alias: origins may be both.

    Source: CloudFront Developer Guide, "Use various origins with CloudFront distributions".
    """
    return name in s3_backends.bucket_accounts or access_points.aliased(name) is not None


def _certificate(arn: str) -> Mapping[str, Any] | None:
    """The certificate as ACM describes it, None where there is none of that ARN."""
    region = arn.split(":")[3] if arn.count(":") >= 5 else ""
    backends = acm_backends[ACCOUNT]
    if region not in backends:
        return None
    try:
        described: Mapping[str, Any] = backends[region].describe_certificate(arn).describe()["Certificate"]
    except CertificateNotFound:
        return None
    return described
