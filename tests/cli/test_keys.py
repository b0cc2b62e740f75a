"""`cfstream keys`: key pairs that are never overwritten, and rotations that can be interrupted at any time."""

import difflib
import json
import os
import shlex
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from cfstream.aws.clock import DISAGREEMENT
from cfstream.errors import WrongUsage
from cfstream.kinds.key_group.rotation import group_of, new_name
from tests.cli.conftest import Result
from tests.cli.signing_account import SPEC, Folder, folder
from tests.unit.spec.reading import stack
from tests.world.sandbox import Sandbox
from tests.world.signing import public_pem, rsa_key

Run = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A spec with its keys. Its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    return folder(tmp_path)


@pytest.fixture
def rotate(cfstream: Run, here: Folder) -> Callable[..., Any]:
    """Run `rotate`, and return its document."""

    def run(*flags: str) -> Any:
        result = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers", "--format", "json", *flags)
        assert result.code == 0, result.err
        return json.loads(result.out)

    return run


def create(cfstream: Run) -> None:
    """Apply the spec for the first time: opening its public path to anyone is a hazard."""
    result = cfstream("apply", "lectures.yaml", "--yes", "--allow", "makes-public")
    assert result.code == 0, result.err


def hazards(cfstream: Run) -> set[str]:
    """Return the hazards of the plan."""
    plan = json.loads(cfstream("plan", "lectures.yaml", "--format", "json").out)
    assert plan["stacks"][0]["problems"] == []
    return {hazard["name"] for hazard in plan["stacks"][0]["hazards"]}


