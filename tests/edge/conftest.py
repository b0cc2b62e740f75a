"""A stage for each test: an empty sandbox with a bucket in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from cfstream.sandbox.server import Sandbox
from tests.edge.stage import Stage


@pytest.fixture
def bare(sandbox: Sandbox, s3: Any, cloudfront: Any) -> Iterator[Stage]:
    """A stage without a bucket."""
    stage = Stage(sandbox, s3, cloudfront)
    yield stage
    stage.close()


@pytest.fixture
def stage(bare: Stage) -> Stage:
    """A stage with the bucket as AWS makes it: ownership enforced, all public access blocked."""
    bare.bucket()
    return bare
