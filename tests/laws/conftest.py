"""Settings of hypothesis, and the account of the laws."""

import pytest
from hypothesis import settings

from tests.laws.account import LawsAccount
from tests.thorough import examples
from tests.world.sandbox import Sandbox

# The same examples in every run, and no clock: a law holds or it does not, on a slow machine too.
settings.register_profile("laws", max_examples=examples(50), derandomize=True, deadline=None, database=None)
settings.load_profile("laws")


@pytest.fixture(scope="session")
def account(running_sandbox: Sandbox) -> LawsAccount:
    """The account of the laws. Each example resets it."""
    return LawsAccount(running_sandbox)
