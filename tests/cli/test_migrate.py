"""`cfstream migrate`: its edits, what it does not change, and its output."""

import json
import re
import shlex
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.migration.advice import EXISTS, REMARKS
from cfstream.spec.load import load
from tests.cli.conftest import Result
from tests.world.signing import public_pem, rsa_key

Run = Callable[..., Result]

HEAD = "version: 1\nname: lectures\nbucket: lectures-media\n"
MADE = "  - name: lectures-signers\n    public_keys:\n      - {name: k-1, file: keys/k-1.pub.pem}\n"
KEY = ("--to", "key-groups", "--key-name", "k-1")

DIRTY: dict[str, tuple[tuple[str, ...], str, str]] = {
    "an identity": (
        ("--to", "oac"),
        "oai: {comment: x}   # ours\ntrusted_signers: [self]\n",
        "oac: {}             # ours\ntrusted_signers: [self]\n",
    ),
    "an identity of lines, and grants on objects": (
        ("--to", "oac"),
        (
            "oai:\n    id: E1EXAMPLE   # by hand\n\n# grants\ngrant:\n  via: 'object-acl'\n  permission: FULL_CONTROL\n"
            "  prefix: a/  # these\n\ntrusted_signers: [self]"
        ),
        (
            "oac: {}\n\n# grants\ngrant:\n  via: 'bucket-policy'\n  permission: READ\n"
            "  prefix: a/  # these\n\ntrusted_signers: [self]"
        ),
    ),
    "no identity": (
        ("--to", "oac"),
        "trusted_signers: [self]\norigin_access: none\n",
        "trusted_signers: [self]\noac: {}\n",
    ),
    "grants on objects": (
        ("--to", "bucket-policy"),
        "oai: {}\ngrant: {permission: FULL_CONTROL, via: object-acl}\ntrusted_signers: [self]\n",
        "oai: {}\ngrant: {permission: READ, via: bucket-policy}\ntrusted_signers: [self]\n",
    ),
    "grants on objects by a job": (
        ("--to", "bucket-policy"),
        (
            "oai: {}\ngrant:\n  via: object-acl\n  engine: s3-batch  # nightly\n  batch:\n"
            "    role: arn:aws:iam::123456789012:role/jobs\n    report_bucket: reports\n  prefix: a/\n"
            "trusted_signers: [self]\n"
        ),
        "oai: {}\ngrant:\n  via: bucket-policy\n  prefix: a/\ntrusted_signers: [self]\n",
    ),
    "signers": (KEY, "trusted_signers: [self]  # ä\n", f"key_groups:              # ä\n{MADE}"),
    "signers over lines, before a comment": (
        KEY,
        "trusted_signers:\n- self\n- '111122223333' # they\n# end\n",
        f"key_groups:\n{MADE}# end\n",
    ),
    "signers of behaviors": (
        KEY,
        (
            "trusted_signers: [self]\nhttp:\n  behaviors:\n  - path: /a\n    trusted_signers: [self]\n"
            "  - {path: /b, trusted_signers: ['111122223333']}\n  - path: /c\n    public: true\n"
        ),
        (
            f"key_groups:\n{MADE}http:\n  behaviors:\n  - path: /a\n    key_groups: [{{use: lectures-signers}}]\n"
            "  - {path: /b, key_groups: [{use: lectures-signers}]}\n  - path: /c\n    public: true\n"
        ),
    ),
    "signers of a behavior alone": (
        KEY,
        "public: true\nhttp: {behaviors: [{path: /a, trusted_signers: [self]}]}\n",
        (
            "public: true\nhttp: {behaviors: [{path: /a, key_groups: [{name: lectures-signers, "
            "public_keys: [{name: k-1, file: keys/k-1.pub.pem}]}]}]}\n"
        ),
    ),
    "what import said of it": (
        ("--to", "oac", *KEY),
        (
            f"oai: {{id: E1EXAMPLE}}  # {EXISTS}\n# {REMARKS['grant']}\ngrant: {{via: elsewhere}}\n"
            f"# {REMARKS['trusted_signers']}\ntrusted_signers: [self]  # mine\n"
        ),
        f"oac: {{}}\ngrant: {{via: bucket-policy}}\nkey_groups:              # mine\n{MADE}",
    ),
    "both at once, and an empty list": (
        ("--to", "oac", *KEY),
        "key_groups: []\noai: {}\ntrusted_signers: [self]\n",
        f"oac: {{}}\nkey_groups:\n{MADE}",
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write exactly these bytes."""
    path.write_bytes(text.encode())


@pytest.mark.parametrize("wrapped", ["unix", "windows"])
@pytest.mark.parametrize(("flags", "before", "after"), DIRTY.values(), ids=DIRTY)
def test_a_spec_changes_where_it_must(
    cfstream: Run, here: Path, flags: tuple[str, ...], before: str, after: str, *, wrapped: str
) -> None:
    """The rest stays byte for byte, in any editor's format.

    The result is a valid spec, and a second run changes nothing.
    """
    keys = here / "keys"
    keys.mkdir()
    (keys / "k-1.pub.pem").write_bytes(public_pem(rsa_key("k-1")))
    spec = here / "lectures.yaml"
    write(spec, _as_written(wrapped, HEAD + before))
    result = cfstream("migrate", "lectures.yaml", *_with_the_key(flags))
    assert result.code == 0, result.err
    assert spec.read_bytes().decode() == _as_written(wrapped, HEAD + after)
    assert load(["lectures.yaml"])[0].spec.name == "lectures"

    again = cfstream("migrate", "lectures.yaml", *_with_the_key(flags))
    assert (again.code, again.out.startswith("Nothing to migrate")) == (0, True)


def _as_written(system: str, text: str) -> str:
    """Return the text with the line ends of that system."""
    return text if system == "unix" else "\ufeff" + text.replace("\n", "\r\n")


def _with_the_key(flags: tuple[str, ...]) -> list[str]:
    """Return the flags with an existing key, because creating one is slow."""
    command = " ".join(flags).replace("--key-name k-1", "--public-key keys/k-1.pub.pem")
    return command.split()


TWO = f"""\
# both
{HEAD}oai: {{}}  # a
trusted_signers: [self]
---
version: 1
name: b
bucket: b-media
trusted_signers: [self]
---
version: 1
name: c
oai:
  comment: c
bucket: c-media
trusted_signers: [self]
"""


def test_all_documents_that_need_it_change(cfstream: Run, here: Path) -> None:
    """Others stay. With --stack, only that one changes."""
    spec = here / "fleet.yaml"
    write(spec, TWO)
    assert cfstream("migrate", "fleet.yaml", "--to", "oac", "--stack", "c").code == 0
    once = TWO.replace("oai:\n  comment: c\n", "oac: {}\n")
    assert spec.read_text() == once
    assert cfstream("migrate", "fleet.yaml", "--to", "oac").code == 0
    assert spec.read_text() == once.replace("oai: {}  # a", "oac: {}  # a")


def test_only_grants_that_are_not_in_the_policy_move_there(cfstream: Run, here: Path) -> None:
    """Others of the same file stay."""
    second = "---\nversion: 1\nname: b\nbucket: b-media\noai: {}\ntrusted_signers: [self]\n"
    by_acl = f"{HEAD}oai: {{}}\ngrant: {{via: object-acl}}\ntrusted_signers: [self]\n"
    write(here / "fleet.yaml", by_acl + second)
    assert cfstream("migrate", "fleet.yaml", "--to", "bucket-policy").code == 0
    assert (here / "fleet.yaml").read_text() == by_acl.replace("object-acl", "bucket-policy") + second


def test_a_dry_run_writes_nothing(cfstream: Run, here: Path) -> None:
    """It shows the whole edit, creates no key, and prints the command."""
    write(here / "lectures.yaml", HEAD + "trusted_signers: [self]\n")
    result = cfstream("migrate", "lectures.yaml", *KEY, "--dry-run")
    assert (result.code, "-trusted_signers: [self]\n+key_groups:\n" in result.out) == (0, True)
    assert "without --dry-run" in result.out
    assert [path.name for path in here.iterdir()] == ["lectures.yaml"]
    assert (here / "lectures.yaml").read_text() == HEAD + "trusted_signers: [self]\n"


def test_a_key_pair_is_made_for_its_owner_alone(cfstream: Run, here: Path) -> None:
    """It is created beside the spec, from any working directory. An existing pair is used, never overwritten."""
    (here / "specs").mkdir()
    spec = here / "specs" / "lectures.yaml"
    write(spec, HEAD + "trusted_signers: [self, '111122223333']\n")
    result = cfstream("migrate", "specs/lectures.yaml", *KEY, "--format", "json")
    document = json.loads(result.out)
    private = here / "specs" / "keys" / "k-1.pem"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert document["private_key_file"] == "specs/keys/k-1.pem"
    assert document["hazards"] == ["cuts-viewers"]
    assert "cfstream apply specs/lectures.yaml --allow cuts-viewers" in document["next"]
    assert any("111122223333" in note for note in document["notes"])
    assert "PRIVATE" not in result.out + result.err

    content = private.read_bytes()
    write(spec, HEAD + "trusted_signers: [self]\n")
    assert cfstream("migrate", "specs/lectures.yaml", *KEY).code == 0
    assert private.read_bytes() == content


def test_the_next_commands_have_the_flags_of_the_connection(cfstream: Run, here: Path) -> None:
    """They reach the same AWS."""
    write(here / "lectures.yaml", HEAD + "oai: {}\ntrusted_signers: [self]\n")
    result = cfstream("migrate", "lectures.yaml", "--to", "oac", "--profile", "media")
    assert "cfstream apply lectures.yaml --profile media\n" in result.out


REFUSED: dict[str, tuple[str, tuple[str, ...], str]] = {
    "nothing to change to": ("oai: {}\n", (), "--to is missing"),
    "two specs": ("oai: {}\n", ("other.yaml", "--to", "oac"), "only one spec can be edited at a time"),
    "http among others": ("oai: {}\n", ("--to", "http", "--to", "oac"), "it writes a new spec"),
    "no key": ("", ("--to", "key-groups"), "--key-name lectures-1"),
    "no valid key name": ("", ("--to", "key-groups", "--key-name", "../k"), "not a valid key name"),
    "no such key file": ("", ("--to", "key-groups", "--public-key", "k.pem"), "does not exist"),
    "no such stack": ("oai: {}\n", ("--to", "oac", "--stack", "x"), "write lectures"),
    "an rtmp stack to oac": (
        "delivery: rtmp\n",
        ("--to", "oac"),
        "run this first: cfstream migrate lectures.yaml --to http",
    ),
    "an rtmp stack to key groups": (
        "delivery: rtmp\n",
        KEY,
        "run this first: cfstream migrate lectures.yaml --to http",
    ),
    "a key for something else": (
        "oai: {}\n",
        ("--to", "oac", "--key-name", "k"),
        "--key-name needs --to key-groups",
    ),
    "a table for something else": ("oai: {}\n", ("--to", "oac", "--urls", "u"), "--urls needs --to http"),
    "no spec": ("what: is this\n", ("--to", "oac"), "what"),
}


@pytest.mark.parametrize(("lines", "flags", "message"), REFUSED.values(), ids=REFUSED)
def test_an_impossible_migration_is_refused(
    cfstream: Run, here: Path, lines: str, flags: tuple[str, ...], message: str
) -> None:
    """The error has the reason and a fix. Nothing is written."""
    text = HEAD + lines + "trusted_signers: [self]\n"
    write(here / "lectures.yaml", text)
    result = cfstream("migrate", "lectures.yaml", *flags)
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.split())
    assert [path.name for path in here.iterdir()] == ["lectures.yaml"]
    assert (here / "lectures.yaml").read_text() == text


def test_a_spec_that_only_people_can_edit_stays(cfstream: Run, here: Path) -> None:
    """Nothing is written, and the error names the reason."""
    text = HEAD + "oai: &x {comment: a}\nlogging: false\ntrusted_signers: [self]\ntags: *x\n"
    write(here / "lectures.yaml", text)
    result = cfstream("migrate", "lectures.yaml", "--to", "oac")
    assert (result.code, result.out) == (1, "")
    assert "by hand" in result.err
    assert (here / "lectures.yaml").read_text() == text


def test_an_edit_with_a_problem_is_not_written(cfstream: Run, here: Path) -> None:
    """For example, a group with a name that the spec already has. No key is created either."""
    group = "key_groups: [{name: lectures-signers, public_keys: [{name: k-0, file: k-0.pem}]}]"
    text = f"{HEAD}trusted_signers: [self]\nhttp: {{behaviors: [{{path: /a, {group}}}]}}\n"
    (here / "k-0.pem").write_bytes(public_pem(rsa_key("k-1")))
    write(here / "lectures.yaml", text)
    result = cfstream("migrate", "lectures.yaml", *KEY)
    assert (result.code, result.out) == (2, "")
    assert "the edited spec would have a problem" in result.err
    assert (here / "lectures.yaml").read_text() == text
    assert not (here / "keys").exists()
    assert cfstream("migrate", "lectures.yaml", *KEY, "--group", "members").code == 0


def test_a_file_of_another_encoding_stays(cfstream: Run, here: Path) -> None:
    """A file that is not UTF-8 is reported and does not change."""
    (here / "lectures.yaml").write_bytes(HEAD.encode() + "oai: {comment: ä}\n".encode("latin-1"))
    result = cfstream("migrate", "lectures.yaml", "--to", "oac")
    assert (result.code, "UTF-8" in result.err) == (2, True)


def test_one_stack_at_a_time_gets_a_key(cfstream: Run, here: Path) -> None:
    """Each stack needs its own group and key, so one of several must be named."""
    write(here / "fleet.yaml", TWO)
    result = cfstream("migrate", "fleet.yaml", *KEY)
    assert (result.code, "--stack lectures" in result.err) == (2, True)


def advised(cfstream: Run, *specs: str) -> tuple[int, Any]:
    """Return the exit code, and what each stack should migrate to."""
    result = cfstream("migrate", "--check", *specs, "--format", "json")
    rows = json.loads(result.out)["stacks"]
    return result.code, {row["name"]: [each["to"] for each in row["migrations"]] for row in rows}


def test_check_reads_a_folder(cfstream: Run, here: Path) -> None:
    """Each stack has what it should migrate to, and why. The exit code shows whether any should."""
    write(here / "fleet.yaml", TWO)
    write(here / "rtmp.yaml", HEAD.replace("lectures", "old") + "delivery: rtmp\ntrusted_signers: [self]\n")
    write(here / "open.yaml", HEAD.replace("lectures", "open") + "origin_access: none\npublic: true\n")
    write(here / "good.yaml", HEAD.replace("lectures", "good") + "key_groups: [{use: g}]\n")
    assert advised(cfstream, ".") == (
        3,
        {
            "lectures": ["oac", "key-groups"],
            "b": ["key-groups"],
            "c": ["oac", "key-groups"],
            "old": ["http"],
            "open": ["oac"],
            "good": [],
        },
    )
    assert advised(cfstream, "good.yaml") == (0, {"good": []})
    result = cfstream("migrate", "--check", "fleet.yaml")
    assert "fleet.yaml:5: lectures\n" in result.out
    assert "fix: cfstream migrate fleet.yaml --to oac --stack lectures\n" in result.out
    assert result.out.endswith("3 of 3 stacks should migrate.\n")


def test_every_advice_can_be_followed(cfstream: Run, here: Path) -> None:
    """Each suggested migration is possible. Afterwards there are no suggestions."""
    spec = here / "lectures.yaml"
    write(spec, HEAD + "oai: {}\ngrant: {via: object-acl}\ntrusted_signers: [self]\n")
    assert advised(cfstream, "lectures.yaml") == (3, {"lectures": ["oac", "key-groups"]})
    output = cfstream("migrate", "--check", "lectures.yaml").out
    commands = re.findall(r"fix: cfstream (.+)", output)
    for command in commands:
        assert cfstream(*shlex.split(command)).code == 0, command
    assert len(commands) == 2
    assert advised(cfstream, "lectures.yaml") == (0, {"lectures": []})
