"""import against a sandbox: files, output and refusals."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.account import SmallAccount
from tests.cli.conftest import Result
from tests.world.configs import (
    behavior,
    config,
    control_config,
    listing,
    make,
    make_control,
    make_identity,
    origin,
    signers,
)
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

CUSTOM = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


def custom(domain: str) -> Any:
    """Return a config whose default behavior leads to a custom origin."""
    source = {"Id": "s3", "DomainName": domain, "CustomOriginConfig": CUSTOM}
    return config("custom", Origins=listing(source))


@pytest.mark.parametrize("kind", ["distribution", "streaming"])
def test_the_plan_of_what_was_imported_is_empty(account: SmallAccount, run: Run, kind: str) -> None:
    """It is empty for both deliveries, on the first run and on the next."""
    assert run("import", getattr(account, kind), "--out", "it.yaml").code == 0
    for _ in range(2):
        planned = run("plan", "it.yaml", "--check", "--format", "json")
        assert (planned.code, json.loads(planned.out)["in_sync"]) == (0, True)


def test_without_a_file_the_spec_is_the_result(account: SmallAccount, run: Run) -> None:
    """Only the spec is on stdout. Warnings, and whether the plan is empty, are on stderr."""
    result = run("import", account.distribution)
    assert result.out.startswith(f"# Imported from the distribution {account.distribution}")
    assert f"adopt: {account.distribution}" in result.out
    assert "The plan of lectures is empty." in result.err
    Path("it.yaml").write_text(result.out)
    assert run("validate", "it.yaml").code == 0


def test_on_a_terminal_it_says_how_to_write_the_spec(
    account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --out nothing is written, and the last line says so. With a pipe it is not there."""
    assert "Nothing was written" not in run("import", account.distribution).err
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    command = f"cfstream import {account.distribution} --out lectures.yaml"
    assert f"Nothing was written. To write the spec: {command}\n" in run("import", account.distribution).err


@pytest.mark.parametrize(
    "command", [("list", "--spec", "old.yaml"), ("import", "--all", "specs"), ("import", "ID")]
)
def test_the_command_that_writes_a_spec_names_a_free_file(
    account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """A file is never overwritten, so the command could not run with the name of one that exists."""
    Path("old.yaml").write_text("version: 1\nname: old\nbucket: media\ntrusted_signers: [self]\n")
    Path("lectures.yaml").write_text("# another one\n")
    Path("lectures-2.yaml").symlink_to("nowhere")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    result = run(*(account.distribution if word == "ID" else word for word in command))
    found = re.search(rf"cfstream import {account.distribution} --out (\S+)", result.out + result.err)
    assert found
    assert found[1] == "lectures-3.yaml"
    assert run(*shlex.split(found[0])[1:]).code == 0


def test_a_second_spec_of_one_distribution_is_reported(account: SmallAccount, run: Run) -> None:
    """A warning names the first one, or the stack as which cfstream manages it. --all warns, too."""
    first = " ".join(run("import", account.streaming, "--out", "first.yaml").err.split())
    assert "warning: it is managed as the stack old: if that has a spec, keep only one" in first
    again = " ".join(run("import", account.streaming, "--out", "second.yaml").err.split())
    warning = "warning: first.yaml describes the same stack or distribution: keep only one spec of it"
    assert warning in again
    free = make(account.cloudfront, config("by-hand", Comment="Films"))["Id"]
    assert run("import", free, "--out", "films.yaml").code == 0
    warning = "warning: films.yaml describes the same stack or distribution: keep only one spec of it"
    assert warning in " ".join(run("import", "--all", "specs").out.split())


def test_a_distribution_is_found_by_all_its_names(account: SmallAccount, run: Run) -> None:
    """Its id, its ARN, its domain name, a cname, and a URL with one of them give the same spec."""
    live = account.cloudfront.get_streaming_distribution(Id=account.streaming)["StreamingDistribution"]
    names = [live["Id"], live["ARN"], live["DomainName"], "OLD.example.com.", "https://old.example.com/a.flv"]
    assert len({run("import", name).out for name in names}) == 1


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("E0000000000000", "distribution E0000000000000 does not exist"),
        ("films.example.com", "has the name films.example.com"),
        ("arn:aws:cloudfront::999999999999:distribution/E12345", "is in account 999999999999"),
        ("arn:aws:s3:::media", "not the ARN of a distribution"),
        ("", "no distribution of account"),
    ],
)
def test_an_argument_that_names_no_distribution_is_refused(
    account: SmallAccount, run: Run, target: str, words: str
) -> None:
    """Exit 2, the reason, a fix, and no file."""
    result = run("import", target, "--out", "it.yaml")
    assert (result.code, result.out) == (2, "")
    assert words in " ".join(result.err.split())
    assert "fix:" in result.err
    assert not Path("it.yaml").exists()


