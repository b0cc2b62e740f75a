"""Completions at the Tab key, requested in the way of each shell."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cfstream.cli import main
from cfstream.cli.invocation import Invocation
from cfstream.cli.main import app
from cfstream.cli.table import ENTRIES
from cfstream.cli.terminal.spec_words import schema_fields
from cfstream.spec.reference import reference
from cfstream.steps.hazards import HazardName
from tests.world.signing import public_pem, rsa_key

SPEC = """\
version: 1
name: lectures
bucket: films
key_groups:
  - name: lectures-signers
    public_keys:
      - {name: one, file: keys/one.pub.pem}
"""

ROLE = "arn:aws:iam::111122223333:role/video-deploy"

Complete = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Specs here and in a folder with a space in its name, a key pair, a plan and an AWS configuration."""
    monkeypatch.chdir(tmp_path)
    for name in ("my specs/campus", "keys", "node_modules", ".hidden"):
        Path(name).mkdir(parents=True)
        Path(name, "other.yaml").write_text("version: 1\n")
    Path("keys/other.yaml").unlink()
    Path("my specs/other.yaml").write_text("version: 1\n")
    Path("keys/one.pem").write_text("")
    Path("keys/one.pub.pem").write_bytes(public_pem(rsa_key("one")))
    Path("lectures.yaml").write_text(SPEC)
    Path("my specs/campus/other.yaml").write_text(f"version: 1\nname: 'campus'\nrole: {ROLE}  # theirs\n")
    Path("tonight.plan.json").write_text("{}")
    Path("terraform.tfstate").write_text("{}")
    Path("config").write_text(
        "[default]\n[profile films]\nregion = eu-west-1\n[sso-session x]\n[services y]\n"
    )
    Path("credentials").write_text("[school]\naws_secret_access_key = opensesame%\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Complete:
    """Return the completions in bash for the last of these words."""

    def ask(*words: str) -> list[str]:
        monkeypatch.setenv("_CFSTREAM_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["cfstream", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        with pytest.raises(SystemExit) as end:
            main.run(())
        assert end.value.code == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out.splitlines() if out.strip() else []

    return ask


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["pl"], ["plan"]),
        (["keys", ""], ["new", "rotate"]),
        (["plan", "le"], ["lectures.yaml"]),
        (
            ["plan", "my"],
            [r"my\ specs/", r"my\ specs/campus/", r"my\ specs/campus/other.yaml", r"my\ specs/other.yaml"],
        ),
        (["plan", r"my\ specs/c"], [r"my\ specs/campus/", r"my\ specs/campus/other.yaml"]),
        (["apply", "t"], ["tonight.plan.json"]),
        (["show", "lectures"], ["lectures.yaml"]),
        (["sign", "x", "--spec", "lec"], ["lectures.yaml"]),
        (["sign", "x", "--key", "k"], ["keys/one.pem"]),
        (["init", "x", "--public-key", ""], ["keys/one.pub.pem"]),
        (["keys", "rotate", "lectures.yaml", ""], ["lectures-signers"]),
        (["keys", "rotate", "gone.yaml", ""], []),
        (["plan", "--format", "j"], ["json"]),
        (["apply", "--allow", ""], list(HazardName)),
        (["docs", "sign"], ["sign", "sign.max_validity"]),
        (["plan", "lectures.yaml", "--sand"], ["--sandbox"]),
        (["--prof"], ["--profile"]),
        (["plan", "--profile", ""], ["default", "films", "school"]),
        (["diff", "lec"], ["lectures.yaml@"]),
        (["diff", "lectures.yaml@"], []),
        (["sandbox", "sta"], ["status"]),
        (["plan", "lectures.yaml", r"my\ specs", "--only", ""], ["campus", "lectures"]),
        (["plan", "lectures.yaml", "--only", "l"], ["lectures"]),
        (["plan", "lectures.yaml", "--live", "to"], ["tonight.plan.json"]),
        (["plan", "--region", "eu-west-"], ["eu-west-1", "eu-west-2", "eu-west-3"]),
        (["migrate", "lectures.yaml", "--stack", ""], ["lectures"]),
        (["migrate", "lectures.yaml", "--to", "o"], ["oac"]),
        (["keys", "rotate", "lectures.yaml", "lectures-signers", "--replaces", ""], ["one"]),
        (["keys", "rotate", "lectures.yaml", "others", "--replaces", ""], []),
        (["permissions", r"my\ specs", "--role", ""], [ROLE]),
        (["permissions", r"my\ specs", "--for", "a"], ["apply"]),
        (["init", "x", "--trusted-signer", ""], ["self"]),
        (["import", "--from-terraform", ""], ["terraform.tfstate", "tonight.plan.json"]),
        (["list", "--spec", "le"], ["lectures.yaml"]),
        (["schema", "p"], ["plan"]),
        (["help", "ke"], ["keys"]),
        (["help", "keys", ""], ["new", "rotate"]),
    ],
)
def test_offered_completions(offered: Complete, words: list[str], found: list[str]) -> None:
    """Specs, groups, keys, hazards, fields, profiles and flags. Nothing is offered for values that only AWS has."""
    assert sorted(offered(*words)) == sorted(found)


VALUES_OF_AWS = {
    *("--bucket", "--key-group", "--key-id", "--object", "--if-match", "resource_id", "target", "url"),
}
"""Parameters whose values only AWS has, or no list has."""