def lines(before: str, after: str) -> list[str]:
    """Return the removed and added lines, with their signs."""
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_new_pair_is_for_its_owner_alone(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The private half has mode 0600 with any umask. The public half matches it."""
    monkeypatch.chdir(tmp_path)
    before = os.umask(0)
    try:
        result = cfstream("keys", "new", "lectures-1", "--type", kind)
    finally:
        os.umask(before)
    private, public = Path("keys/lectures-1.pem"), Path("keys/lectures-1.pub.pem")
    assert (result.code, result.out) == (0, f"{private}\n{public}\n")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    key: Any = load_pem_private_key(private.read_bytes(), None)
    assert key.public_key() == load_pem_public_key(public.read_bytes())
    assert "PRIVATE" not in result.err


@pytest.mark.parametrize("there", ["lectures-1.pem", "lectures-1.pub.pem"])
def test_no_key_is_ever_overwritten(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    """If either file exists, also as a dangling link, nothing is written."""
    monkeypatch.chdir(tmp_path)
    Path("k").mkdir()
    Path("k", there).symlink_to("nowhere")
    result = cfstream("keys", "new", "lectures-1", "--dir", "k")
    assert (result.code, result.out) == (2, "")
    assert "never overwritten" in result.err
    assert os.listdir("k") == [there]


@pytest.mark.parametrize("name", ["../up", "a/b", "", "a b", "x" * 129])
def test_a_name_must_be_valid_in_cloudfront(cfstream: Run, here: Folder, name: str) -> None:
    """So it is never a path."""
    assert cfstream("keys", "new", name).code == 2
    assert cfstream("keys", "rotate", "lectures.yaml", "lectures-signers", "--name", name or " ").code == 2


def test_the_next_commands_can_be_pasted(rotate: Callable[..., Any]) -> None:
    """The next commands have the flags for the same AWS, quoted for a shell."""
    flags = "--profile 'my media' --region eu-west-1 --edge-url http://127.0.0.1:4566"
    following = rotate(*shlex.split(flags))["next"]
    commands = [step[step.index("cfstream ") :] for step in following if "cfstream " in step]
    assert commands == [
        f"cfstream plan lectures.yaml {flags}",
        f"cfstream apply lectures.yaml {flags}",
        f"cfstream keys rotate lectures.yaml lectures-signers {flags}",
    ]


def test_a_rotation_from_beginning_to_end(
    cfstream: Run, here: Folder, rotate: Callable[..., Any], aws: Sandbox
) -> None:
    """New key, wait, old key: each run shows the next step and has no hazard. A run too early changes nothing."""
    spec = Path("lectures.yaml")
    spec.write_text(SPEC.replace("24h", "1s"))
    create(cfstream)
    first = spec.read_text()

    begun = rotate()
    assert (begun["outcome"], begun["joined"]) == ("begun", "lectures-2")
    assert begun["commit"] == ["lectures.yaml", "keys/lectures-2.pub.pem"]
    assert stat.S_IMODE(Path("keys/lectures-2.pem").stat().st_mode) == 0o600
    second = spec.read_text()
    entry = "      - {name: lectures-2, file: keys/lectures-2.pub.pem, replaces: [lectures-1]}"
    assert lines(first, second) == [f"+ {entry}"]

    assert rotate()["outcome"] == "apply-first"
    assert hazards(cfstream) == set()
    assert cfstream("apply", "lectures.yaml", "--yes").code == 0
    ended = rotate()
    while ended["outcome"] == "waiting":
        assert ended["wait_seconds"] <= 1 + DISAGREEMENT.total_seconds() + 1
        assert spec.read_text() == second
        aws.cloudfront.settings.clock_ahead_seconds += ended["wait_seconds"] + 1
        ended = rotate()
    assert (ended["outcome"], ended["leaving"]) == ("taken-out", ["lectures-1"])
    assert ended["next"][-1] == "delete the private key of lectures-1 everywhere: nothing needs it any more"
    old = "      - {name: lectures-1, file: keys/lectures-1.pub.pem}"
    assert lines(second, spec.read_text()) == [f"- {old}"]

    assert rotate()["outcome"] == "apply-first"
    assert hazards(cfstream) == set()
    assert cfstream("apply", "lectures.yaml", "--yes").code == 0
    assert "No changes." in cfstream("plan", "lectures.yaml").out
    ended = spec.read_text()
    again = "cfstream keys rotate lectures.yaml lectures-signers --replaces lectures-2"
    for flags in ((), ("--replaces", "lectures-1"), ("--replaces", "lectures-1", "--now")):
        done = rotate(*flags)
        assert (done["outcome"], done["leaving"]) == ("complete", ["lectures-1"])
        assert done["next"] == [f"to begin another one: {again}"]
    for asked in (("--now",), ("--name", "lectures-9")):
        refused = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers", *asked)
        named = f"--replaces lectures-2 {' '.join(asked)}"
        assert (refused.code, named in " ".join(refused.err.split())) == (2, True)
    assert spec.read_text() == ended
    assert rotate("--replaces", "lectures-2")["joined"] == "lectures-3"


def test_within_the_grace_period_it_shows_how_long_to_wait(
    cfstream: Run, here: Folder, rotate: Callable[..., Any], aws: Sandbox
) -> None:
    """Exit 0, the time, the seconds, and an unchanged spec. With --now the plan has the hazard."""
    rotate()
    create(cfstream)
    before = Path("lectures.yaml").read_text()
    waiting = rotate()
    assert (waiting["outcome"], waiting["leaving"]) == ("waiting", ["lectures-1"])
    assert 86_000 < waiting["wait_seconds"] <= 86_400 + DISAGREEMENT.total_seconds() + 1
    assert Path("lectures.yaml").read_text() == before
    text = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers").out
    assert "URLs signed with lectures-1 may be valid until" in " ".join(text.split())

    assert rotate("--now")["outcome"] == "taken-out"
    assert hazards(cfstream) == {"cuts-viewers"}


def test_a_key_that_only_joins_needs_no_hazard_allowed(
    rotate: Callable[..., Any], aws: Sandbox, cfstream: Run
) -> None:
    """The suggested apply command has exactly the needed flags."""
    create(cfstream)
    rotate()
    again = rotate()
    assert again["outcome"] == "apply-first"
    assert not any("--allow" in step for step in again["next"])


def test_the_only_group_need_not_be_named(
    cfstream: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several groups, one must be named. The error lists them."""
    monkeypatch.chdir(tmp_path)
    assert cfstream("keys", "new", "k-1").code == 0
    group = "  - {{name: {}, public_keys: [{{name: k-1, file: keys/k-1.pub.pem}}]}}\n"
    head = "version: 1\nname: lectures\nbucket: lectures-media\nkey_groups:\n"
    Path("lectures.yaml").write_text(head + group.format("one") + group.format("two"))
    result = cfstream("keys", "rotate", "lectures.yaml")
    assert (result.code, "fix: name one of one, two" in result.err) == (2, True)
    Path("lectures.yaml").write_text(head + group.format("one"))
    assert "k-2 joins one, and replaces k-1" in cfstream("keys", "rotate", "lectures.yaml").out


def test_a_leaked_key_is_removed_at_once(
    cfstream: Run, here: Folder, rotate: Callable[..., Any], aws: Sandbox
) -> None:
    """With --now the new key replaces the old one in one edit. Apply needs the hazard allowed."""
    create(cfstream)
    before = Path("lectures.yaml").read_text()
    done = rotate("--now", "--name", "lectures-clean")
    assert any("--allow cuts-viewers" in step for step in done["next"])
    assert lines(before, Path("lectures.yaml").read_text()) == [
        "-       - {name: lectures-1, file: keys/lectures-1.pub.pem}",
        "+       - {name: lectures-clean, file: keys/lectures-clean.pub.pem, replaces: [lectures-1]}",
    ]
    assert hazards(cfstream) == {"cuts-viewers"}
    again = rotate()
    assert again["outcome"] == "apply-first"
    assert any(step.startswith("cfstream apply lectures.yaml --allow cuts-viewers") for step in again["next"])
    assert cfstream("apply", "lectures.yaml", "--yes", "--allow", "cuts-viewers").code == 0
    assert "No changes." in cfstream("plan", "lectures.yaml").out


def test_one_of_several_keys_is_replaced(
    cfstream: Run, here: Folder, rotate: Callable[..., Any], aws: Sandbox
) -> None:
    """The others stay in the group, in the spec and at the edges."""
    cfstream("keys", "new", "partner")
    text = Path("lectures.yaml").read_text()
    own = "      - {name: lectures-1, file: keys/lectures-1.pub.pem}\n"
    assert own in text
    partner = own.replace("lectures-1", "partner")
    Path("lectures.yaml").write_text(text.replace(own, own + partner))
    create(cfstream)
    before = Path("lectures.yaml").read_text()
    done = rotate("--replaces", "lectures-1", "--now")
    assert (done["joined"], done["leaving"]) == ("lectures-2", ["lectures-1"])
    new = own.replace("lectures-1", "lectures-2").replace("}", ", replaces: [lectures-1]}")
    assert Path("lectures.yaml").read_text() == before.replace(own + partner, partner + new)
    assert cfstream("apply", "lectures.yaml", "--yes", "--allow", "cuts-viewers").code == 0
    assert "No changes." in cfstream("plan", "lectures.yaml").out


def test_the_keys_of_several_must_be_named(cfstream: Run, here: Folder, rotate: Callable[..., Any]) -> None:
    """Otherwise one new key would replace all. The suggested command keeps the flag, and does no harm if it is late."""
    cfstream("keys", "new", "partner")
    text = Path("lectures.yaml").read_text()
    own = "      - {name: lectures-1, file: keys/lectures-1.pub.pem}\n"
    Path("lectures.yaml").write_text(text.replace(own, own + own.replace("lectures-1", "partner")))
    before = Path("lectures.yaml").read_text()
    for flags in ((), ("--now",)):
        result = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers", *flags)
        assert (result.code, Path("lectures.yaml").read_text()) == (2, before)
        assert "the key group lectures-signers has 2 keys: lectures-1, partner" in result.err
    again = "cfstream keys rotate lectures.yaml lectures-signers --replaces lectures-1"
    assert rotate("--replaces", "lectures-1")["next"][-1].endswith(f"or later: {again}")


def test_another_key_waits_for_the_rotation_in_progress(
    cfstream: Run, here: Folder, rotate: Callable[..., Any]
) -> None:
    """A second rotation of the group is refused, and the spec stays as it is."""
    rotate("--replaces", "lectures-1")
    before = Path("lectures.yaml").read_bytes()
    result = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers", "--replaces", "lectures-2")
    assert (result.code, "lectures-1 is already being replaced" in result.err) == (2, True)
    assert Path("lectures.yaml").read_bytes() == before


def test_a_key_that_leaks_during_a_rotation_is_removed_at_once(
    cfstream: Run, here: Folder, rotate: Callable[..., Any]
) -> None:
    """The key that is being replaced stays until its time, also if the one that replaces it has leaked."""
    cfstream("keys", "new", "partner")
    text = Path("lectures.yaml").read_text()
    own = "      - {name: lectures-1, file: keys/lectures-1.pub.pem}\n"
    Path("lectures.yaml").write_text(text.replace(own, own + own.replace("lectures-1", "partner")))
    assert rotate("--replaces", "lectures-1")["joined"] == "lectures-2"
    assert rotate("--replaces", "partner", "--now", "--name", "partner-2")["leaving"] == ["partner"]
    assert rotate("--replaces", "lectures-2", "--now")["joined"] == "lectures-3"
    assert lines(text, Path("lectures.yaml").read_text()) == [
        "+       - {name: partner-2, file: keys/partner-2.pub.pem, replaces: [partner]}",
        "+       - {name: lectures-3, file: keys/lectures-3.pub.pem, replaces: [lectures-2, lectures-1]}",
    ]


@pytest.mark.parametrize("stopped_after", ["the private half", "both halves"])
def test_an_interrupted_run_is_resumed(
    cfstream: Run, here: Folder, rotate: Callable[..., Any], stopped_after: str
) -> None:
    """The key of the earlier run is used, and no second one is created."""
    cfstream("keys", "new", "lectures-2")
    private = Path("keys/lectures-2.pem").read_bytes()
    if stopped_after == "the private half":
        Path("keys/lectures-2.pub.pem").unlink()
    assert rotate()["joined"] == "lectures-2"
    assert Path("keys/lectures-2.pem").read_bytes() == private
    assert cfstream("validate", "lectures.yaml").code == 0


def test_an_invalid_pair_is_refused(cfstream: Run, here: Folder) -> None:
    """The files of two pairs, and an old key under a new name, are refused. The spec stays."""
    before = Path("lectures.yaml").read_bytes()
    Path("keys/lectures-2.pem").write_bytes(Path("keys/foreign.pem").read_bytes())
    Path("keys/lectures-2.pub.pem").write_bytes(public_pem(rsa_key("clips-1")))
    result = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers")
    assert (result.code, "is not the public half" in result.err) == (2, True)
    Path("keys/lectures-2.pem").write_bytes(Path("keys/lectures-1.pem").read_bytes())
    Path("keys/lectures-2.pub.pem").unlink()
    result = cfstream("keys", "rotate", "lectures.yaml", "lectures-signers")
    assert (result.code, "contains the same key as" in result.err) == (2, True)
    assert Path("lectures.yaml").read_bytes() == before


def test_a_spec_keeps_its_form(cfstream: Run, here: Folder, rotate: Callable[..., Any]) -> None:
    """Byte order mark, CRLF, a missing final line end, permissions and a link stay."""
    real = Path("real.yaml")
    text = SPEC.replace("http:\n", "# the end\nhttp:\n").removesuffix("\n")
    real.write_bytes(("\ufeff" + text).replace("\n", "\r\n").encode())
    real.chmod(0o640)
    Path("lectures.yaml").unlink()
    Path("lectures.yaml").symlink_to(real)
    before = real.read_bytes()
    rotate()
    entry = b"      - {name: lectures-2, file: keys/lectures-2.pub.pem, replaces: [lectures-1]}\r\n"
    after = real.read_bytes()
    assert entry in after
    assert after.replace(entry, b"") == before
    assert Path("lectures.yaml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert not [name for name in os.listdir() if name.startswith(".")]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("lectures.yaml", "nobody"), "declares no key group nobody"),
        (("-", "lectures-signers"), "only a file can be edited"),
        ((".", "lectures-signers"), "only a file can be edited"),
        (("absent.yaml", "lectures-signers"), "only a file can be edited"),
        (("lectures.yaml", "lectures-signers", "--name", "clips-1"), "already has a key clips-1"),
        (
            ("lectures.yaml", "lectures-signers", "--replaces", "clips-1"),
            "lectures-signers has no key clips-1",
        ),
    ],
)
def test_wrong_arguments_of_rotate(
    cfstream: Run, here: Folder, arguments: tuple[str, ...], reason: str
) -> None:
    """Exit 2, and nothing is written."""
    before = sorted(os.listdir("keys"))
    result = cfstream("keys", "rotate", *arguments)
    assert (result.code, result.out) == (2, "")
    assert reason in " ".join(result.err.split())
    assert sorted(os.listdir("keys")) == before


