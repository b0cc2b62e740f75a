"""Fixtures: the command line, and a sandbox with an edge in place of AWS."""

import pytest

from tests.cli.conftest import aws, cfstream
from tests.docs.manual import site
from tests.world.sandbox import Sandbox

__all__ = ["aws", "cfstream", "edge", "site"]


@pytest.fixture
def edge(aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, to which viewers' requests are sent too."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", aws.endpoint_url)
    return aws
