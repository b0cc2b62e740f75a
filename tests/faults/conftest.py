"""One stage for all plays of a process."""

import pytest

from tests.faults.stage import Stage
from tests.sandboxed import Clients, WatchedSandbox


@pytest.fixture(scope="session")
def stage(server: WatchedSandbox, clients: Clients) -> Stage:
    """The stage, furnished."""
    return Stage(server, clients)
