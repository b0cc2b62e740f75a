"""The sandbox of users' tests, with what the tests of this repository need in addition. It runs in this process."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from cfstream import testing
from cfstream.ports import Clock, World
from cfstream.sandbox.accounts import ACCOUNT, Accounts
from cfstream.sandbox.cloudfront import CloudFront, Settings
from cfstream.testing import SandboxState
from tests.world.clients import BotoClients, clients_for
from tests.world.transport import direct
from tests.world.watched import WatchedServer

T = TypeVar("T")


class States:
    """States of the sandbox that many tests start from. Each is made once, and restored afterwards."""

    def __init__(self, sandbox: testing.Sandbox) -> None:
        self._sandbox = sandbox
        self._saved: dict[Hashable, tuple[SandboxState, Any]] = {}

    def reach(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns when it makes the state `key`. If that state is known, restore it instead."""
        if key in self._saved:
            saved, result = self._saved[key]
            self._sandbox.restore(saved)
            known: T = result
            return known
        created = make()
        self._saved[key] = (self._sandbox.save(), created)
        return created


class Sandbox(testing.Sandbox):
    """The sandbox, its server, and clients that are not cfstream's."""

    server: WatchedServer

    def __init__(self) -> None:
        super().__init__()
        self.clients = clients_for(self.endpoint_url)
        self.states = States(self)

    def _started(self) -> WatchedServer:
        self.server = WatchedServer.start(settings=Settings(deploy_after_reads=0))
        return self.server

    @property
    def cloudfront(self) -> CloudFront:
        """The CloudFront of the caller's account."""
        return self.server.cloudfront

    @property
    def accounts(self) -> Accounts:
        """The CloudFronts of all accounts."""
        return self.server.accounts

    @property
    def edge_url(self) -> str:
        """The URL for viewers' requests."""
        return self.server.edge_url

    @property
    def writes(self) -> int:
        """How many writes it received so far."""
        return self.server.writes

    def world_at(self, clock: Clock) -> World:
        """Return the world of a run with this clock. It connects once, because making clients takes long."""
        return replace(self.world, clock=clock)

    def watched(self, look: Callable[[], None]) -> AbstractContextManager[None]:
        """Call `look` now and after every write."""
        return self.server.watched(look)


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """Return the sandbox of this process, in place of the one of `cfstream.testing`."""
    with Sandbox() as running, direct(running.server):
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return the sandbox, empty, and with the current time."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(scope="session")
def clients(running_sandbox: Sandbox) -> BotoClients:
    """Return a factory of clients for any service and region. Use `sandbox` too, or it is not emptied first."""
    return running_sandbox.clients


@pytest.fixture
def cloudfront(sandbox: Sandbox) -> Any:
    """Return a CloudFront client for the sandbox."""
    return sandbox.clients("cloudfront")


@pytest.fixture
def s3(sandbox: Sandbox) -> Any:
    """Return an S3 client for us-east-1 of the sandbox."""
    return sandbox.clients("s3")


@pytest.fixture
def sts(sandbox: Sandbox) -> Any:
    """Return an STS client for the sandbox."""
    return sandbox.clients("sts")


@pytest.fixture
def acm(sandbox: Sandbox) -> Any:
    """Return an ACM client for us-east-1 of the sandbox."""
    return sandbox.clients("acm")


@pytest.fixture
def route53(sandbox: Sandbox) -> Any:
    """Return a Route 53 client for the sandbox."""
    return sandbox.clients("route53")


@pytest.fixture
def tagging(sandbox: Sandbox) -> Any:
    """Return a tagging client for us-east-1 of the sandbox."""
    return sandbox.clients("resourcegroupstaggingapi")


@pytest.fixture
def s3control(sandbox: Sandbox) -> Any:
    """Return an S3 Control client. It puts the account before the host name, which no resolver knows; remove it."""
    client = sandbox.clients("s3control")

    def on_loopback(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    client.meta.events.register("before-sign.s3-control", on_loopback, unique_id="loopback")
    return client
