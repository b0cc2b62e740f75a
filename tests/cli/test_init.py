"""`cfstream init`: questions on a terminal, flags instead of them, and a valid spec in every case."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cfstream.connection import CREDENTIALS
from cfstream.spec.load import load
from cfstream.spec.model import Spec
from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox
from tests.world.signing import public_pem, rsa_key

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder. It is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(file: str) -> Spec:
    """Return the text of a file, after loading it."""
    (stack,) = load([file])
    return stack.spec


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--new-key"],
        ["--public-key", "mine/a key.pub.pem"],
        ["--key-group", "newsroom"],
        ["--trusted-signer", "self", "--trusted-signer", "011122223333"],
        ["--public"],
        ["--delivery", "rtmp"],
        ["--delivery", "rtmp", "--public"],
        ["--cname", "*.example.com", "--cname", "example.com"],
        ["--bucket", "true", "--create-bucket", "--region", "eu-west-1"],
        ["--bucket", "123-media"],
    ],
)
def test_every_answer_makes_a_valid_spec(cfstream: Run, flags: list[str]) -> None:
    """It loads, is in canonical form, and no comment is wider than a terminal."""
    Path("mine").mkdir()
    Path("mine/a key.pub.pem").write_bytes(public_pem(rsa_key("one")))
    result = cfstream("init", "films", *flags)
    assert result.code == 0, result.err
    assert "next:\n" in result.err
    if not flags or flags[0] in ("--cname", "--bucket"):
        assert "  cfstream keys new films-1\n" in result.err
        assert cfstream("keys", "new", "films-1").code == 0
    assert cfstream("validate", "films.yaml").code == 0
    assert cfstream("fmt", "--check", "films.yaml") == Result(0, "", "")
    assert max(map(len, Path("films.yaml").read_text().splitlines())) <= 80
    text = Path("films.yaml").read_text()
    assert all(flag.strip("'") in text for flag in flags if not flag.startswith(("--", "mine")))


def test_a_named_bucket_is_not_created(cfstream: Run) -> None:
    """It is created only with the flag. The bucket with the default name is created."""
    cfstream("init", "one", "--bucket", "there", "--public")
    cfstream("init", "two", "--public")
    assert (written("one.yaml").bucket.name, written("one.yaml").bucket.create) == ("there", False)
    assert (written("two.yaml").bucket.name, written("two.yaml").bucket.create) == ("two-media", True)


def test_the_next_steps_lead_to_the_same_aws(cfstream: Run) -> None:
    """Flags of the connection are repeated, quoted for a shell."""
    Path("my specs").mkdir()
    result = cfstream(
        "init", "a", "--out", "my specs/a.yaml", "--profile", "my profile", "--region", "eu-west-1"
    )
    assert result.err == (
        "next:\n"
        "  cfstream keys new a-1 --dir 'my specs/keys'\n"
        "  cfstream plan 'my specs/a.yaml' --profile 'my profile' --region eu-west-1\n"
    )


@pytest.mark.parametrize(
    ("variable", "config", "sandbox"),
    [
        ("", "", True),
        ("", "[default]\nregion = eu-west-1\n", True),
        ("", "[profile media]\nsso_session = media\n", False),
        ("AWS_PROFILE", "", False),
        ("AWS_ACCESS_KEY_ID", "", False),
    ],
)
def test_the_next_step_without_credentials(
    cfstream: Run, monkeypatch: pytest.MonkeyPatch, *, variable: str, config: str, sandbox: bool
) -> None:
    """If nothing leads to credentials, the plan is for the sandbox, and a sentence says why."""
    for name in CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    Path("config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", "config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "missing")
    if variable:
        monkeypatch.setenv(variable, "any")
    result = cfstream("init", "a", "--public")
    flag = " --sandbox" if sandbox else ""
    assert f"  cfstream plan a.yaml{flag}\n" in result.err
    assert ("No AWS credentials were found" in result.err) is sandbox


def test_a_clone_of_cfstream_gets_no_spec(
    cfstream: Run, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """The error has the commands for another directory. A named file, and standard output, are allowed."""
    clone = folder / "clone" / "docs"
    clone.mkdir(parents=True)
    (folder / "clone" / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    monkeypatch.chdir(clone)
    monkeypatch.setattr(sys, "argv", [str(folder / "clone/.venv/bin/cfstream")])
    monkeypatch.setenv("PATH", "")
    result = cfstream("init", "a", "--public")
    assert (result.code, result.out, [*clone.iterdir()]) == (2, "", [])
    assert "mkdir -p ../../video && cd ../../video\n" in result.err
    assert f"export PATH={folder}/clone/.venv/bin:$PATH" in " ".join(result.err.split())
    assert cfstream("init", "a", "--public", "--out", "-").code == 0
    assert cfstream("init", "a", "--public", "--out", "a.yaml").code == 0
    assert written("a.yaml").name == "a"


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (["--public", "--new-key"], "--new-key and --public exclude each other"),
        (["--bucket", "A"], '"A" is not a bucket name'),
        (["--cname", "https://x"], '"https://x" is a URL'),
        (["--trusted-signer", "12"], '"12" is not a trusted signer'),
        (["--key-group", "a b"], '"a b" is not a valid CloudFront name'),
        (["--public-key", "gone.pem"], "gone.pem: the file does not exist"),
        (["--public-key", "notes.txt"], "notes.txt: the file does not contain a PEM public key"),
        (["--delivery", "rtmp", "--new-key"], "key_groups is for delivery http"),
        (["--cname", "a.example.com", "--cname", "a.example.com"], '"a.example.com" is listed twice'),
    ],
)
def test_an_invalid_answer_writes_nothing(cfstream: Run, flags: list[str], error: str) -> None:
    """The error has the message of the broken rule, and no file exists afterwards."""
    Path("notes.txt").write_text("hello")
    result = cfstream("init", "films", *flags)
    assert (result.code, result.out) == (2, "")
    assert f"error: {error}" in " ".join(result.err.split())
    assert [path.name for path in Path().iterdir()] == ["notes.txt"]


def test_nothing_is_overwritten(cfstream: Run) -> None:
    """Neither a spec nor a key. If the key cannot be created, the spec is not written either."""
    Path("a.yaml").write_text("mine")
    assert cfstream("init", "a").code == 2
    Path("keys").mkdir()
    Path("keys/b-1.pub.pem").write_text("mine")
    result = cfstream("init", "b", "--new-key")
    assert (result.code, result.out) == (2, "")
    assert "keys/b-1.pub.pem exists" in result.err
    assert Path("a.yaml").read_text() == Path("keys/b-1.pub.pem").read_text() == "mine"
    assert not Path("b.yaml").exists()
    assert not Path("keys/b-1.pem").exists()


def test_without_a_name_it_goes_to_standard_output(cfstream: Run) -> None:
    """No file is written. `--out -` prints the same for a named stack."""
    assert "\nname: lectures\n" in cfstream("init").out
    assert "\nname: films\n" in cfstream("init", "films", "--out", "-").out
    assert list(Path().iterdir()) == []


def at_terminal(*arguments: str, answers: list[str], stop: bool = False) -> tuple[int, str]:
    """Return the exit code and the terminal's output.

    Each question gets the next answer; SIGINT is sent at the last.
    """
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cfstream", "init", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(theirs)
    shown, waiting = "", list(answers)
    while True:
        try:
            shown += os.read(ours, 65536).decode()
        except OSError:  # Linux says EIO where others say end of file
            break
        if shown.endswith(": ") and waiting:
            os.write(ours, waiting.pop(0).encode() + b"\n")
        elif shown.endswith(": ") and stop:
            stop = False
            process.send_signal(signal.SIGINT)
    os.close(ours)
    return process.wait(), shown.replace("\r\n", "\n")


def test_the_questions(aws: Sandbox) -> None:
    """An invalid answer is asked again, the account's buckets are listed with numbers, and a key pair is created."""
    for bucket in ("clips", "films-media"):
        aws.clients("s3").create_bucket(Bucket=bucket)
    code, shown = at_terminal(
        answers=["y", "Films", "films", "yes", "1", "a.example.com, b.example.com", "1"]
    )
    assert code == 0, shown
    assert (
        "error: 'y' would be the name itself\n  fix: type a name, or only press Enter for lectures\n" in shown
    )
    assert "  fix: type a name, or only press Enter for films-media\n" in shown
    assert "  fix: write films\n" in shown
    assert "  1  clips\n  2  films-media\n" in shown
    note = "note: keys/.gitignore keeps private keys out of git\n"
    assert shown.endswith(f"wrote films.yaml\n{note}next:\n  cfstream plan films.yaml\n")
    spec = written("films.yaml")
    assert (spec.bucket.name, spec.bucket.create) == ("clips", False)
    assert spec.cnames == ("a.example.com", "b.example.com")
    assert Path("keys/films-1.pem").stat().st_mode & 0o777 == 0o600


