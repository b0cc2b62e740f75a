"""The accounts of snapshots: those of the fault scenarios, and those of the golden plans."""

import pytest

from tests.faults.running import ScenarioRunner as FaultStage
from tests.golden.plans.account import GoldenAccount as GoldenStage
from tests.laws.account import LawsAccount
from tests.world.sandbox import BotoClients
from tests.world.watched import WatchedSandbox


@pytest.fixture(scope="session")
def runner(server: WatchedSandbox, clients: BotoClients) -> FaultStage:
    """The account of the fault scenarios, prepared."""
    return FaultStage(server, clients)


@pytest.fixture
def account(server: WatchedSandbox, clients: BotoClients) -> LawsAccount:
    """An account with a zone, a certificate and policies, to which specs may refer."""
    return LawsAccount(server, clients)


@pytest.fixture
def golden_account(server: WatchedSandbox, clients: BotoClients) -> GoldenStage:
    """The account of a golden plan, empty."""
    return GoldenStage(server, clients)
