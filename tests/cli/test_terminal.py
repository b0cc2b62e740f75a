"""`apply` on a terminal: the question, the colours, the live lines, and Ctrl-C."""

import io
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from cfstream.cli.terminal.confirming import is_confirmed
from cfstream.cli.terminal.streams import Terminal, width
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
    """Return the exit code, and the output of a terminal of 80 columns.

    `answer` is typed at the question; SIGINT is sent when `interrupt_at` appears.
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
    """A spec of a stack that is not live yet. Processes start in its folder."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("lectures.yaml")
    path.write_text(SPEC)
    return path


def is_pending() -> bool:
    """Return whether a plan still has steps."""
    return at_terminal("plan", "--check", "lectures.yaml")[0] == 3


@pytest.mark.parametrize(
    ("typed", "confirmed", "questions"),
    [
        ("yes\n", True, 1),
        (" yes \n", True, 1),
        ("y\nYES\nyes\n", True, 3),
        ("y\nno\n", False, 2),
        ("no\nyes\n", False, 1),
        ("y\n", False, 2),
        ("y\n" * 9, False, 3),
        ("", False, 1),
    ],
)
def test_a_short_yes_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    typed: str,
    confirmed: bool,
    questions: int,
) -> None:
    """Only the whole word confirms. After ``y`` the question is repeated; after any other answer it is not."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert is_confirmed("apply", Terminal()) is confirmed
    assert capsys.readouterr().err.count("Type yes to apply: ") == questions


def test_only_yes_confirms(spec: Path) -> None:
    """After any other answer the account is unchanged."""
    code, shown = at_terminal("apply", "lectures.yaml", answer=" ", NO_COLOR="1")
    assert code == 1
    assert "error: not applied: the answer was not yes\n" in shown
    assert is_pending()


def test_after_a_yes_the_steps_run_and_the_report_follows(spec: Path) -> None:
    """Each step leaves a line. The bar disappears at the end."""
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes")
    assert code == 0, shown
    assert shown.count(" done in ") == 5
    assert shown.endswith("\x1b[1;32mApplied.\x1b[0m 3 created, 1 granted.\n")
    assert not is_pending()


def test_ctrl_c_finishes_the_write_and_reports(spec: Path, aws: Sandbox) -> None:
    """Finished steps stay, the wait is reported as interrupted, and the next run resumes."""
    aws.cloudfront.settings.deploy_after_seconds = 3600
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes", interrupt_at="InProgress", NO_COLOR="1")
    assert code == 130
    assert "error: interrupted: wait distribution:lectures\n" in shown
    assert shown.count("interrupted") == 2  # the stack, and the step
    assert "\n  fix: resume: cfstream apply lectures.yaml\n" in shown
    assert "Not everything was applied. 3 created, 1 granted.\n" in shown
    assert "Traceback" not in shown
    aws.cloudfront.settings.deploy_after_seconds = 0
    assert not is_pending()


def test_ctrl_c_at_the_question_writes_nothing(spec: Path) -> None:
    """Nothing was confirmed."""
    code, shown = at_terminal("apply", "lectures.yaml", interrupt_at="Type yes to apply: ", NO_COLOR="1")
    assert code == 130
    assert shown.endswith("\nerror: interrupted\n"), "on a line of its own"
    assert is_pending()


@pytest.mark.parametrize(
    ("flags", "environment"), [((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "dumb"})]
)
def test_colours_can_be_turned_off(spec: Path, flags: tuple[str, ...], environment: dict[str, str]) -> None:
    """NO_COLOR, --no-color and a dumb terminal turn off all escape codes, and the output is ASCII."""
    code, shown = at_terminal("plan", "lectures.yaml", *flags, **environment)
    assert code == 0
    assert "\x1b" not in shown
    assert shown.isascii()


def test_a_dumb_terminal_gets_plain_lines(spec: Path) -> None:
    """If the cursor cannot move, each step is a line, and nothing is overwritten."""
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes", TERM="dumb")
    assert code == 0
    assert "\x1b" not in shown
    assert shown.count(" done in ") == 5


def test_a_fleet_has_a_line_for_each_finished_stack(spec: Path) -> None:
    """With many stacks, a table is redrawn, and each finished stack leaves a line."""
    for name in ("news", "seminars"):
        Path(f"{name}.yaml").write_text(SPEC.replace("lectures", name))
    code, shown = at_terminal("apply", ".", answer="yes", NO_COLOR="1")
    assert code == 0, shown
    for name in ("lectures", "news", "seminars"):
        assert f"✓ {name}  applied, 5 steps in " in shown
    assert " of 3 stacks" in shown
    assert " done in " not in shown


def test_a_dumb_terminal_gets_ascii_of_any_text(spec: Path) -> None:
    """Other characters are replaced by ASCII, or by their codes."""
    spec.write_text(SPEC + 'comment: "Übung → Woche 1"\n')
    code, shown = at_terminal("plan", "lectures.yaml", TERM="dumb")
    assert code == 0
    assert shown.isascii()
    assert "-> Woche 1" in shown


def test_an_error_links_to_the_manual(spec: Path) -> None:
    """Terminals show its first word as a link. -v prints the address."""
    page = "https://cfstream.github.io/cfstream/reference/errors/#wrong-usage"
    wrong = ("plan", "lectures.yaml", "--endpoint-url", "nowhere")
    assert f"\x1b]8;;{page}\x1b\\" in at_terminal(*wrong)[1]
    assert f"  see: {page}\n" in at_terminal(*wrong, "-v", NO_COLOR="1")[1]
    assert page not in at_terminal(*wrong, NO_COLOR="1")[1]


@pytest.mark.usefixtures("spec")
def test_notes_break_between_words() -> None:
    """On a narrow terminal, a note is wrapped between words and complete."""
    code, shown = at_terminal("keys", "new", "lectures-1", COLUMNS="40")
    assert code == 0
    told = shown[shown.index("note:") :]
    assert max(map(len, told.splitlines())) <= 40
    assert " ".join(told.split()).endswith("keep it out of version control")


def test_control_characters_are_escaped(spec: Path) -> None:
    """Text from any source cannot control the terminal."""
    spec.rename("e\x1b[2J\u202evil\n.yaml")
    code, shown = at_terminal("validate", ".", NO_COLOR="1")
    assert (code, shown) == (0, "ok  ./e\\u001b[2J\\u202evil\n.yaml: lectures (http)\n")


def test_errors_have_the_width_of_their_own_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stdout may be a pipe, which has no width."""
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 40))
    with open(theirs, "w", encoding="utf-8") as stream:
        assert width(stream) == 40
    os.close(ours)
