"""Who is notified of an apply: programs, by events, and a command that the user names."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cfstream.cli.terminal.past_deploys import PastDeploys
from cfstream.private_file import cache_folder
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = "version: 1\nname: {name}\nbucket: {{name: {name}-media, create: true}}\ntrusted_signers: [self]\n"


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox) -> Path:
    """A folder with two specs that are not applied. It is the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = Path("specs")
    folder.mkdir()
    for name in ("lectures", "news"):
        (folder / f"{name}.yaml").write_text(SPEC.format(name=name))
    return folder


def events(result: Result) -> list[dict[str, Any]]:
    """Return the events that a run printed, one per line."""
    return [json.loads(line) for line in result.out.splitlines()]


def test_events_of_a_run(cfstream: Run, specs: Path) -> None:
    """Each stack and each of its steps begins and ends. The report is the last event."""
    result = cfstream("apply", "specs", "--yes", "--format", "ndjson")
    found = events(result)
    assert (result.code, found[0]["event"], found[-1]["event"]) == (0, "planned", "reported")
    for name in ("lectures", "news"):
        of_stack = [event for event in found if event.get("stack") == name]
        assert [of_stack[0]["event"], of_stack[-1]["event"]] == ["stack-began", "stack-ended"]
        ended = [event["step"] for event in of_stack if event["event"] == "step-ended"]
        assert ended == of_stack[0]["steps"]
        assert ended == [event["step"] for event in of_stack if event["event"] == "step-began"]
    times = [datetime.fromisoformat(event["at"]) for event in found]
    assert all(time.utcoffset() is not None for time in times)
    assert times == sorted(times)
    report = json.loads(cfstream("apply", "specs", "--format", "json").out)
    assert [stack["outputs"] for stack in found[-1]["stacks"]] == [
        stack["outputs"] for stack in report["stacks"]
    ]


def test_a_stack_that_is_left_out_is_an_event_too(cfstream: Run, specs: Path) -> None:
    """None of its steps begins, its end has the reason, and the last event has the exit code."""
    cfstream("apply", "specs", "--yes", "-q")
    for spec in specs.iterdir():
        spec.write_text(spec.read_text() + "enabled: false\n")
    result = cfstream("apply", "specs", "--yes", "--format", "ndjson")
    found = events(result)
    assert [event["event"] for event in found] == ["planned", "stack-ended", "stack-ended", "reported"]
    assert {event["why"] for event in found[1:3]} == {"hazards not allowed: cuts-viewers"}
    assert (result.code, found[-1]["exit_code"]) == (5, 5)


def test_the_command_gets_the_report(cfstream: Run, specs: Path) -> None:
    """The report is on its stdin. Its environment has the exit code and the stacks. Its arguments do not change."""
    command = 'cat > run.json; echo "$CFSTREAM_EXIT_CODE $CFSTREAM_STACKS" > run.txt'
    result = cfstream("apply", "specs", "--yes", "--format", "json", "--notify", command)
    assert Path("run.txt").read_text() == "0 lectures=applied news=applied\n"
    assert json.loads(Path("run.json").read_text()) == json.loads(result.out)


def test_a_failed_command_changes_nothing(cfstream: Run, specs: Path) -> None:
    """The failure is reported, and the exit code of the run stays."""
    result = cfstream("apply", "specs", "--yes", "-q", "--notify", "echo no bell here >&2; exit 3")
    assert (result.code, result.err) == (0, "note: --notify: the command exited with 3: no bell here\n")


def test_no_command_is_called_when_there_was_nothing_to_do(cfstream: Run, specs: Path) -> None:
    """An empty plan runs no command. An empty command is an error."""
    cfstream("apply", "specs", "--yes", "-q")
    result = cfstream("apply", "specs", "--yes", "--notify", "touch run.txt")
    assert (result.code, Path("run.txt").exists()) == (0, False)
    assert cfstream("apply", "specs", "--notify", " ").code == 2


def test_the_command_runs_after_a_wait(cfstream: Run, specs: Path, aws: Sandbox) -> None:
    """`wait` also runs the command, in time or after a timeout."""
    cfstream("apply", "specs", "--yes", "-q")
    command = 'echo "$CFSTREAM_EXIT_CODE $CFSTREAM_STACKS" > run.txt'
    assert cfstream("wait", "specs", "--notify", command).code == 0
    assert Path("run.txt").read_text() == "0 lectures=deployed news=deployed\n"
    aws.cloudfront.settings.deploy_after_seconds = 3600
    (specs / "news.yaml").write_text((specs / "news.yaml").read_text() + "comment: News\n")
    cfstream("apply", "specs", "--yes", "--no-wait", "-q")
    assert cfstream("wait", "specs", "--timeout", "1s", "--notify", command).code == 6
    assert Path("run.txt").read_text() == "6 lectures=deployed news=pending\n"
    aws.cloudfront.settings.deploy_after_seconds = 0


def test_a_wait_shows_how_long_deploys_take(cfstream: Run, specs: Path, aws: Sandbox) -> None:
    """The display of a wait uses the durations of earlier deploys."""
    cfstream("apply", "specs", "--yes", "-q")
    past = PastDeploys(cache_folder(), real_aws=False)
    for _ in range(3):
        past.add(240.0, ("123456789012", "another"))
    aws.cloudfront.settings.deploy_after_seconds = 3600
    (specs / "news.yaml").write_text((specs / "news.yaml").read_text() + "comment: News\n")
    cfstream("apply", "specs", "--yes", "--no-wait", "-q")
    assert "InProgress, usually 4 min 0 s (" in cfstream("wait", "specs", "--timeout", "1s").err
    aws.cloudfront.settings.deploy_after_seconds = 0