def test_an_identity_is_not_a_distribution(account: SmallAccount, run: Run) -> None:
    """The error names the type of an OAI's or OAC's id."""
    control = make_control(account.cloudfront, "theirs")["Id"]
    for each in (account.unused, control):
        result = run("import", each)
        assert (result.code, result.out) == (2, "")
        assert "not a distribution" in " ".join(result.err.split())


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("media.s3-website-us-east-1.amazonaws.com", "supports neither OAC nor OAI"),
        ("www.example.org", "not an S3 bucket"),
        ("media.s3.us-east-1.amazonaws.com", "in a way that a spec cannot express"),
    ],
)
def test_an_origin_that_is_not_a_bucket_is_refused(
    account: SmallAccount, run: Run, domain: str, words: str
) -> None:
    """A website endpoint, a custom server, and a bucket as a custom origin are refused."""
    created = make(account.cloudfront, custom(domain))
    result = run("import", created["Id"], "--out", "it.yaml")
    assert (result.code, result.out) == (2, "")
    assert words in " ".join(result.err.split())
    assert not Path("it.yaml").exists()


def test_a_control_that_never_signs_is_refused(account: SmallAccount, run: Run) -> None:
    """Every plan of a spec with it would have a problem."""
    sent = control_config("idle", SigningBehavior="never")
    created = account.cloudfront.create_origin_access_control(OriginAccessControlConfig=sent)
    control = created["OriginAccessControl"]["Id"]
    sent = config("idle", Origins=listing(origin(OriginAccessControlId=control)))
    result = run("import", make(account.cloudfront, sent)["Id"])
    assert (result.code, result.out) == (2, "")
    assert "does not sign" in " ".join(result.err.split())