FREE = {
    *(
        "name",
        "account",
        "settings",
        "file",
        "--cname",
        "--name",
        "--key-name",
        "--group",
        "--expires",
        "--from",
    ),
    *("--ip", "--domain", "--cookies", "--max-age", "--timeout", "--port", "--endpoint-url", "--edge-url"),
    *("--account", "--notify"),
}
"""Parameters for text of the user's own."""

FILES = {"--out", "--all", "--urls", "--from-file", "--dir"}
"""Parameters for files and folders of any name, which the shell completes."""


def test_every_parameter_with_known_values_is_completed() -> None:
    """The others have values of AWS or of the user, or are files of any name."""
    program: Any = get_command(app)
    context = program.make_context("cfstream", ["plan"], obj=Invocation(), resilient_parsing=True)

    def without(command: Any) -> set[str]:
        own = {
            param.opts[0]
            for param in command.params
            if not (getattr(param, "is_flag", False) or getattr(param, "count", False))
            if param._custom_shell_complete is None and not param.type_descriptor.is_choice
        }
        names = command.list_commands(context) if hasattr(command, "list_commands") else ()
        return own.union(*(without(command.get_command(context, name)) for name in names))

    assert without(program) == (VALUES_OF_AWS | FREE | FILES) - {"account"}


def test_fields_are_those_of_the_model() -> None:
    """They come from the schema, which is read faster than the model is imported."""
    described = {field.name: field.description.partition(". ")[0] for field in reference().walk()}
    assert dict(schema_fields()) == described


def test_every_command_is_offered_with_the_help_that_the_list_has(offered: Complete) -> None:
    """Commands are offered in the order of the help."""
    assert offered("") == list(ENTRIES)


def test_revisions_are_those_of_the_repository(offered: Complete) -> None:
    """After an @, branches and tags are offered."""
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["commit", "-q", "--allow-empty", "-m", "x"],
        ["tag", "v1"],
    ):
        somebody = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *somebody, *arguments], check=True)
    assert offered("diff", "lectures.yaml@") == [
        "lectures.yaml@HEAD",
        "lectures.yaml@main",
        "lectures.yaml@v1",
    ]
    assert offered("diff", "lectures.yaml@v") == ["lectures.yaml@v1"]


@pytest.mark.parametrize(
    ("shell", "environment", "message"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "cfstream plan le"}, "_arguments '*: :((\"lectures.yaml\"))'"),
        (
            "zsh",
            {"_TYPER_COMPLETE_ARGS": "cfstream doct"},
            '"doctor":"Check that commands have what they need."',
        ),
        ("zsh", {"_TYPER_COMPLETE_ARGS": "cfstream show x --format j"}, '"json"'),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "cfstream doct", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
            "doctor\tCheck that commands have what they need.",
        ),
        (
            "fish",
            {"_TYPER_COMPLETE_ARGS": "cfstream plan my", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
            "my specs/other.yaml",
        ),
        (
            "powershell",
            {
                "_TYPER_COMPLETE_ARGS": "cfstream keys rotate lectures.yaml l",
                "_TYPER_COMPLETE_WORD_TO_COMPLETE": "l",
            },
            "lectures-signers:::of lectures",
        ),
    ],
)
def test_each_shell_is_answered_in_its_way(
    shell: str,
    environment: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """zsh, fish and PowerShell get words and descriptions in their own format."""
    for name, value in {**environment, "_CFSTREAM_COMPLETE": f"complete_{shell}"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as end:
        main.run(())
    assert end.value.code == 0
    assert message in capsys.readouterr().out


def test_bash_puts_it_into_the_line(folder: Path) -> None:
    """The script of `--show-completion` works in a real bash: a word with a space is quoted."""
    program = folder / "bin" / "cfstream"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cfstream "$@"\n')
    program.chmod(0o755)
    script = """
        eval "$(_CFSTREAM_COMPLETE=source_bash cfstream)"
        COMP_WORDS=(cfstream plan 'my\\ specs/o'); COMP_CWORD=2; _cfstream_completion cfstream
        printf '%s\\n' "${COMPREPLY[@]}"; complete -p cfstream
    """
    path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, env=environment
    )
    assert result.stdout.splitlines() == [
        r"my\ specs/other.yaml",
        "complete -o default -F _cfstream_completion cfstream",
    ], result.stderr


def test_nothing_slow_is_loaded_for_a_word() -> None:
    """Completing loads neither AWS's libraries nor models nor tables, and YAML only for key groups."""
    script = (
        "import os, sys; from cfstream.cli.main import run\n"
        "for words in ('cfstream\\npl', 'cfstream\\nplan\\nl', 'cfstream\\nplan\\n--fo', 'cfstream\\ndocs\\nori',\n"
        "  'cfstream\\nplan\\nl\\n--format\\nj', 'cfstream\\nplan\\nlectures.yaml\\n--only\\nl'):\n"
        "    os.environ |= {'COMP_WORDS': words, 'COMP_CWORD': str(words.count('\\n'))}\n"
        "    try: run([])\n"
        "    except SystemExit: pass\n"
        "slow = {'boto3', 'botocore', 'pydantic', 'ruamel', 'rich', 'moto', 'cryptography'} & set(sys.modules)\n"
        "sys.exit(' '.join(slow) or 0)"
    )
    environment = {
        **os.environ,
        "_CFSTREAM_COMPLETE": "complete_bash",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment
    )
    assert (result.returncode, result.stderr) == (0, "")
    found = result.stdout.splitlines()
    assert found[:3] == ["plan", "lectures.yaml", "--format"]
    assert found[-2:] == ["json", "lectures"]
