"""Commands on a real terminal: the question, Ctrl-C, and what only a process can test.

`tests/golden/screens` has what they show.
"""

import io
import logging
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from cfstream.cli.main import run
from cfstream.cli.terminal.confirming import is_confirmed
from cfstream.cli.terminal.streams import Terminal, width
from tests.world.sandbox import Sandbox

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


class Terminals(io.StringIO):
    """Stdout and stderr as a terminal."""

    def isatty(self) -> bool:
        return True


def in_this_process(monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str) -> tuple[int, str]:
    """Return the exit code and the output of a command that asks nothing, without a process."""
    shown = Terminals()
    with monkeypatch.context() as patched:
        for name, value in {"TERM": "xterm", "COLUMNS": "80", **environment}.items():
            patched.setenv(name, value)
        patched.setattr("sys.stdout", shown)
        patched.setattr("sys.stderr", shown)
        code = run(arguments)
    logging.getLogger("cfstream").handlers.clear()  # a process runs one command; this one runs many
    return code, shown.getvalue()


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
    return run(["plan", "--check", "lectures.yaml", "-q"]) == 3


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
    stdin = io.StringIO(typed)
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    assert is_confirmed("apply", Terminal(), command="apply", do="add --yes") is confirmed
    assert capsys.readouterr().err.count("Type yes to apply: ") == questions


def test_only_yes_confirms(spec: Path) -> None:
    """After any other answer the account is unchanged."""
    code, shown = at_terminal("apply", "lectures.yaml", answer=" ", NO_COLOR="1")
    assert code == 1
    assert "error: nothing was written: the answer was not yes\n" in shown
    assert is_pending()


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


@pytest.mark.parametrize(("flags", "environment"), [((), {"NO_COLOR": "1"}), (("--no-color",), {})])
def test_colours_can_be_turned_off(
    spec: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], environment: dict[str, str]
) -> None:
    """NO_COLOR and --no-color turn off all escape codes."""
    code, shown = in_this_process(monkeypatch, "plan", "lectures.yaml", *flags, **environment)
    assert code == 0
    assert "\x1b" not in shown


def test_a_dumb_terminal_gets_plain_lines(spec: Path) -> None:
    """If the cursor cannot move, each step is a line, and nothing is overwritten."""
    code, shown = at_terminal("apply", "lectures.yaml", answer="yes", TERM="dumb")
    assert code == 0
    assert "\x1b" not in shown
    assert shown.count(" done in ") == 5


def test_a_dumb_terminal_gets_ascii_of_any_text(spec: Path) -> None:
    """Other characters are replaced by ASCII, or by their codes."""
    spec.write_text(SPEC + 'comment: "Übung → Woche 1"\n')
    code, shown = at_terminal("plan", "lectures.yaml", TERM="dumb")
    assert code == 0
    assert shown.isascii()
    assert "-> Woche 1" in shown


def test_an_error_links_to_the_manual(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals show its first word as a link. -v prints the address."""
    page = "https://cfstream.github.io/cfstream/reference/errors/#wrong-usage"
    wrong = ("plan", "lectures.yaml", "--endpoint-url", "nowhere")
    assert f"\x1b]8;;{page}\x1b\\" in in_this_process(monkeypatch, *wrong)[1]
    assert f"  see: {page}\n" in in_this_process(monkeypatch, *wrong, "-v", NO_COLOR="1")[1]
    assert page not in in_this_process(monkeypatch, *wrong, NO_COLOR="1")[1]


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
