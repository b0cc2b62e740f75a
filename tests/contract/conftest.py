"""One sandbox for all contract tests, emptied before each, and boto3 clients for it.

A claim that stock moto gets wrong takes `strict_s3` or `strict_cloudfront`: it runs against the sandbox and,
as a strict xfail, against stock moto, so that we notice when moto catches up.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from cfstream.sandbox.cloudfront import Settings
from cfstream.sandbox.server import ACCOUNT, Sandbox

CREDENTIALS: Any = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
ONCE = Config(retries={"total_max_attempts": 1})

HERE_AND_STOCK = [
    "sandbox",
    pytest.param("moto", marks=pytest.mark.xfail(strict=True, reason="stock moto lets this pass")),
]


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    """A sandbox in this process, in which a write is Deployed at once."""
    with Sandbox.start(settings=Settings(deploy_after_reads=0)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The sandbox, empty."""
    server.reset()
    return server


class Clients:
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
def clients(server: Sandbox) -> Clients:
    """Makes clients, for any service and region. Ask for `sandbox` too, or it is not emptied first."""
    return Clients(server.endpoint_url)


@pytest.fixture
def cloudfront(sandbox: Sandbox, clients: Clients) -> Any:
    """A CloudFront client for the sandbox."""
    return clients("cloudfront")


@pytest.fixture
def s3(sandbox: Sandbox, clients: Clients) -> Any:
    """An S3 client for us-east-1 of the sandbox."""
    return clients("s3")


@pytest.fixture
def sts(sandbox: Sandbox, clients: Clients) -> Any:
    """An STS client for the sandbox."""
    return clients("sts")


@pytest.fixture
def acm(sandbox: Sandbox, clients: Clients) -> Any:
    """An ACM client for us-east-1 of the sandbox."""
    return clients("acm")


@pytest.fixture
def tagging(sandbox: Sandbox, clients: Clients) -> Any:
    """A tagging client for us-east-1 of the sandbox."""
    return clients("resourcegroupstaggingapi")


@pytest.fixture
def s3control(sandbox: Sandbox, clients: Clients) -> Any:
    """S3 Control puts the account before the endpoint's host name, which no resolver knows: it is taken off
    again.
    """
    client = clients("s3control")

    def on_loopback(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"//{ACCOUNT}.", "//")

    client.meta.events.register("before-sign.s3-control", on_loopback, unique_id="loopback")
    return client


@pytest.fixture(params=HERE_AND_STOCK)
def strict_s3(request: pytest.FixtureRequest) -> Iterator[Any]:
    """S3 of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("s3", request)


@pytest.fixture(params=HERE_AND_STOCK)
def strict_cloudfront(request: pytest.FixtureRequest) -> Iterator[Any]:
    """CloudFront of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("cloudfront", request)


def _here_or_stock(service: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "sandbox":
        yield request.getfixturevalue(service)
        return
    with mock_aws():
        session: Any = boto3.Session()
        yield session.client(service, "us-east-1", config=ONCE, **CREDENTIALS)
