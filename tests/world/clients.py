"""boto3's clients, as programs other than cfstream use them."""

import functools
from typing import Any

import boto3
from botocore.config import Config

ONCE = Config(retries={"total_max_attempts": 1})


class BotoClients:
    """Clients for one endpoint and access key. Each is made once, because that takes longer than most tests."""

    def __init__(self, endpoint_url: str, access_key: str) -> None:
        self._endpoint_url = endpoint_url
        self._session: Any = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key="any")
        self._made: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in self._made:
            self._made[service, region] = self._session.client(
                service, region, endpoint_url=self._endpoint_url, config=ONCE
            )
        return self._made[service, region]


@functools.cache
def clients_for(endpoint_url: str, access_key: str = "any") -> BotoClients:
    """Return the clients for a sandbox. An account's number as the access key selects that account."""
    return BotoClients(endpoint_url, access_key)
