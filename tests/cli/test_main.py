"""The program apart from its commands: help, common flags, streams, and errors."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream import __version__
from cfstream.cli.table import ENTRIES
from cfstream.cli.terminal import streams
from tests.cli.conftest import Result

Run = Callable[..., Result]


def in_a_process(command: str) -> subprocess.CompletedProcess[str]:
    """Return the result of a command line in a shell in which `cfstream` is this program."""
    script = f'cfstream() {{ "{sys.executable}" -m cfstream "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["-v"]])
def test_alone_it_prints_its_help(cfstream: Run, arguments: list[str]) -> None:
    """It lists all commands in sections, and how to begin."""
    result = cfstream(*arguments)
    assert (result.code, result.err) == (0, "")
    for heading in ("Write a spec:", "Plan and apply:", "Inspect and delete:", "Try it without AWS:"):
        assert heading in result.out
    assert "\n      cfstream plan lectures.yaml\n" in result.out
    assert max(map(len, result.out.splitlines())) <= 80


def test_a_group_alone_prints_its_help(cfstream: Run) -> None:
    """`cfstream sandbox` lists its commands."""
    result = cfstream("sandbox")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("Usage: cfstream sandbox")


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_each_command_has_a_help_with_an_example(cfstream: Run, name: str) -> None:
    """The help of each command has its usage, an example, and the common flags."""
    result = cfstream(name, "--help")
    assert result.code == 0, result.err
    assert result.out.startswith(f"Usage: cfstream {name}")
    assert "Example" in result.out or name == "sandbox"
    assert "Common options: --profile --region --endpoint-url --edge-url --sandbox -v -q" in result.out


def test_help_needs_nothing_that_is_slow() -> None:
    """`cfstream --help` imports neither botocore nor models nor tables."""
    script = (
        "import sys; from cfstream.cli.main import run; run(['--help']);"
        "slow = {'boto3', 'botocore', 'pydantic', 'ruamel', 'rich', 'moto', 'cryptography'} & set(sys.modules);"
        "sys.exit(' '.join(slow) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_version_is_one_line(cfstream: Run) -> None:
    """Scripts can parse it."""
    assert cfstream("--version") == Result(0, f"cfstream {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--region", "eu-west-1", "-v", "--profile=p", "--no-color", "flags", "x"],
        ["flags", "--region", "eu-west-1", "-v", "--profile=p", "x", "--no-color"],
        ["--region", "eu-west-1", "flags", "x", "-v", "--profile", "p", "--no-color"],
    ],
)
def test_common_flags_work_before_and_after_the_name(cfstream: Run, arguments: list[str]) -> None:
    """The position of a flag does not change its meaning."""
    assert cfstream(*arguments).out == "p eu-west-1 None False 1 False ['x']\n"


def test_verbose_and_quiet(cfstream: Run) -> None:
    """-v twice is -vv. -q keeps results and errors."""
    assert cfstream("-v", "flags", "-v").out == "None None None False 2 None []\n"
    assert cfstream("flags", "--sandbox", "--endpoint-url", "http://127.0.0.1:1").out == (
        "None None http://127.0.0.1:1 True 0 None []\n"
    )
    assert cfstream("flags", "-q") == Result(0, "None None None False -1 None []\n", "")
    assert cfstream("flags").err == "a remark\n"


def test_a_flag_of_one_run_is_not_remembered_in_the_next(cfstream: Run) -> None:
    """Each run starts without flags."""
    cfstream("--profile", "p", "flags")
    assert cfstream("flags").out == "None None None False 0 None []\n"


def test_after_two_dashes_nothing_is_a_flag(cfstream: Run) -> None:
    """A file can be called -v."""
    assert cfstream("flags", "--", "-v").out == "None None None False 0 None ['-v']\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["plna"], "error: 'plna' is not a command\n  fix: did you mean cfstream plan?\n"),
        (["frobnicate"], "error: 'frobnicate' is not a command\n  fix: see: cfstream --help\n"),
        (["plan"], "  fix: name a spec or a directory; for this directory: cfstream plan .\n"),
        (
            ["plan", "--chekc", "a.yaml"],
            "error: no such option: --chekc\n  fix: write --check\n",
        ),
        (
            ["access", "a.yaml", "--outt"],
            "error: no such option: --outt\n  fix: see: cfstream access --help\n",
        ),
        (["keys", "new", "a", "--out", "b"], "  fix: write --dir with the directory: both files go there\n"),
        (
            ["plan", "--format", "yaml", "a.yaml"],
            "error: --format: 'yaml' is not one of 'text', 'json', ",
        ),
        (
            ["apply", "--dry-run", "a.yaml"],
            "no such option: --dry-run\n  fix: to see what apply would do: cfstream plan",
        ),
        (["plan", "--allow", "x", "a.yaml"], "  fix: write one of makes-public, cuts-viewers,"),
        (
            ["plan", "a.yaml", "--out"],
            "error: option '--out' requires an argument\n  fix: see: cfstream plan --help\n",
        ),
        (
            ["sign", "a.mp4", "--key", "k.pem"],
            "'--expires'\n  fix: add it, like --expires 1h; see: cfstream sign",
        ),
        (
            ["apply", "--allow", "makes-public,deletes", "a.yaml"],
            "fix: write --allow makes-public --allow deletes\n",
        ),
        (
            ["show", "lectures"],
            "error: 'lectures' is neither a spec nor an id\n  fix: name its spec, like lectures.yaml",
        ),
        (["--nonsense"], "error: no such option: --nonsense\n  fix: see: cfstream --help\n"),
        (
            ["apply", "--allow", "cut-viewers", "a.yaml"],
            "error: 'cut-viewers' is not a hazard\n",
        ),
        (["apply", "--allow", "x", "a.yaml"], "  fix: write one of makes-public, cuts-viewers,"),
    ],
)
def test_wrong_usage_suggests_a_fix(cfstream: Run, arguments: list[str], error: str) -> None:
    """A typo gets the most similar name, or the command that lists them. Stdout is empty."""
    result = cfstream(*arguments)
    assert (result.code, result.out) == (2, "")
    assert error in result.err


def test_a_bug_is_reported_without_a_traceback(cfstream: Run) -> None:
    """The error is one sentence. With -vv there is also a traceback."""
    result = cfstream("fail", "bug")
    assert result.err == (
        "error: internal error: KeyError: 'Items'\n"
        "  fix: this is a bug: run the command again with -vv, and report the output\n"
    )
    assert "Traceback (most recent call last)" in in_a_process("cfstream -vv plan /nowhere.yaml").stderr


def test_problems_of_specs_are_shown_with_their_places(cfstream: Run) -> None:
    """All commands show problems in the same way."""
    assert cfstream("fail", "problems").err == "error: no such field\n  a.yaml:2:3\n  fix: delete it\n"


def test_a_closed_pipe_is_not_an_error() -> None:
    """`cfstream … | head` ends without a message."""
    result = in_a_process("set -o pipefail; cfstream schema | head -1; exit ${PIPESTATUS[0]}")
    assert (result.returncode, result.stdout, result.stderr) == (0, "{\n", "")


def test_a_result_that_cannot_be_written_is_a_failure() -> None:
    """A full disk is reported, and the exit code is not 0."""
    if not Path("/dev/full").exists():
        return
    for command in ("--version", "schema"):
        result = in_a_process(f"cfstream {command} > /dev/full")
        assert result.returncode == 1
        assert result.stderr == (
            "error: the result could not be written: no space left on device\n"
            "  fix: write it to a disk with free space, or to a pipe\n"
        )


def test_a_file_that_the_system_refuses_is_named(cfstream: Run, tmp_path: Path) -> None:
    """Any command reports the file, the reason, and what to check."""
    (tmp_path / "file").touch()
    spec = tmp_path / "file" / "lectures.yaml"
    result = cfstream("init", "lectures", "--yes", "--out", str(spec))
    assert result.code == 1
    message = " ".join(result.err.split())
    assert message == (
        f"error: {spec}: not a directory fix: a part of this path is a file, not a directory: move it, or choose "
        "another path"
    )


def test_a_file_instead_of_a_folder_has_its_own_fix(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fix does not mention permissions, which are not the cause."""
    monkeypatch.chdir(tmp_path)
    Path("keys").touch()
    result = cfstream("keys", "new", "lectures-1")
    assert (result.code, result.err.splitlines()[0]) == (1, "error: keys: file exists")
    assert "  fix: the file exists: move it" in result.err


