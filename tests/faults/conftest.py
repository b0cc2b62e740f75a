"""One runner for all scenarios of a process."""

import pytest

from tests.faults.running import ScenarioRunner
from tests.world.sandbox import BotoClients
from tests.world.watched import WatchedSandbox


@pytest.fixture(scope="session")
def runner(server: WatchedSandbox, clients: BotoClients) -> ScenarioRunner:
    """The runner, with the account prepared."""
    return ScenarioRunner(server, clients)
