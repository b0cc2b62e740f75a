"""Settings of hypothesis, and the account of the laws."""

import pytest
from hypothesis import settings

from tests.thorough import examples
from tests.world.account import SandboxAccount
from tests.world.sandbox import Sandbox

# The same examples in every run, and no clock: a law holds or it does not, on a slow machine too.
settings.register_profile("laws", max_examples=examples(50), derandomize=True, deadline=None, database=None)
settings.load_profile("laws")


@pytest.fixture(scope="session")
def account(running_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> SandboxAccount:
    """The account of the laws. Each example starts from the same state."""
    return SandboxAccount(tmp_path_factory.mktemp("laws"), running_sandbox)
