"""One sandbox in this process, emptied for each test that asks for it, and boto3 clients for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.server import ACCOUNT, Sandbox
from tests.world.transport import direct

CREDENTIALS: Any = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
ONCE = Config(retries={"total_max_attempts": 1})


class WatchedSandbox(Sandbox):
    """A sandbox that can be looked at after every write that reaches it, before the writer gets the reply."""

    _watchers: tuple[Callable[[], None], ...] = ()

    def written(self) -> None:
        super().written()
        with self._routes.lock:
            for look in self._watchers:
                look()

    @contextmanager
    def watched(self, look: Callable[[], None]) -> Iterator[None]:
        """Calls `look` now and after every write."""
        with self._routes.lock:
            look()
        self._watchers = (*self._watchers, look)
        try:
            yield
        finally:
            self._watchers = tuple(each for each in self._watchers if each is not look)


@pytest.fixture(scope="session")
def server() -> Iterator[WatchedSandbox]:
    """A sandbox in this process, in which a write is Deployed at once."""
    with WatchedSandbox.start(settings=Settings(deploy_after_reads=0)) as sandbox, direct(sandbox):
        yield sandbox


@pytest.fixture
def sandbox(server: WatchedSandbox) -> WatchedSandbox:
    """The sandbox, empty."""
    server.reset()
    return server


class BotoClients:
    """boto3 clients for one endpoint, each made once: making one takes longer than most tests."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._session: Any = boto3.Session()
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in self._made:
            self._made[service, region] = self._session.client(
                service, region, endpoint_url=self._endpoint_url, config=ONCE, **CREDENTIALS
            )
        return self._made[service, region]


@pytest.fixture(scope="session")
def clients(server: Sandbox) -> BotoClients:
    """Makes clients, for any service and region. Ask for `sandbox` too, or it is not emptied first."""
    return BotoClients(server.endpoint_url)


@pytest.fixture
def cloudfront(sandbox: Sandbox, clients: BotoClients) -> Any:
    """A CloudFront client for the sandbox."""
    return clients("cloudfront")


@pytest.fixture
def s3(sandbox: Sandbox, clients: BotoClients) -> Any:
    """An S3 client for us-east-1 of the sandbox."""
    return clients("s3")


@pytest.fixture
def sts(sandbox: Sandbox, clients: BotoClients) -> Any:
    """An STS client for the sandbox."""
    return clients("sts")


@pytest.fixture
def acm(sandbox: Sandbox, clients: BotoClients) -> Any:
    """An ACM client for us-east-1 of the sandbox."""
    return clients("acm")


@pytest.fixture
def route53(sandbox: Sandbox, clients: BotoClients) -> Any:
    """A Route 53 client for the sandbox."""
    return clients("route53")


@pytest.fixture
def tagging(sandbox: Sandbox, clients: BotoClients) -> Any:
    """A tagging client for us-east-1 of the sandbox."""
    return clients("resourcegroupstaggingapi")


@pytest.fixture
def s3control(sandbox: Sandbox, clients: BotoClients) -> Any:
    """S3 Control puts the account before the endpoint's host name, which no resolver knows: it is taken off
    again.
    """
    client = clients("s3control")

    def on_loopback(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    client.meta.events.register("before-sign.s3-control", on_loopback, unique_id="loopback")
    return client
