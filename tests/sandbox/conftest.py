"""Sandboxes in their own processes, which end with the test that started them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cfstream.sandbox import Running, lifecycle, state_directory


@pytest.fixture(autouse=True)
def own_state_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test its own state directory, regardless of the user's environment."""
    monkeypatch.delenv(state_directory.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder with a space in its name."""
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def up() -> Iterator[Callable[[Path], Running]]:
    """Return a function that starts the sandbox of a project like `lifecycle.up`. It ends after the test."""
    started: set[Path] = set()

    def start(project: Path) -> Running:
        home = state_directory.find(project)
        started.add(home)
        return lifecycle.up(home)

    yield start
    for home in started:
        lifecycle.down(home)


@pytest.fixture
def client() -> Callable[[Running, str], Any]:
    """Return a function that creates a client for a service of a running sandbox."""

    def make(running: Running, service: str) -> Any:
        session: Any = boto3.Session("any", "any", region_name="us-east-1")
        return session.client(service, endpoint_url=running.endpoint_url)

    return make
