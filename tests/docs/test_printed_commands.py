"""Every command that cfstream prints can be pasted: the program's own parser accepts it.

The commands come from the texts in the code, with a word for each value, and from the golden files.
"""

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from typer.main import get_command

from cfstream.cli.invocation import Invocation
from cfstream.cli.main import app
from cfstream.cli.table import ENTRIES
from tests.golden.screens.screen import WRAPPED

ROOT = Path(__file__).parents[2]
UNFINISHED = {
    "cfstream plan --out",
    "cfstream plan --format html",
}
"""Mentions of a flag in help and Markdown."""

CHOSEN = {"cfstream migrate word --to word": "cfstream migrate word --to oac"}
"""Commands with a value that is one of a few."""

PROSE = r"\s(?:again|and|to|which|or|shows?|then|by|first|lists?(?!-)|for|in|must|reads|needs|with the)\b.*"
"""What ends a command in a sentence."""

OPENSSL = {
    "pkey": {"-in", "-out", "-pubout", "-aes256", "-traditional"},
    "x509": {"-in", "-noout", "-pubkey"},
    "rsa": {"-RSAPublicKey_in", "-in", "-pubout"},
    "req": {"-in", "-noout", "-pubkey"},
    "genrsa": set(),
}
AWS_CLI = {
    ("configure",),
    ("configure", "list-profiles"),
    ("sso", "login"),
    ("s3", "cp"),
    ("s3", "ls"),
    ("s3", "sync"),
}
"""Commands of the AWS CLI that are not operations of the API."""


def _texts() -> Iterator[str]:
    """Yield the texts in the code except docstrings, with a word for each value, and the golden files."""
    for file in sorted((ROOT / "cfstream").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        bodies = [node for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        skipped = {id(node.value) for node in bodies}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(part) for part in ast.walk(node) if part is not node}
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values
                )
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
                yield node.value
    for file in sorted(
        [*(ROOT / "tests/golden").rglob("*.txt"), *(ROOT / "tests/unit/spec/tables").glob("*.txt")]
    ):
        text = file.read_text(encoding="utf-8").replace(f"{WRAPPED}\n", "")
        yield re.sub(r"\n {7,}(?=\S)", " ", text)


@cache
def _all_texts() -> tuple[str, ...]:
    return tuple(_texts())


def _printed(program: str) -> list[str]:
    """Return the commands of a program that follow a colon, a backtick, a quote or `run`."""
    found = set()
    for text in _all_texts():
        for match in re.finditer(rf"(?:run|:|`|\"|^)\s*({program} [a-z][^`\";,\n]*)", text, re.MULTILINE):
            command = re.sub(PROSE, "", match[1])
            found.add(re.sub(r"\s\(.*|[.):]*\s*$|\s…", "", command))
    return sorted(each for each in found if len(each.split()) > 1)


def _commands() -> list[str]:
    """Return the printed commands of cfstream. A name alone is a mention, not a command to paste."""
    found = [each for each in _printed("cfstream") if each.split()[1] in ENTRIES]
    return [each for each in found if len(each.split()) > 2 and each not in UNFINISHED]


PROGRAM: Any = get_command(app)


def _objection(command: str) -> str:
    """Return what the program's parser objects to a command; empty if it accepts it. Nothing is run."""
    words = shlex.split(CHOSEN.get(command, command).replace("{spec}", "word").split(" > ")[0])[1:]
    group = PROGRAM
    try:
        context = group.make_context("cfstream", [words[0]], obj=Invocation())
        while True:
            name, *words = words
            group = group.get_command(context, name)
            if group is None:
                return f"no command {name}"
            if not hasattr(group, "commands") or not words:
                break
            context = group.make_context(name, [words[0]], parent=context)
        if not hasattr(group, "commands"):
            group.make_context(name, words, parent=context)
    except Exception as error:  # click's errors, whose class typer does not export
        return str(error)
    return ""


def test_the_parser_accepts_every_printed_command() -> None:
    """The commands, their flags and their arguments are those of the program."""
    found = _commands()
    assert len(found) > 20
    assert {command: what for command in found if (what := _objection(command))} == {}


def test_prose_does_not_look_like_a_command() -> None:
    """After "run", a colon or a backtick, the word after cfstream is a command, or a verb of a sentence."""
    others = {each.split()[1] for each in _printed("cfstream")} - ENTRIES.keys()
    verbs = {
        "adds",
        "asks",
        "chooses",
        "created",
        "creates",
        "did",
        "does",
        "finds",
        "leaves",
        "never",
        "only",
        "would",
    }
    assert others <= verbs | {"spec", "word"}


def test_commands_of_openssl() -> None:
    """They have subcommands and flags that exist, and their quotes are closed."""
    found = [shlex.split(command) for command in _printed("openssl") + _printed("ssh-keygen -")]
    assert found
    for program, name, *words in found:
        if program == "openssl":
            assert {word for word in words if word.startswith("-")} <= OPENSSL[name]


def test_commands_of_aws() -> None:
    """They are operations that the AWS CLI has, or its own commands."""
    session = botocore.session.get_session()
    for command in (each for each in _printed("aws") if not each.startswith("aws-")):
        plain = tuple(word for word in shlex.split(command)[1:] if not word.startswith("-"))
        if not any(plain[: len(known)] == known for known in AWS_CLI):
            service = {"s3api": "s3"}.get(plain[0], plain[0])
            operations = {each.casefold() for each in session.get_service_model(service).operation_names}
            assert plain[1].replace("-", "").casefold() in operations, command


def test_a_command_of_terraform() -> None:
    """It reads the state, or changes only the state, by address."""
    for command in _printed("terraform"):
        if command == "terraform state":  # a mention, without a subcommand
            continue
        words = shlex.split(command)[1:3]
        assert words in (["state", "rm"], ["state", "list"], ["state", "pull"], ["show", "-json"]), command
