"""The accounts that snapshots are taken of: those of the fault scenarios, and those of the golden plans."""

import pytest

from tests.faults.stage import Stage as FaultStage
from tests.golden.plans.stage import Stage as GoldenStage
from tests.laws.account import Account
from tests.sandboxed import Clients, WatchedSandbox


@pytest.fixture(scope="session")
def stage(server: WatchedSandbox, clients: Clients) -> FaultStage:
    """The account of the fault scenarios, furnished."""
    return FaultStage(server, clients)


@pytest.fixture
def account(server: WatchedSandbox, clients: Clients) -> Account:
    """An account with a zone, a certificate and policies, which specs may refer to."""
    return Account(server, clients)


@pytest.fixture
def golden_stage(server: WatchedSandbox, clients: Clients) -> GoldenStage:
    """The account of a golden plan, empty."""
    return GoldenStage(server, clients)
