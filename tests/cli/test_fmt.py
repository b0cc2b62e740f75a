"""`cfstream fmt`: which files it writes, what it prints, and its exit codes."""

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Run = Callable[..., Ran]

LOOSE = "\ufeffname: a\r\nversion: 1   # c\r\nbucket: films\r\npublic: true"
TIGHT = "\ufeffversion: 1   # c\r\nname: a\r\nbucket: films\r\npublic: true"
FINE = "version: 1\nname: b\nbucket: more-films\npublic: true\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec that is in form, and one that is not; the command runs in it."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/a.yaml").write_bytes(LOOSE.encode())
    Path("specs/b.yaml").write_bytes(FINE.encode())
    return tmp_path


def test_it_writes_what_is_not_in_form_and_names_it(cfstream: Run) -> None:
    """Byte order mark, line ends and the missing one at the end stay; a second run has nothing to do."""
    Path("specs/a.yaml").chmod(0o640)
    assert cfstream("fmt", "specs") == Ran(0, "specs/a.yaml\n", "")
    assert Path("specs/a.yaml").read_bytes() == TIGHT.encode()
    assert Path("specs/a.yaml").stat().st_mode & 0o777 == 0o640
    assert Path("specs/b.yaml").read_bytes() == FINE.encode()
    assert cfstream("fmt", "specs") == Ran(0, "", "")


def test_check_writes_nothing_and_tells_by_its_exit_code(cfstream: Run) -> None:
    """3 means that something would change, as with `plan --check`."""
    assert cfstream("fmt", "--check", "specs") == Ran(3, "specs/a.yaml\n", "")
    assert Path("specs/a.yaml").read_bytes() == LOOSE.encode()
    assert cfstream("fmt", "--check", "specs/b.yaml") == Ran(0, "", "")


def test_diff_is_a_patch(cfstream: Run) -> None:
    """What is shown does, in the hands of git, what fmt would have done; and nothing is written."""
    shown = cfstream("fmt", "--diff")
    assert (shown.code, shown.err) == (0, "")
    assert "\n+name: a\r\n" in shown.out
    assert Path("specs/a.yaml").read_bytes() == LOOSE.encode()
    Path("x.patch").write_bytes(shown.out.encode())
    subprocess.run(["git", "apply", "--whitespace=nowarn", "x.patch"], check=True)
    assert Path("specs/a.yaml").read_bytes() == TIGHT.encode()


def test_standard_input_goes_to_standard_output(cfstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor can send its buffer through."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOOSE.encode()), encoding="utf-8"))
    assert cfstream("fmt", "-") == Ran(0, TIGHT, "")


def test_what_cannot_be_read_is_told_and_the_others_are_written(cfstream: Run) -> None:
    """One broken file stands in nobody's way, and the exit code tells of it."""
    Path("specs/c.yaml").write_text("bucket: films\nname: [c\n")
    ran = cfstream("fmt", "specs")
    assert (ran.code, ran.out) == (2, "specs/a.yaml\n")
    assert "specs/c.yaml:2:7" in ran.err
    gone = cfstream("fmt", "gone.yaml")
    assert gone.code == 2
    assert "the file does not exist\n  gone.yaml\n" in gone.err


def test_yaml_of_others_is_none_of_its_business(cfstream: Run) -> None:
    """In a folder only specs are changed, and only they can be broken; a file that is named is meant."""
    workflow = "on: push\nname: ci\njobs:\n- {{ template }}\n"
    Path("specs/ci.yml").write_text(workflow)
    assert cfstream("fmt") == Ran(0, "./specs/a.yaml\n", "")
    assert Path("specs/ci.yml").read_text() == workflow
    Path("specs/ci.yml").write_text("on: push\nname: ci\n")
    assert cfstream("fmt", "specs/ci.yml") == Ran(0, "specs/ci.yml\n", "")


def test_what_is_left_alone_is_said(cfstream: Run) -> None:
    """A file in which an alias would come before its anchor keeps its order, and a notice says why."""
    text = "http:\n  behaviors: &b [{path: /a}]\nname: a\nkey_groups: *b\n"
    Path("c.yaml").write_text(text)
    told = "note: c.yaml: keys are left in their order: an alias would come before its anchor\n"
    assert cfstream("fmt", "c.yaml") == Ran(0, "", told)
    assert Path("c.yaml").read_text() == text


def test_the_examples_are_in_form(cfstream: Run) -> None:
    """What people begin with looks as it will look."""
    assert cfstream("fmt", "--check", str(Path(__file__).parents[2] / "examples")) == Ran(0, "", "")
