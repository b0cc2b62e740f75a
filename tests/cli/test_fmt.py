"""`cfstream fmt`: the files that it writes, its output, and its exit codes."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]

LOOSE = "\ufeffname: a\r\nversion: 1   # c\r\nbucket: films\r\npublic: true"
TIGHT = "\ufeffversion: 1   # c\r\nname: a\r\nbucket: films\r\npublic: true"
FINE = "version: 1\nname: b\nbucket: more-films\npublic: true\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a formatted spec and an unformatted one. It is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/a.yaml").write_bytes(LOOSE.encode())
    Path("specs/b.yaml").write_bytes(FINE.encode())
    return tmp_path


def test_it_formats_and_lists_files(cfstream: Run) -> None:
    """Byte order mark, line ends and a missing final one stay. A second run changes nothing."""
    Path("specs/a.yaml").chmod(0o640)
    assert cfstream("fmt", "specs") == Result(0, "specs/a.yaml\n", "")
    assert Path("specs/a.yaml").read_bytes() == TIGHT.encode()
    assert Path("specs/a.yaml").stat().st_mode & 0o777 == 0o640
    assert Path("specs/b.yaml").read_bytes() == FINE.encode()
    assert cfstream("fmt", "specs") == Result(0, "", "")


def test_check_writes_nothing(cfstream: Run) -> None:
    """3 means that something would change, as with `plan --check`."""
    assert cfstream("fmt", "--check", "specs") == Result(3, "specs/a.yaml\n", "")
    assert Path("specs/a.yaml").read_bytes() == LOOSE.encode()
    assert cfstream("fmt", "--check", "specs/b.yaml") == Result(0, "", "")


def test_diff_is_a_patch(cfstream: Run) -> None:
    """Git can apply the output, with the same result as fmt. Nothing is written."""
    shown = cfstream("fmt", "--diff")
    assert (shown.code, shown.err) == (0, "")
    assert "\n+name: a\r\n" in shown.out
    assert Path("specs/a.yaml").read_bytes() == LOOSE.encode()
    Path("x.patch").write_bytes(shown.out.encode())
    subprocess.run(["git", "apply", "--whitespace=nowarn", "x.patch"], check=True)
    assert Path("specs/a.yaml").read_bytes() == TIGHT.encode()


def test_standard_input_goes_to_standard_output(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor can format its buffer."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOOSE.encode()), encoding="utf-8"))
    assert cfstream("fmt", "-") == Result(0, TIGHT, "")


def test_a_broken_file_does_not_block_the_others(cfstream: Run) -> None:
    """The broken file is reported, the others are written, and the exit code is that of a problem."""
    Path("specs/c.yaml").write_text("bucket: films\nname: [c\n")
    result = cfstream("fmt", "specs")
    assert (result.code, result.out) == (2, "specs/a.yaml\n")
    assert "specs/c.yaml:2:7" in result.err
    gone = cfstream("fmt", "gone.yaml")
    assert gone.code == 2
    assert "the file does not exist\n  gone.yaml\n" in gone.err


def test_other_yaml_files_are_skipped(cfstream: Run) -> None:
    """In a folder only specs are read and changed. A file that is named is always read."""
    workflow = "on: push\nname: ci\njobs:\n- {{ template }}\n"
    Path("specs/ci.yml").write_text(workflow)
    assert cfstream("fmt") == Result(0, "./specs/a.yaml\n", "")
    assert Path("specs/ci.yml").read_text() == workflow
    Path("specs/ci.yml").write_text("on: push\nname: ci\n")
    assert cfstream("fmt", "specs/ci.yml") == Result(0, "specs/ci.yml\n", "")


def test_skipped_parts_are_reported(cfstream: Run) -> None:
    """A file in which an alias would come before its anchor keeps its order, and a notice explains why."""
    text = "http:\n  behaviors: &b [{path: /a}]\nname: a\nkey_groups: *b\n"
    Path("c.yaml").write_text(text)
    note = "note: c.yaml: keys are left in their order: an alias would come before its anchor\n"
    assert cfstream("fmt", "c.yaml") == Result(0, "", note)
    assert Path("c.yaml").read_text() == text


def test_the_examples_are_in_form(cfstream: Run) -> None:
    """The examples are formatted."""
    assert cfstream("fmt", "--check", str(Path(__file__).parents[2] / "examples")) == Result(0, "", "")
