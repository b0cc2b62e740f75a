"""A sandbox for each test, empty or with a bucket."""

from collections.abc import Iterator

import pytest

from tests.edge.site import EdgeSite
from tests.world.sandbox import Sandbox


@pytest.fixture
def bare(sandbox: Sandbox) -> Iterator[EdgeSite]:
    """A sandbox without a bucket."""
    site = EdgeSite(sandbox)
    yield site
    site.close()


@pytest.fixture
def site(bare: EdgeSite) -> EdgeSite:
    """A sandbox with a bucket that has AWS's defaults: ownership enforced, all public access blocked."""
    bare.create_bucket()
    return bare
