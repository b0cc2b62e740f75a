"""From arguments to files: folders, standard input, invalid files, and keys beside a spec."""

import errno
import io
import os
from pathlib import Path

import pytest

from cfstream.errors import SpecProblems, WrongUsage
from cfstream.spec.files import Disk
from cfstream.spec.load import load

ROOT = Path(__file__).parents[3]
SPEC = "version: 1\nname: {}\nbucket: films\ntrusted_signers: [self]\n"
KEYED = "version: 1\nname: a\nbucket: films\nkey_groups: [{name: g, public_keys: [{name: k, file: k.pem}]}]\n"
PEM = (ROOT / "examples/keys/lectures-2026-11.pub.pem").read_text()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problem_lines(*arguments: str) -> list[str]:
    """Return the problems of these arguments, each with its place."""
    with pytest.raises(SpecProblems) as found:
        load(arguments)
    return [f"{each.where} {each.what}" for each in found.value.problems]


def test_a_folder_is_read_recursively_in_order(folder: Path) -> None:
    """Every *.yaml and *.yml under a folder is a spec, sorted by path, with the folder's name as the user wrote it."""
    for name in ["b.yaml", "a.yml", "sub/deep/c.yaml", "notes.txt", "sub/x.json"]:
        path = folder / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SPEC.format(path.stem))
    assert [stack.path for stack in load(["specs"])] == [
        "specs/a.yml",
        "specs/b.yaml",
        "specs/sub/deep/c.yaml",
    ]


def test_a_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    """A file, its folder and another spelling of its path are one file."""
    (folder / "a.yaml").write_text(SPEC.format("a"))
    (folder / "b.yaml").symlink_to("a.yaml")
    assert [stack.path for stack in load(["a.yaml", ".", "./a.yaml"])] == ["a.yaml"]


def test_missing_files_are_named() -> None:
    """A missing file, an empty folder and an invalid name are problems like others, reported together."""
    Path("empty").mkdir()
    assert problem_lines("gone.yaml", "empty", "a\0b") == [
        "a\0b this is not a valid file name",
        "empty there is no spec in this directory: no file in it ends in .yaml or .yml",
        "gone.yaml the file does not exist",
    ]


def test_an_empty_file_among_others_is_skipped() -> None:
    """Files with only comments in a folder are skipped and named. Alone they are a problem."""
    Path("specs").mkdir()
    Path("specs/a.yaml").write_text(SPEC.format("a"))
    Path("specs/empty.yaml").write_text("")
    Path("specs/notes.yml").write_text("\ufeff# only words\r\n---\r\n\r\n...\r\n")
    skipped: list[str] = []
    assert [stack.spec.name for stack in load(["specs"], skipped=skipped)] == ["a"]
    assert skipped == ["specs/empty.yaml", "specs/notes.yml"]
    assert problem_lines("specs/empty.yaml") == ["specs/empty.yaml:1:1 this file contains no spec"]
    Path("specs/a.yaml").unlink()
    assert problem_lines("specs") == [
        "specs/empty.yaml:1:1 this file contains no spec",
        "specs/notes.yml:1:1 this file contains no spec",
    ]


def test_no_arguments_are_wrong_usage() -> None:
    """Without a spec, nothing can be loaded."""
    with pytest.raises(WrongUsage, match="no spec was named"):
        load([])


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"name: caf\xe9\n", "1:10 the file is not UTF-8: the byte 0xe9 at offset 9 does not fit"),
        (b"\xef\xbb\xbfa: 1\nb: \xff", "2:4 the file is not UTF-8: the byte 0xff at offset 11 does not fit"),
        ("a: 1".encode("utf-16"), "1:1 the file is not UTF-8: the byte 0xff at offset 0 does not fit"),
    ],
)
def test_not_utf8(folder: Path, content: bytes, place: str) -> None:
    """Invalid UTF-8 is reported with its place and its offset in the file."""
    (folder / "a.yaml").write_bytes(content)
    assert problem_lines("a.yaml") == [f"a.yaml:{place}"]


def test_a_huge_file_is_not_read(folder: Path) -> None:
    """More than a mebibyte is refused before it is parsed. Exactly a mebibyte is not."""
    (folder / "a.yaml").write_bytes(b"#" * (1 << 20))
    (folder / "b.yaml").write_bytes(b"#" * ((1 << 20) + 1))
    assert problem_lines("a.yaml") == ["a.yaml:1:1 this file contains no spec"]
    assert problem_lines("b.yaml", "/dev/zero") == [
        "/dev/zero the file is larger than 1 MiB",
        "b.yaml the file is larger than 1 MiB",
    ]


def test_problems_of_all_files_come_sorted(folder: Path) -> None:
    """One run reports every problem of every file, by file, line and column."""
    (folder / "b.yaml").write_text(SPEC.format("B") + "enabled: yes\n")
    (folder / "a.yaml").write_text("coment: x\n" + SPEC.format("a") + "protect: no\n")
    places = [line.split(" ")[0] for line in problem_lines("b.yaml", "a.yaml")]
    assert places == ["a.yaml:1:1", "a.yaml:6:10", "b.yaml:2:7", "b.yaml:5:10"]


