"""`apply` on a terminal: the question, the colours, the live lines, and Ctrl-C."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cfstream.sandbox.server import Sandbox

SPEC = """\
version: 1
name: lectures
bucket: {name: lectures-media, create: true}
trusted_signers: [self]
"""


def at_terminal(
    *arguments: str, answer: str = "", interrupt_at: str = "", **environment: str
) -> tuple[int, str]:
    """The exit code, and all that a terminal of 80 columns showed.

    `answer` is typed when the question comes; SIGINT is sent when `interrupt_at` has appeared.
    """
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cfstream", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80", **environment},
    )
    os.close(theirs)
    shown, asked, interrupted = b"", not answer, not interrupt_at
    while chunk := _read(ours):
        shown += chunk
        if not asked and b"Type yes to apply: " in shown:
            asked = True
            os.write(ours, answer.encode() + b"\n")
        if not interrupted and interrupt_at.encode() in shown:
            interrupted = True
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO where others say end of file
        return b""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: Sandbox) -> Path:
    """A spec of a stack that is not live yet; the processes started stand in its folder."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("lectures.yaml")
    path.write_text(SPEC)
    return path


def is_pending() -> bool:
    """Whether a plan still has steps."""
    return at_terminal("plan", "--check", "lectures.yaml")[0] == 3


@pytest.mark.parametrize("answer", ["y", " "])
def test_only_yes_is_a_yes(spec: Path, answer: str) -> None:
    """Anything else leaves the account as it was."""
    code, shown = at_terminal("apply", "lectures.yaml", answer=answer, NO_COLOR="1")
    assert code == 1
    assert "error: not applied: the answer was not yes\n" in shown
    assert is_pending()


def test_after_a_yes_the_steps_run_and_the_report_follows(spec: Path) -> None:
    """Each step leaves a line; the bar is gone at the end."""
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes")
    assert code == 0, shown
    assert shown.count(" done in ") == 5
    assert shown.endswith("\x1b[1;32mApplied.\x1b[0m 3 created, 1 granted.\n")
    assert not is_pending()


def test_ctrl_c_ends_the_write_under_way_and_reports(spec: Path, aws: Sandbox) -> None:
    """Steps that were done stay done, the wait is reported as interrupted, and the next run resumes."""
    aws.cloudfront.settings.deploy_after_seconds = 3600
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes", interrupt_at="InProgress", NO_COLOR="1")
    assert code == 130
    assert "error: distribution:lectures: interrupted\n" in shown
    assert "\n  interrupted: wait distribution:lectures\n" in shown
    assert "Not everything was applied. 3 created, 1 granted.\n" in shown
    assert "Traceback" not in shown
    aws.cloudfront.settings.deploy_after_seconds = 0
    assert not is_pending()


def test_ctrl_c_at_the_question_writes_nothing(spec: Path) -> None:
    """Nobody said yes."""
    code, shown = at_terminal("apply", "lectures.yaml", interrupt_at="Type yes to apply: ", NO_COLOR="1")
    assert code == 130
    assert shown.endswith("\nerror: interrupted\n"), "on a line of its own"
    assert is_pending()


@pytest.mark.parametrize(
    ("flags", "environment"), [((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "dumb"})]
)
def test_who_wants_no_colours_gets_none(
    spec: Path, flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    """NO_COLOR, --no-color and a dumb terminal each turn all escape codes off, and all of it is ASCII."""
    code, shown = at_terminal("plan", "lectures.yaml", *flags, **environment)
    assert code == 0
    assert "\x1b" not in shown
    assert shown.isascii()


def test_a_dumb_terminal_gets_plain_lines(spec: Path) -> None:
    """Where the cursor cannot move, each step is a line and nothing is drawn over."""
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes", TERM="dumb")
    assert code == 0
    assert "\x1b" not in shown
    assert shown.count(" done in ") == 5


def test_a_fleet_has_a_line_for_each_stack_that_is_done(spec: Path) -> None:
    """Of many stacks nobody wants to read every step: the table is drawn over, and a line for each stays."""
    for name in ("news", "seminars"):
        Path(f"{name}.yaml").write_text(SPEC.replace("lectures", name))
    code, shown = at_terminal("apply", ".", answer="yes", NO_COLOR="1")
    assert code == 0, shown
    for name in ("lectures", "news", "seminars"):
        assert f"✓ {name}  applied, 5 steps in " in shown
    assert " of 3 stacks" in shown
    assert " done in " not in shown


def test_a_dumb_terminal_gets_ascii_also_of_what_others_wrote(spec: Path) -> None:
    """Signs that it may not know are told by plainer ones, or by their numbers."""
    spec.write_text(SPEC + 'comment: "Übung → Woche 1"\n')
    code, shown = at_terminal("plan", "lectures.yaml", TERM="dumb")
    assert code == 0
    assert shown.isascii()
    assert "-> Woche 1" in shown


def test_an_error_leads_to_the_manual(spec: Path) -> None:
    """Terminals make a link of its first word; -v writes the address out."""
    page = "https://cfstream.github.io/cfstream/reference/errors/#wrong-usage"
    wrong = ("plan", "lectures.yaml", "--endpoint-url", "nowhere")
    assert f"\x1b]8;;{page}\x1b\\" in at_terminal(*wrong)[1]
    assert f"  see: {page}\n" in at_terminal(*wrong, "-v", NO_COLOR="1")[1]
    assert page not in at_terminal(*wrong, NO_COLOR="1")[1]


@pytest.mark.usefixtures("spec")
def test_notes_break_between_words() -> None:
    """On a narrow terminal each line of a note is a line of the terminal, and says as much as a long one."""
    code, shown = at_terminal("keys", "new", "lectures-1", COLUMNS="40")
    assert code == 0
    told = shown[shown.index("note:") :]
    assert max(map(len, told.splitlines())) <= 40
    assert " ".join(told.split()).endswith("keep it out of version control")


def test_a_name_moves_no_cursor(spec: Path) -> None:
    """On a terminal what could act on it is shown by its number, whoever wrote it and wherever it is told."""
    spec.rename("e\x1b[2J\u202evil\n.yaml")
    code, shown = at_terminal("validate", ".", NO_COLOR="1")
    assert (code, shown) == (0, "ok  ./e\\u001b[2J\\u202evil\n.yaml: lectures (http)\n")
