"""One runner for all scenarios of a process."""

import pytest

from tests.faults.running import ScenarioRunner
from tests.world.sandbox import Sandbox


@pytest.fixture(scope="session")
def runner(running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> ScenarioRunner:
    """The runner, with the account prepared."""
    return ScenarioRunner(tmp_path_factory.mktemp("scenarios"), running_sandbox)