@pytest.mark.parametrize(
    ("lines", "name", "reason", "fix"),
    [
        (
            "key_groups: [{use: by-hand}]",
            None,
            "only refers to the key group by-hand",
            "add a group of your own",
        ),
        ("key_groups: [{use: by-hand}]", "by-hand", "only refers to the key group", "remove `use: by-hand`"),
        ("public: true", None, "declares no key group", "declare one"),
    ],
)
def test_a_group_that_the_spec_does_not_declare(lines: str, name: str | None, reason: str, fix: str) -> None:
    """It is not rotated, and the fix says how its keys are replaced."""
    with pytest.raises(WrongUsage, match=reason) as refused:
        group_of([stack(lines)], name)
    assert fix in refused.value.do


@pytest.mark.parametrize(
    ("old", "taken", "new"),
    [
        ("lectures-1", (), "lectures-2"),
        ("lectures-1", ("lectures-2", "lectures-3"), "lectures-4"),
        ("lectures-2026-05", (), "lectures-2026-11"),
        ("lectures-2026-11", ("lectures-2026-11",), "lectures-2026-11-24"),
        ("lectures-2026-11-24", ("lectures-2026-11", "lectures-2026-11-24"), "lectures-2026-11-24-2"),
        ("lectures", (), "lectures-2026-11"),
        ("2026-05", (), "2026-11"),
        ("x" * 128, (), "x" * 100 + "-2026-11"),
    ],
)
def test_a_successor_is_named_after_the_old_key(old: str, taken: tuple[str, ...], new: str) -> None:
    """The month or the number in the name is advanced, and no name is used twice."""
    assert new_name(old, datetime(2026, 11, 24, tzinfo=UTC), taken) == new
