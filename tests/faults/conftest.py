"""One stage for all plays of a process."""

import pytest

from cfstream.sandbox.server import Sandbox
from tests.faults.stage import Stage
from tests.sandboxed import Clients


@pytest.fixture(scope="session")
def stage(server: Sandbox, clients: Clients) -> Stage:
    """The stage, furnished."""
    return Stage(server, clients)