def test_lines_leave_space_for_ascii_replacements(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ASCII terminal shows `ok` for a check mark, and the line still fits."""
    monkeypatch.setenv("COLUMNS", "40")
    for encoding, columns in (("utf-8", 40), ("ascii", 38)):
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
        assert streams.width() == columns


def test_a_deleted_working_directory_is_reported(tmp_path: Path) -> None:
    """The working directory may be deleted while a shell is in it."""
    folder = tmp_path / "gone"
    folder.mkdir()
    result = in_a_process(f"cd '{folder}' && rmdir '{folder}' && cfstream validate a.yaml")
    assert result.returncode == 1
    assert result.stderr == (
        "error: the working directory no longer exists\n  fix: change to an existing directory\n"
    )


def test_ctrl_c_while_the_program_loads() -> None:
    """It ends with one line and no traceback."""
    script = (
        "import sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'cfstream.cli.table': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "from cfstream.__main__ import run\n"
        "sys.exit(run())\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "error: interrupted\n")


def test_closed_streams_change_no_exit_code() -> None:
    """Without stdout or stderr, the exit code is the same."""
    assert in_a_process("cfstream --version >&-").returncode == 0
    assert in_a_process("cfstream plna 2>&-").returncode == 2


def test_an_ascii_terminal_gets_ascii(tmp_path: Path) -> None:
    """Other characters are replaced, and nothing fails."""
    spec = tmp_path / "ü.yaml"
    spec.write_text("version: 1\nname: Ü…\n", encoding="utf-8")
    result = in_a_process(f"LC_ALL=C PYTHONUTF8=0 PYTHONIOENCODING=ascii cfstream validate '{spec}'")
    assert result.returncode == 2
    assert result.stderr.isascii()
    assert "Traceback" not in result.stderr
