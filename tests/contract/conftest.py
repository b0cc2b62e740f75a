"""Fixtures of contract tests: clients for the sandbox and, as a strict xfail, for stock moto.

A claim that stock moto gets wrong uses `strict_s3` or a similar fixture, so that a fix in moto is noticed.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.contract.claims import identity, make_bucket
from tests.world.batch import KEYS, MEDIA, REPORTS, make_role
from tests.world.clients import ONCE, BotoClients

HERE_AND_STOCK = [
    "sandbox",
    pytest.param("moto", marks=pytest.mark.xfail(strict=True, reason="stock moto lets this pass")),
]


@pytest.fixture(params=HERE_AND_STOCK)
def strict_s3(request: pytest.FixtureRequest) -> Iterator[Any]:
    """S3 of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("s3", request)


@pytest.fixture(params=HERE_AND_STOCK)
def strict_cloudfront(request: pytest.FixtureRequest) -> Iterator[Any]:
    """CloudFront of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("cloudfront", request)


@pytest.fixture(params=HERE_AND_STOCK)
def strict_route53(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Route 53 of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("route53", request)


@pytest.fixture(params=HERE_AND_STOCK)
def strict_acm(request: pytest.FixtureRequest) -> Iterator[Any]:
    """ACM of the sandbox, and of stock moto as a strict xfail."""
    yield from _here_or_stock("acm", request)


def _here_or_stock(service: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "sandbox":
        yield request.getfixturevalue(service)
        return
    with mock_aws():
        session: Any = boto3.Session(aws_access_key_id="any", aws_secret_access_key="any")
        yield session.client(service, "us-east-1", config=ONCE)


@pytest.fixture
def user(s3: Any, cloudfront: Any, clients: BotoClients) -> str:
    """Make buckets, objects and a role, and return the canonical user of an identity."""
    make_bucket(s3, MEDIA, "ObjectWriter")
    make_bucket(s3, REPORTS)
    for key in KEYS:
        s3.put_object(Bucket=MEDIA, Key=key, Body=b"-")
    make_role(clients("iam"))
    return str(identity(cloudfront)["S3CanonicalUserId"])
