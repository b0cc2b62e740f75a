"""The fixtures of ``pytest_plugins = ["cfstream.testing"]``."""

from collections.abc import Iterator

import pytest

from cfstream.testing.sandbox import Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """The sandbox of this process, for a set-up that many tests share. Using `sandbox` as well would empty it."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The sandbox of this process, empty, and with the current time."""
    running_sandbox.reset()
    return running_sandbox
