"""Sandboxes in processes of their own, which end with the test that started them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from cfstream.sandbox import Running, lifecycle


@pytest.fixture(autouse=True)
def no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox of these tests is found by folder, whatever the environment of who runs them."""
    monkeypatch.delenv(lifecycle.HOME_VARIABLE, raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's folder, with a space in its name."""
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def up() -> Iterator[Callable[[Path], Running]]:
    """Starts the sandbox of a project, as `lifecycle.up` does; it is ended after the test."""
    homes: set[Path] = set()

    def start(project: Path) -> Running:
        home = lifecycle.find_home(project)
        homes.add(home)
        return lifecycle.up(home)

    yield start
    for home in homes:
        lifecycle.down(home)


@pytest.fixture
def client() -> Callable[[Running, str], Any]:
    """Makes a client for a service of a running sandbox."""

    def make(running: Running, service: str) -> Any:
        session: Any = boto3.Session("any", "any", region_name="us-east-1")
        return session.client(service, endpoint_url=running.endpoint_url)

    return make