def test_a_name_that_ends_with_media_does_not_repeat_it(cfstream: Run) -> None:
    """Quoted text that is to be copied is on one line."""
    text = cfstream("init", "media", "--out", "-").out
    assert "\nbucket: {name: media-videos, create: true}\n" in text
    assert '"# yaml-language-server: $schema=cfstream.v1.json".\n' in text


def test_flags_replace_questions(aws: Sandbox) -> None:
    """A bucket that the account does not have will be created. rtmp has accounts as signers."""
    code, shown = at_terminal("old", "--delivery", "rtmp", "--cname", "a.example.com", answers=["old-films"])
    assert code == 0, shown
    spec = written("old.yaml")
    assert (spec.bucket.name, spec.bucket.create, spec.trusted_signers) == ("old-films", True, ("self",))


def test_no_credentials_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the buckets are not listed, and all other questions are asked."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_ENDPOINT_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    code, shown = at_terminal("a", answers=["", "", "5"])
    assert code == 0, shown
    assert "note: buckets are not listed, because there are no AWS credentials;" in shown
    assert "locate credentials" not in shown
    assert written("a.yaml").public


def test_ctrl_c_writes_nothing(aws: Sandbox) -> None:
    """Ctrl-C at any question. If AWS does not answer, the questions continue."""
    aws_is_away = "http://127.0.0.1:1"
    code, shown = at_terminal("a", "--endpoint-url", aws_is_away, answers=["films"], stop=True)
    assert code == 130
    assert "note: buckets could not be listed: " in shown
    assert shown.endswith("error: interrupted\n")
    assert list(Path().iterdir()) == []
