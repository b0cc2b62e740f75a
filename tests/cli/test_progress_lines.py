"""The progress lines of an apply without a terminal."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from cfstream.applying import Event, StackBegan, StepBegan, StepEnded, StepOutcome, StepProgress, StepReport
from cfstream.cli.terminal.bars import running_lines
from cfstream.cli.terminal.past_deploys import Expecting, PastDeploys
from cfstream.cli.terminal.progress import HEARTBEAT, Plain, progress_of
from cfstream.cli.terminal.streams import Terminal
from cfstream.planning import Plan
from cfstream.private_file import cache_folder
from cfstream.values import Account
from tests.unit.render.plans import NEW

PLAN = Plan(Account("123456789012"), (NEW,))
WAIT = NEW.steps[3]
KEY = ("123456789012", "lectures")


def test_a_long_step_has_a_line_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    """However often the step reports."""
    clock = [0.0]
    plain = Plain(Terminal(), lambda: clock[0])
    plain.tell(StepBegan("lectures", WAIT))
    for seconds in (1.0, HEARTBEAT, HEARTBEAT + 1, 2 * HEARTBEAT):
        clock[0] = seconds
        plain.tell(StepProgress("lectures", WAIT, "InProgress", 0.1))
    plain.tell(StepEnded("lectures", StepReport(WAIT.id, WAIT.verb, WAIT.address, StepOutcome.DONE, 61.0)))
    output = capsys.readouterr()
    assert output.out == ""
    assert [line.split("  ")[-1].strip() for line in output.err.splitlines()] == [
        "InProgress, 30 s so far",
        "InProgress, 1 min 0 s so far",
        "done in 1 min 1 s",
    ]


def test_quiet_prints_no_progress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-q keeps results and errors. Without it, a log has a line for each step."""
    for verbosity in (-1, 0):
        terminal = Terminal(verbosity)
        with progress_of(PLAN, PastDeploys(tmp_path, real_aws=True), terminal) as tell:
            tell(StackBegan(NEW))
            tell(StepBegan("lectures", WAIT))
            tell(StepEnded("lectures", StepReport(WAIT.id, WAIT.verb, WAIT.address, StepOutcome.DONE, 1.0)))
        terminal.note("a remark\n")
    out, err = capsys.readouterr()
    assert (out, err.count(" done in "), err.count("a remark")) == ("", 1, 1)


def test_a_wait_shows_how_long_it_usually_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The durations of earlier deploys are shown. Two of them are too few, if they are of other stacks."""
    past = PastDeploys(tmp_path, real_aws=True)
    for seconds in (200.0, 240.0, 1.0, 700.0):
        deploy(past, seconds, "others")
    assert past.seconds() == [200.0, 240.0, 700.0]
    clock = [0.0]
    expecting = Expecting(Plain(Terminal(), lambda: clock[0]).tell, past, lambda: clock[0])
    expecting.tell(StepBegan("lectures", WAIT))
    for clock[0] in (60.0, 900.0):
        expecting.tell(StepProgress("lectures", WAIT, "InProgress", 0.1))
    lines = [line.partition("InProgress, ")[2] for line in capsys.readouterr().err.splitlines()]
    assert lines[-2:] == [
        "usually 4 min 0 s (3 deploys), 1 min 0 s so far",
        "longer than usual: 9 of 10 took at most 10 min 8 s, 15 min 0 s so far",
    ]


def test_one_deploy_of_the_same_stack_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It counts more than all deploys of other stacks. A longer wait than ever has no bar."""
    past = PastDeploys(tmp_path, real_aws=True)
    for seconds in (200.0, 240.0, 700.0):
        deploy(past, seconds, "others")
    deploy(past, 30.0, "lectures")
    heard: list[Event] = []
    clock = [0.0]
    expecting = Expecting(heard.append, PastDeploys(tmp_path, real_aws=True), lambda: clock[0])
    expecting.tell(StepBegan("lectures", WAIT))
    for clock[0] in (15.0, 40.0):
        expecting.tell(StepProgress("lectures", WAIT, "InProgress", None))
    progress = [(each.text, each.fraction) for each in heard if isinstance(each, StepProgress)]
    assert progress == [
        ("InProgress, usually 30 s (1 deploy of this stack)", 0.5),
        ("InProgress, longer than the last time: 30 s", None),
    ]
    assert capsys.readouterr().out == ""


def test_an_interrupted_step_has_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The report names it, once, with the command that resumes."""
    plain = Plain(Terminal())
    plain.tell(StepBegan("lectures", WAIT))
    report = StepReport(WAIT.id, WAIT.verb, WAIT.address, StepOutcome.INTERRUPTED, 3.0, "interrupted")
    plain.tell(StepEnded("lectures", report))
    assert capsys.readouterr().err == ""


def deploy(past: PastDeploys, seconds: float, stack: str) -> None:
    """A wait of this duration."""
    expecting = Expecting(Plain(Terminal()).tell, past)
    expecting.tell(StepBegan(stack, WAIT))
    expecting.tell(StepEnded(stack, StepReport(WAIT.id, WAIT.verb, WAIT.address, StepOutcome.DONE, seconds)))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"seconds": 3}', '{"seconds": ["x"]}', '{"seconds": null}'])
def test_a_broken_file_of_past_deploys_counts_as_empty(tmp_path: Path, text: str) -> None:
    """The file may have any content."""
    past = PastDeploys(tmp_path, real_aws=False)
    (tmp_path / "deploys-elsewhere.json").write_text(text)
    assert past.seconds() == []
    past.add(61.0, KEY)
    assert past.seconds() == [61.0]


def test_an_unwritable_folder_is_ignored(tmp_path: Path) -> None:
    """Keeping durations is optional."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    past = PastDeploys(tmp_path / "cache", real_aws=True)
    past.add(61.0, KEY)
    assert past.seconds() == []


def test_without_a_home_no_durations_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container with an unknown user id there is no folder, and everything else works."""

    def nobody() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", nobody)
    assert cache_folder() is None
    past = PastDeploys(cache_folder(), real_aws=True)
    past.add(300.0, KEY)
    assert past.seconds() == []


@pytest.mark.parametrize(("width", "bar"), [(120, True), (80, False), (40, False)])
def test_only_a_bar_that_moves_is_shown(width: int, *, bar: bool) -> None:
    """The elapsed time is always there, and only a wide terminal has room for a bar."""
    lines = running_lines(Console(file=StringIO(), width=width))
    task = lines.add_task("wait distribution:lectures  InProgress", total=None)
    assert drawn(lines) == "0:00:00 wait distribution:lectures InProgress"
    lines.update(task, total=1.0, completed=0.5, known=True)
    assert ("━" in drawn(lines)) is bar


def drawn(lines: Progress) -> str:
    """Return what a display shows, with single spaces."""
    console = lines.console
    assert isinstance(console.file, StringIO)
    console.file.seek(0)
    console.file.truncate()
    console.print(lines.get_renderable())
    return " ".join(console.file.getvalue().split())
