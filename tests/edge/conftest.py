"""A sandbox for each test, empty or with a bucket."""

from collections.abc import Iterator
from typing import Any

import pytest

from cfstream.sandbox.server import Sandbox
from tests.edge.stage import Stage


@pytest.fixture
def bare(sandbox: Sandbox, s3: Any, cloudfront: Any) -> Iterator[Stage]:
    """A sandbox without a bucket."""
    stage = Stage(sandbox, s3, cloudfront)
    yield stage
    stage.close()


@pytest.fixture
def stage(bare: Stage) -> Stage:
    """A sandbox with a bucket that has AWS's defaults: ownership enforced, all public access blocked."""
    bare.bucket()
    return bare
