"""Commands use the sandbox's clock, with --sandbox and with its address, so signatures agree with its edge."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cfstream.connection import Connection
from cfstream.sandbox import Running, SandboxAt, lifecycle, sandbox_at, state_directory
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

AHEAD = 90_000.0


@pytest.fixture
def ahead(aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox of this process as the project's sandbox, with a clock that is 25 hours ahead."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv(state_directory.VARIABLE, str(home))
    monkeypatch.setattr(aws.server, "token", "known")
    lifecycle.announce(home, aws.port, "known")
    aws.cloudfront.settings.clock_ahead_seconds = AHEAD
    return aws


def is_ahead(moment: datetime) -> bool:
    """Return whether a time is that of the sandbox."""
    return abs((moment - datetime.now(UTC)).total_seconds() - AHEAD) < 3600


def test_a_run_has_the_time_of_the_sandbox(ahead: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signatures, rotations and plans use it, also in a shell with the variables of `cfstream sandbox up`."""
    assert is_ahead(Connection(sandbox=True).world().clock.now())
    assert is_ahead(Connection(endpoint_url=ahead.endpoint_url).world().clock.now())
    monkeypatch.setenv("AWS_ENDPOINT_URL", ahead.endpoint_url)
    assert is_ahead(Connection().clock().now())


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:1", "http://127.0.0.1", "https://aws.example.com"])
def test_other_addresses_have_the_time_of_this_machine(address: str) -> None:
    """Nothing listens there, or it is not on this machine and is not asked."""
    assert sandbox_at(address) == SandboxAt()


@pytest.mark.parametrize(
    ("project", "noted"), [("elsewhere", True), ("", False), (".", False), ("..", False)]
)
def test_the_sandbox_of_another_project_is_named(
    cfstream: Run, aws: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str, noted: bool
) -> None:
    """The variables of a shell may be those of another project. A folder of the project is none."""
    monkeypatch.chdir(tmp_path)
    place = str((tmp_path / project).resolve()) if project else ""
    monkeypatch.setattr(aws.server, "project", place)
    note = f"note: AWS_ENDPOINT_URL is the sandbox of another project: {place}\n"
    assert cfstream("list").err == note * noted


def test_another_sandbox_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --sandbox, a command uses the sandbox of the folder, and other programs the one of the environment."""
    chosen = Running("http://127.0.0.1:5001", 1, Path())
    monkeypatch.setattr("cfstream.sandbox.ensure", lambda _: chosen)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    for address, noted in (
        (chosen.endpoint_url, False),
        ("http://127.0.0.1:5002", True),
        ("https://a.example.com", False),
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        notes: list[str] = []
        Connection(sandbox=True, on_complaint=notes.append).running()
        assert [address in note for note in notes] == [True] * noted


def test_a_sandbox_knows_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One in a directory that a flag or a variable names belongs to no project."""
    monkeypatch.delenv(state_directory.VARIABLE, raising=False)
    usual = state_directory.find(tmp_path)
    assert state_directory.project_of(usual, tmp_path) == str(tmp_path.resolve())
    assert state_directory.project_of(tmp_path, tmp_path) == ""
    monkeypatch.setenv(state_directory.VARIABLE, str(tmp_path))
    assert state_directory.project_of(tmp_path, tmp_path) == ""


def test_the_edge_is_that_of_the_sandbox(ahead: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that an earlier sandbox has left in the shell does not count."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", "http://127.0.0.1:1")
    assert Connection(sandbox=True).edge() == ahead.edge_url
    assert Connection(sandbox=True, edge_url="http://127.0.0.1:2").edge() == "http://127.0.0.1:2"
    assert Connection(endpoint_url=ahead.endpoint_url).edge() == "http://127.0.0.1:1"


def test_its_answers_have_its_time(ahead: Sandbox) -> None:
    """The header Date shows the difference between the clocks."""
    date = httpx.get(ahead.endpoint_url).headers["Date"]
    assert is_ahead(datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC))


def test_doctor_compares_the_clock_of_the_run(cfstream: Run, ahead: Sandbox) -> None:
    """The clocks agree, with --sandbox and with the variables of its shell."""
    assert "clock agrees with that of AWS" in " ".join(cfstream("doctor", "--sandbox").out.split())
    assert "clock agrees with that of AWS" in " ".join(cfstream("doctor").out.split())


@pytest.mark.usefixtures("ahead")
def test_an_invalid_setting_has_a_valid_example(cfstream: Run) -> None:
    """The example has the form of the command line."""
    result = cfstream("sandbox", "set", "clock_ahead_seconds=abc")
    assert (result.code, "fix: write clock_ahead_seconds=90000.0" in result.err) == (2, True)


@pytest.mark.usefixtures("ahead")
def test_explain_judges_by_the_time_of_the_sandbox(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL that this machine signed for an hour has expired there. One signed with its clock has not."""
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
    there = cfstream(*sign, "--sandbox")
    with monkeypatch.context() as elsewhere:
        elsewhere.delenv("AWS_ENDPOINT_URL")
        here = cfstream(*sign)
    assert "expired" in cfstream("explain", here.out.strip(), "--sandbox").out
    assert "expired" not in cfstream("explain", there.out.strip(), "--sandbox").out


def test_the_other_sandboxes_of_the_user_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of other projects that run, and not the own one."""
    homes = [tmp_path / name for name in ("one", "own", "stopped")]
    monkeypatch.setattr(state_directory, "usual_homes", lambda: homes)
    monkeypatch.setattr(
        lifecycle,
        "status",
        lambda home: None if home.name == "stopped" else Running("http://127.0.0.1:1", 1, home),
    )
    found = lifecycle.others(tmp_path / "own")
    assert [(running.home.name, project) for running, project in found] == [("one", "")]
