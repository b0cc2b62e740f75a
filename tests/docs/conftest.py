"""The program, and a sandbox in place of AWS with an edge for viewers."""

import pytest

from cfstream.sandbox.server import Sandbox
from tests.cli.conftest import aws, cfstream, server
from tests.docs.manual import site

__all__ = ["aws", "cfstream", "edge", "server", "site"]


@pytest.fixture
def edge(aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, also for the requests of viewers."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", aws.endpoint_url)
    return aws
