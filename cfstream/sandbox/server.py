"""The sandbox as one object: CloudFront, moto's services, the state and the port.

It starts and stops them. Tests run it in their own process; ``cfstream sandbox serve`` runs it in the foreground. moto
keeps its backends in module globals, so there can only be one sandbox per process.
"""

import copy
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import acm_backends
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.s3.models import s3_backends
from moto.wafv2.models import wafv2_backends

from cfstream.sandbox import bucket_rules, control, state, state_directory
from cfstream.sandbox.accounts import Accounts
from cfstream.sandbox.cloudfront import CloudFront, Settings
from cfstream.sandbox.edge import access_points
from cfstream.sandbox.listener import LOOPBACK, Answer, Environ, Listener
from cfstream.sandbox.routing import Routes


class Sandbox:
    """A running sandbox. `Sandbox.start` makes one, and `stop` (or leaving the `with` block) ends it."""

    def __init__(self, settings: Settings, state_file: Path | None, port: int, token: str) -> None:
        self.token = token
        self.project = ""
        """The folder of the project whose sandbox it is; empty if it is none's."""
        self._settings = settings
        self.accounts: Accounts
        _forget_moto()
        self._adopt((state_file and state.read(state_file)) or self._new_accounts())
        self._saver: state.PeriodicSaver | None = None
        self._routes = Routes(lambda: self.accounts, self._prepare, self.written)
        if state_file:
            self._saver = state.PeriodicSaver(state_file, self.save)
        self._listener = Listener(self.answer, self.now, port)

    @classmethod
    def start(
        cls,
        state_dir: Path | None = None,
        port: int = 0,
        settings: Settings | None = None,
        token: str = "",
    ) -> Self:
        """Start a sandbox on 127.0.0.1.

        With a `state_dir`, it loads the state from there and saves it. Without, it starts empty and saves nothing.
        `settings` are for an empty CloudFront. Raises OSError if the port is in use, and SandboxError if another user
        could have written the state.
        """
        if state_dir:
            state_directory.make(state_dir)
        state_file = state_dir / state.FILE if state_dir else None
        return cls(settings or Settings(), state_file, port, token)

    @property
    def cloudfront(self) -> CloudFront:
        """The CloudFront of the sandbox's own account."""
        return self.accounts.home

    @property
    def endpoint_url(self) -> str:
        """The URL of every service."""
        return f"http://{LOOPBACK}:{self._listener.port}"

    @property
    def edge_url(self) -> str:
        """The URL for viewers' requests. It has the same port, because the Host header distinguishes them."""
        return self.endpoint_url

    def reset(self) -> None:
        """Delete everything, and restore the initial settings."""
        with self._routes.lock:
            _forget_moto()
            self._adopt(self._new_accounts())
        self.written()

    def save(self) -> bytes:
        """Return everything, with the settings, for `restore`."""
        with self._routes.lock:
            return state.freeze(self.accounts)

    def restore(self, saved: bytes) -> None:
        """Replace everything by what `save` returned."""
        with self._routes.lock:
            _forget_moto()
            self._adopt(state.thaw(saved))
        self.written()

    def written(self) -> None:
        """Record that the state has changed."""
        if self._saver:
            self._saver.changed()

    def stop(self) -> None:
        """Close the port, then save the state."""
        self._listener.stop()
        if self._saver:
            self._saver.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def now(self) -> float:
        """Return the time of the current CloudFront, which a reset replaces."""
        return self.cloudfront.state.now()

    def answer(self, environ: Environ) -> Answer:
        """Answer a request to AWS's API, of a viewer or of `cfstream sandbox`."""
        if environ["PATH_INFO"].startswith(control.PREFIX):
            with self._routes.lock:
                return control.answer(environ, self)
        return self._routes(environ)

    def _new_accounts(self) -> Accounts:
        return Accounts(copy.deepcopy(self._settings))

    def _adopt(self, accounts: Accounts) -> None:
        for cloudfront in accounts:
            self._prepare(cloudfront)
        self.accounts = accounts

    def _prepare(self, cloudfront: CloudFront) -> None:
        """Connect an account's CloudFront with the account's other services, and with the other accounts."""
        account = cloudfront.account
        cloudfront.bucket_exists = _bucket_exists
        cloudfront.certificate = lambda arn: _certificate(account, arn)
        cloudfront.state.log_bucket = _log_bucket
        cloudfront.state.web_acl_exists = lambda arn: _web_acl_exists(account, arn)
        cloudfront.state.elsewhere = lambda: [each.state for each in self.accounts if each.account != account]


def _forget_moto() -> None:
    BackendDict.reset()
    reset_model_data()  # moto keeps a list of all objects that it ever created
    s3_backends.bucket_accounts.clear()


def _bucket_exists(name: str) -> bool:
    """Return whether any account has a bucket with this name, or an access point with this alias: origins may be both.

    Source: CloudFront Developer Guide, "Use various origins with CloudFront distributions".
    """
    return name in s3_backends.bucket_accounts or access_points.aliased(name) is not None


def _log_bucket(name: str) -> tuple[str, bool] | None:
    """Return a bucket's region, and whether its ACLs are enabled. None if it does not exist."""
    if name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[name]
    bucket = s3_backends[account][partition].buckets[name]
    return bucket.region_name, bucket_rules.ownership(bucket) != bucket_rules.ENFORCED


def _web_acl_exists(account: str, arn: str) -> bool:
    """Return whether WAF has a web ACL for CloudFront with this ARN. moto keeps those in a region called ``global``."""
    return arn in wafv2_backends[account]["global"].wacls


def _certificate(account: str, arn: str) -> Mapping[str, Any] | None:
    """Return ACM's description of the certificate; None if this ARN does not exist."""
    region = arn.split(":")[3] if arn.count(":") >= 5 else ""
    backends = acm_backends[account]
    if region not in backends:
        return None
    try:
        described: Mapping[str, Any] = backends[region].describe_certificate(arn).describe()["Certificate"]
    except CertificateNotFound:
        return None
    return described
