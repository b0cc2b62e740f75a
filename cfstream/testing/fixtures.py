"""The fixtures that ``pytest_plugins = ["cfstream.testing"]`` brings."""

from collections.abc import Iterator

import pytest

from cfstream.testing.sandbox import Sandbox


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    """The sandbox of this process, for a stage that many tests share. Asking for `sandbox` would empty it."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The sandbox of this process, empty, with its clock set right."""
    running_sandbox.reset()
    return running_sandbox
