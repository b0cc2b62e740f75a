"""With --sandbox the time is the sandbox's: what commands say of signatures is what its edge does."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cfstream.connection import Connection
from cfstream.sandbox import homes, lifecycle
from cfstream.sandbox.server import Sandbox
from tests.cli.conftest import Ran

Run = Callable[..., Ran]

AHEAD = 90_000.0


@pytest.fixture
def ahead(aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox of this process, found as the project's, with a clock that is 25 hours ahead."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv(homes.VARIABLE, str(home))
    monkeypatch.setattr(aws, "token", "known")
    lifecycle.announce(home, int(aws.endpoint_url.rpartition(":")[2]), "known")
    aws.cloudfront.settings.clock_ahead_seconds = AHEAD
    return aws


def is_ahead(moment: datetime) -> bool:
    """Whether a time is that of the sandbox, and not of this machine."""
    return abs((moment - datetime.now(UTC)).total_seconds() - AHEAD) < 3600


def test_a_run_has_the_time_of_the_sandbox(ahead: Sandbox) -> None:
    """Rotations and plans are told that time; a run that only has the same address has this machine's."""
    assert is_ahead(Connection(sandbox=True).world().clock.now())
    assert not is_ahead(Connection(endpoint_url=ahead.endpoint_url).world().clock.now())


def test_its_answers_bear_its_time(ahead: Sandbox) -> None:
    """By the header Date whoever asks can tell how far the clocks are apart."""
    date = httpx.get(ahead.endpoint_url).headers["Date"]
    assert is_ahead(datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC))


def test_doctor_compares_the_clock_of_the_run(cfstream: Run, ahead: Sandbox) -> None:
    """In the sandbox it is right; another run that asks the same address is behind, and is told so."""
    assert "clock agrees with that of AWS" in " ".join(cfstream("doctor", "--sandbox").out.split())
    assert " s behind that of AWS" in " ".join(cfstream("doctor").out.split())


@pytest.mark.usefixtures("ahead")
def test_a_setting_that_does_not_fit_is_told_with_one_that_does(cfstream: Run) -> None:
    """As it is written on the command line."""
    ran = cfstream("sandbox", "set", "clock_ahead_seconds=abc")
    assert (ran.code, "fix: write clock_ahead_seconds=90000.0" in ran.err) == (2, True)


@pytest.mark.usefixtures("ahead")
def test_explain_judges_by_the_time_of_the_sandbox(cfstream: Run, tmp_path: Path) -> None:
    """A URL for an hour of this machine's has expired there, and one that was signed there has not."""
    assert cfstream("keys", "new", "k", "--dir", str(tmp_path)).code == 0
    sign = (
        "sign",
        "https://media.example.com/a",
        "--key",
        str(tmp_path / "k.pem"),
        "--key-id",
        "K1",
        "--expires",
        "1h",
    )
    here, there = cfstream(*sign), cfstream(*sign, "--sandbox")
    assert "expired" in cfstream("explain", here.out.strip(), "--sandbox").out
    assert "expired" not in cfstream("explain", there.out.strip(), "--sandbox").out
