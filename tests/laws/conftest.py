"""Settings of hypothesis, and the account of the laws."""

import pytest
from hypothesis import settings

from cfstream.sandbox.server import Sandbox
from tests.laws.account import LawsAccount
from tests.thorough import examples
from tests.world.sandbox import BotoClients

# The same examples in every run, and no clock: a law holds or it does not, on a slow machine too.
settings.register_profile("laws", max_examples=examples(50), derandomize=True, deadline=None, database=None)
settings.load_profile("laws")


@pytest.fixture(scope="session")
def account(server: Sandbox, clients: BotoClients) -> LawsAccount:
    """The account of the laws. Each example resets it."""
    return LawsAccount(server, clients)
