"""One sandbox in this process, emptied for each test that uses it, and boto3 clients for it."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from cfstream.ports import World
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.server import Sandbox
from tests.world.running import world_of
from tests.world.transport import direct
from tests.world.watched import WatchedSandbox

T = TypeVar("T")

CREDENTIALS: Any = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
ONCE = Config(retries={"total_max_attempts": 1})


class States:
    """States of the sandbox that many tests start from. Each is made once, and restored afterwards."""

    def __init__(self, sandbox: WatchedSandbox) -> None:
        self._sandbox = sandbox
        self._saved: dict[Hashable, tuple[bytes, Any]] = {}

    def reach(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns when it makes the state `key`. If that state is known, restore it instead."""
        if key in self._saved:
            saved, result = self._saved[key]
            self._sandbox.restore(saved)
            known: T = result
            return known
        made = make()
        self._saved[key] = (self._sandbox.save(), made)
        return made


@pytest.fixture(scope="session")
def server() -> Iterator[WatchedSandbox]:
    """Return a sandbox in this process, in which a write is Deployed at once."""
    with WatchedSandbox.start(settings=Settings(deploy_after_reads=0)) as sandbox, direct(sandbox):
        yield sandbox


@pytest.fixture
def sandbox(server: WatchedSandbox) -> WatchedSandbox:
    """Return the sandbox, empty."""
    server.reset()
    return server


@pytest.fixture(scope="session")
def connected(server: WatchedSandbox) -> World:
    """Return the world of a run, connected once, because creating clients takes longer than most tests."""
    return world_of(server)


@pytest.fixture(scope="session")
def states(server: WatchedSandbox) -> States:
    """Return the states that tests of this process share."""
    return States(server)


class BotoClients:
    """boto3 clients for one endpoint. Each is created once, because that takes longer than most tests."""

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
    """Return a factory of clients for any service and region. Use `sandbox` too, or it is not emptied first."""
    return BotoClients(server.endpoint_url)


@pytest.fixture
def cloudfront(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return a CloudFront client for the sandbox."""
    return clients("cloudfront")


@pytest.fixture
def s3(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return an S3 client for us-east-1 of the sandbox."""
    return clients("s3")


@pytest.fixture
def sts(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return an STS client for the sandbox."""
    return clients("sts")


@pytest.fixture
def acm(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return an ACM client for us-east-1 of the sandbox."""
    return clients("acm")


@pytest.fixture
def route53(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return a Route 53 client for the sandbox."""
    return clients("route53")


@pytest.fixture
def tagging(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return a tagging client for us-east-1 of the sandbox."""
    return clients("resourcegroupstaggingapi")


@pytest.fixture
def s3control(sandbox: Sandbox, clients: BotoClients) -> Any:
    """Return an S3 Control client. It puts the account before the host name, which no resolver knows; remove it."""
    client = clients("s3control")

    def on_loopback(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    client.meta.events.register("before-sign.s3-control", on_loopback, unique_id="loopback")
    return client