def test_an_existing_file_stays(account: SmallAccount, run: Run) -> None:
    """Nothing is overwritten, and AWS is not called."""
    Path("it.yaml").write_text("mine")
    result = run("import", account.distribution, "--out", "it.yaml")
    assert (result.code, Path("it.yaml").read_text()) == (2, "mine")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("E12345", "--all", "specs"),
        ("--all", "specs", "--out", "it.yaml"),
        ("--all", "specs", "--name", "lectures"),
        ("E12345", "--name", "My Lectures"),
    ],
)
def test_conflicting_flags_are_refused(run: Run, aws: Sandbox, arguments: tuple[str, ...]) -> None:
    """Exit 2, and what to write instead."""
    result = run("import", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "fix:" in result.err


def test_a_name_can_be_chosen_unless_it_has_one(account: SmallAccount, run: Run) -> None:
    """A distribution with the tag of a stack keeps its name."""
    by_hand = make(account.cloudfront, config("by-hand", Comment="Films of 2026"))
    assert "\nname: films-of-2026" in run("import", by_hand["Id"]).out
    assert "\nname: films " in run("import", by_hand["Id"], "--name", "films").out
    result = run("import", account.distribution, "--name", "films")
    assert (result.code, result.out) == (2, "")
    assert "belongs to the stack lectures" in " ".join(result.err.split())


def test_the_whole_account_becomes_a_folder(account: SmallAccount, run: Run) -> None:
    """There is a file for each distribution of a bucket that no stack manages. The plan of all together is empty.

    The others are named once.
    """
    for number in (1, 2):
        make(account.cloudfront, config(f"by-hand-{number}", Comment="Lectures"))
    make(account.cloudfront, custom("www.example.org"))
    result = run("import", "--all", "specs")
    assert result.code == 0
    assert "2 of 3 imported" in result.out
    note = f"note: 2 distributions have a stack already, and no new spec: lectures ({account.distribution}), old ("
    assert note in " ".join(result.err.split())
    assert f"cfstream import {account.distribution} --out lectures.yaml\n" in result.err
    assert "not an S3 bucket" in " ".join(result.out.split())
    files = sorted(path.name for path in Path("specs").iterdir())
    assert files == ["lectures-2.yaml", "lectures-3.yaml"]
    assert run("plan", "specs", "--check").code == 0


def test_an_account_with_stacks_only(account: SmallAccount, run: Run) -> None:
    """Nothing is written, and that is not an error. In JSON the stacks are in a list of their own."""
    result = run("import", "--all", "specs")
    assert (result.code, result.out) == (0, "No distributions to import in account 123456789012.\n")
    found = json.loads(run("import", "--all", "specs", "--format", "json").out)
    assert [each["stack"] for each in found["managed"]] == ["lectures", "old"]
    assert found["distributions"] == list(Path("specs").iterdir()) == []


def test_importing_the_account_again_changes_no_file(account: SmallAccount, run: Run) -> None:
    """The same account gives the same bytes, and an edited spec is kept. Any other file stops it before any write."""
    for comment in ("Films", "Talks"):
        make(account.cloudfront, config(comment, Comment=comment))
    run("import", "--all", "specs")
    before = {path: path.read_bytes() for path in Path("specs").iterdir()}
    again = run("import", "--all", "specs")
    assert (again.code, again.out.splitlines()[-1]) == (0, "0 imported, 2 kept.")
    assert {path: path.read_bytes() for path in Path("specs").iterdir()} == before
    edited = "# mine\n" + Path("specs/talks.yaml").read_text()
    Path("specs/talks.yaml").write_text(edited)
    again = run("import", "--all", "specs")
    assert "specs/talks.yaml already describes it, and is left as it is" in " ".join(again.out.split())
    assert Path("specs/talks.yaml").read_text() == edited
    first = run("import", "--all", "elsewhere")
    assert "specs/talks.yaml" in first.out  # also in the directory beside it
    assert "note: if other directories have specs, name them with --spec" in first.err
    Path("elsewhere/talks.yaml").rename("elsewhere/mine.yaml")
    assert "elsewhere/mine.yaml already describes it" in run("import", "--all", "elsewhere").out
    assert not Path("elsewhere/talks.yaml").exists()
    named = json.loads(run("import", "--all", "third", "--spec", "specs", "--format", "json").out)
    assert ({each["stack"] for each in named["managed"]} >= {"films", "talks"}, named["distributions"]) == (
        True,
        [],
    )
    Path("specs/films.yaml").write_text("mine")
    Path("specs/talks.yaml").unlink()
    assert run("import", "--all", "specs").code == 2
    assert {path.name for path in Path("specs").iterdir()} == {"films.yaml"}


def test_risks_have_names(account: SmallAccount, run: Run) -> None:
    """Programs get them too: public, shared, retired, or without an active key."""
    identity = make_identity(account.cloudfront, "shared")["Id"]
    access = {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}}
    open_ = behavior()
    for number in (1, 2):
        sent = config(f"open-{number}", Origins=listing(origin(**access)), DefaultCacheBehavior=open_)
        make(account.cloudfront, sent)
    signed = behavior(ViewerProtocolPolicy="allow-all", TrustedSigners=signers("111122223333"))
    make(account.cloudfront, config("signed", DefaultCacheBehavior=signed))
    result = run("import", "--all", "specs", "--format", "json")
    rows = json.loads(result.out)["distributions"]
    for managed in (account.distribution, account.streaming):
        rows += json.loads(run("import", managed, "--format", "json").out)["distributions"]
    named = {row["name"]: [risk["name"] for risk in row["risks"]] for row in rows}
    assert all(row["in_sync"] for row in rows)
    assert {"public", "shared-oai"} <= set(named["media"])
    assert any("plain-http" in risks for risks in named.values())
    assert "rtmp" in named["old"]
    assert "public-path" in named["lectures"]
    assert any("no-origin-access" in risks for risks in named.values())
