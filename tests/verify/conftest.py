"""A good stack, live in the sandbox, for each test to break."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cfstream.web import HttpViewer
from tests.verify.account import VerifiedAccount
from tests.world.sandbox import Sandbox


@pytest.fixture(scope="session")
def viewer(running_sandbox: Sandbox) -> Iterator[HttpViewer]:
    """Return a viewer whose requests all go to the sandbox's edge."""
    with HttpViewer(running_sandbox.edge_url) as viewer:
        yield viewer


@pytest.fixture
def empty(
    *,
    tmp_path: Path,
    sandbox: Sandbox,
    viewer: HttpViewer,
    s3control: Any,
) -> VerifiedAccount:
    """Return an account with the bucket and its media, and without a distribution."""
    account = VerifiedAccount(tmp_path, sandbox, viewer=viewer, s3control=s3control)
    sandbox.states.reach("media to verify", account.create_media)
    return account


@pytest.fixture
def account(empty: VerifiedAccount) -> VerifiedAccount:
    """Return the good stack: with an OAC, a key group that signs, public posters and a second behavior."""
    empty.sandbox.states.reach("good stack to verify", empty.made)
    return empty