def test_a_file_that_cannot_be_opened(folder: Path) -> None:
    """The problem has the system's reason, even for a broken link in a folder."""
    (folder / "a.yaml").symlink_to("a.yaml")
    (folder / "b.yaml").symlink_to("gone")
    assert problem_lines(".") == [
        "./a.yaml the file cannot be read: too many levels of symbolic links",
        "./b.yaml the file does not exist",
    ]


def test_standard_input_in_bytes() -> None:
    """Standard input is read as bytes if possible, and its name is a dash."""
    stream = io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + SPEC.format("a").encode()), encoding="ascii")
    (stack,) = load(["-", "-"], stdin=stream)
    assert (stack.spec.name, stack.path) == ("a", "-")


def test_keys_are_found_beside_their_spec(folder: Path) -> None:
    """The path of a key file is relative to the spec, in every working directory, and is part of the digest."""
    (folder / "specs").mkdir()
    (folder / "specs/a.yaml").write_text(KEYED)
    (folder / "specs/k.pem").write_text(PEM)
    (stack,) = load(["specs"])
    assert set(stack.public_keys) == {"k"}
    assert stack.public_keys["k"].pem == PEM
    (folder / "specs/k.pem").write_text(PEM + "\n")
    (again,) = load(["specs"])
    assert again.public_keys == stack.public_keys
    assert again.spec_sha256 != stack.spec_sha256


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, 'the file does not exist: "k.pem"'),
        (b"", "the file does not contain a PEM public key"),
        (b"\xff\xfe\x00", "the file does not contain a PEM public key"),
        (b"x" * 70_000, '"k.pem" is too large for a public key'),
    ],
)
def test_a_key_file_without_a_key(folder: Path, content: bytes | None, what: str) -> None:
    """The problem of a key file is at the line that names it."""
    (folder / "a.yaml").write_text(KEYED)
    if content is not None:
        (folder / "k.pem").write_bytes(content)
    assert problem_lines("a.yaml") == [f"a.yaml:4:54 {what}"]


def test_a_folder_or_a_pipe_is_not_a_key_file(folder: Path) -> None:
    """A pipe without a writer does not block."""
    (folder / "a.yaml").write_text(KEYED)
    os.mkfifo("k.pem")
    assert problem_lines("a.yaml") == ['a.yaml:4:54 "k.pem" is not a file']
    (folder / "k.pem").unlink()
    (folder / "k.pem").mkdir()
    assert problem_lines("a.yaml") == ['a.yaml:4:54 "k.pem" is not a file']


def advised(*arguments: str) -> list[str]:
    """Return the fixes for these arguments."""
    with pytest.raises(SpecProblems) as found:
        load(arguments)
    return [each.do for each in found.value.problems]


def test_a_typo_in_a_name_suggests_the_nearest_file(folder: Path) -> None:
    """Only specs beside it count."""
    (folder / "specs").mkdir()
    (folder / "specs/lectures.yaml").touch()
    (folder / "specs/lecture.txt").touch()
    assert advised("specs/lecture.yaml") == ['did you mean "specs/lectures.yaml"?']
    assert (
        advised("specs/clips.yaml")
        == advised("nowhere/lecture.yaml")
        == advised("nowhere/")
        == ["name a file or directory that exists; `cfstream init` writes a new spec"]
    )


def test_the_fix_for_an_unreadable_file_fits_the_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a file whose permissions forbid reading has a fix about permissions."""
    (folder / "a.yaml").touch()
    assert advised("a.yaml/b.yaml") == ["check the name"]
    assert advised("x" * 300) == ["check the name"]
    assert advised("a\0b") == ["check the name"]

    def refuse(*_: object) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Disk, "read", refuse)
    assert advised("a.yaml") == ["check its permissions"]


def test_a_missing_key_is_reported_with_the_command_that_creates_it(folder: Path) -> None:
    """The fix is the command with its folder, if the file has that command's form."""
    for file, command in (
        ("keys/k-1.pub.pem", "run `cfstream keys new k-1`,"),
        ("../k-1.pub.pem", "run `cfstream keys new k-1 --dir ..`,"),
        ("keys/k-1.pem", "put the public half of a key pair there,"),
    ):
        (folder / "a.yaml").write_text(KEYED.replace("k.pem", file))
        (do,) = advised("a.yaml")
        assert do == f"{command} or correct the path, which is relative to this spec"


@pytest.mark.parametrize(
    ("text", "what", "do"),
    [
        (
            '{\n  "format_version": 1,\n  "kind": "cfstream snapshot",\n  "reads": []\n}',
            "live.json this is a snapshot, not a spec",
            "plan from it: `cfstream plan SPEC --live live.json`",
        ),
        (
            '{\n  "format_version": 1,\n  "cfstream_version": "1",\n  "fingerprint": "sha256:1"\n}',
            "live.json this is a saved plan, not a spec",
            "apply it: `cfstream apply live.json`",
        ),
    ],
)
def test_a_file_of_another_sort_is_one_problem(folder: Path, text: str, what: str, do: str) -> None:
    """Files that cfstream wrote are recognised, and not parsed as a spec with many problems."""
    (folder / "live.json").write_text(text)
    assert (problem_lines("live.json"), advised("live.json")) == ([what], [do])
