"""Each command as a function: what a program gets, and what is live or written afterwards."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import cfstream
from cfstream import errors
from cfstream.cli.table import ENTRIES
from cfstream.inventory.details import DistributionDetails
from tests.api.test_functions import SPEC, project
from tests.world.sandbox import Sandbox

__all__ = ["project"]

FUNCTIONS = {
    "access": ("access_of",),
    "explain": ("explain_url",),
    "fmt": ("format_spec",),
    "import": ("import_distribution",),
    "keys": ("new_key", "rotate"),
    "list": ("list_resources", "list_accounts"),
    "permissions": ("permissions_for",),
    "validate": ("load",),
}
"""The functions of commands that have another name: a keyword, a package, or too general a word."""

WITHOUT = {
    "docs": "the schema describes each field",
    "help": "functions have docstrings",
    "sandbox": "functions start it with sandbox=True; tests use cfstream.testing",
}
"""The commands without a function, and why."""


@pytest.fixture
def applied(project: Path, sandbox: Sandbox) -> Mapping[str, Any]:
    """Return the outputs of the stack, which is live."""
    plan = cfstream.plan(cfstream.load(project / "lectures.yaml"), endpoint_url=sandbox.endpoint_url)
    return cfstream.apply(plan, verify=False).stacks[0].outputs


def test_every_command_has_its_function() -> None:
    """A program can do everything that a person can."""
    expected = {name: FUNCTIONS.get(name, (name,)) for name in ENTRIES if name not in WITHOUT}
    missing = {name for name, names in expected.items() if not {*names} <= {*cfstream.__all__}}
    assert missing == set()
    assert {*WITHOUT, *FUNCTIONS} <= {*ENTRIES}


def test_a_new_spec_has_a_key_and_can_be_planned(
    project: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`init` writes the spec and its key pair. An existing file is refused, and so are two signers."""
    monkeypatch.chdir(project)
    new_spec = cfstream.init("campus", cnames=["media.example.com"])
    assert [file.as_posix() for file in new_spec.files] == [
        "keys/campus-1.pem",
        "keys/campus-1.pub.pem",
        "campus.yaml",
    ]
    (stack,) = cfstream.plan(cfstream.load("campus.yaml"), endpoint_url=sandbox.endpoint_url).stacks
    assert "create bucket:campus" in [step.id for step in stack.steps]
    with pytest.raises(errors.WrongUsage, match="exists"):
        cfstream.init("campus")
    with pytest.raises(errors.WrongUsage, match="exclude each other"):
        cfstream.init("other", public=True, key_group="viewers")
    cfstream.init("by-file", public_key="one.pub.pem", bucket="films", out="specs.yaml")
    (by_file,) = cfstream.load("specs.yaml")
    assert (by_file.spec.bucket.name, [*by_file.public_keys]) == ("films", ["one"])


def test_specs_are_formatted_or_only_compared(project: Path) -> None:
    """Without `write` the file stays as it is."""
    spec = project / "lectures.yaml"
    spec.write_text("name: lectures\nversion: 1\nbucket: films\npublic: true\n")
    before = spec.read_text()
    (found,) = cfstream.format_spec(spec, write=False)
    assert (found.changed, spec.read_text()) == (True, before)
    cfstream.format_spec(spec)
    assert spec.read_text() == found.text != before
    assert not cfstream.format_spec(spec)[0].changed


def test_a_new_key_is_a_pair_of_files(project: Path) -> None:
    """Only the owner can read the private half, and a second pair of that name is refused."""
    pair = cfstream.new_key("lectures-2", project / "keys")
    assert pair.private.stat().st_mode & 0o777 == 0o600
    assert "PUBLIC KEY" in pair.public.read_text()
    with pytest.raises(errors.WrongUsage, match="never overwritten"):
        cfstream.new_key("lectures-2", project / "keys")


def test_the_schema_and_the_policy_need_no_aws(project: Path) -> None:
    """The policy is for these stacks, and an invalid account number is refused."""
    assert "bucket" in cfstream.schema()["properties"]
    stacks = cfstream.load(project / "lectures.yaml")
    permissions = cfstream.permissions_for(stacks, "plan", account="123456789012")
    assert "arn:aws:s3:::lectures-media" in json.dumps(permissions.document)
    with pytest.raises(errors.WrongUsage, match="12 digits"):
        cfstream.permissions_for(stacks, account="12")


def test_readers_and_openings(project: Path, sandbox: Sandbox, applied: Mapping[str, Any], s3: Any) -> None:
    """The signers, and an opening that another client makes."""
    stacks = cfstream.load(project / "lectures.yaml")
    (found,) = cfstream.access_of(stacks, endpoint_url=sandbox.endpoint_url)
    assert ([row.reader for row in found.rows if row.opening], found.openings) == ([], ())
    assert any("lectures-signers" in str(row.reader) for row in found.rows)
    (of_key,) = cfstream.access_of(stacks, "talks/1.mp4", endpoint_url=sandbox.endpoint_url)
    assert of_key.key == "talks/1.mp4"
    assert of_key.chains


def test_the_account_is_listed_and_shown(project: Path, sandbox: Sandbox, applied: Mapping[str, Any]) -> None:
    """By the stack that owns it, by its id and by its spec. Only the spec shows what is not managed."""
    at = sandbox.endpoint_url
    (entry,) = cfstream.list_resources(endpoint_url=at)
    assert (entry.id, entry.owner) == (applied["distribution_id"], "lectures")
    by_id = cfstream.show(entry.id, endpoint_url=at)
    by_spec = cfstream.show(project / "lectures.yaml", endpoint_url=at)
    assert isinstance(by_id, DistributionDetails)
    assert replace(by_id, unmanaged={}) == by_spec
    assert (by_id.owner, by_id.unmanaged) == ("lectures", None)


def test_a_distribution_is_imported(project: Path, sandbox: Sandbox, applied: Mapping[str, Any]) -> None:
    """Its spec has an empty plan."""
    out = project / "imported.yaml"
    found = cfstream.import_distribution(
        applied["distribution_id"], out=out, endpoint_url=sandbox.endpoint_url
    )
    assert (found.name, found.pending, out.read_text()) == ("lectures", (), found.text)
    assert cfstream.plan(cfstream.load(out), endpoint_url=sandbox.endpoint_url).in_sync


def test_a_stack_is_recorded(project: Path, sandbox: Sandbox, applied: Mapping[str, Any]) -> None:
    """The snapshot has the answers, without the account's number if that is asked for."""
    out = project / "live.json"
    stacks = cfstream.load(project / "lectures.yaml")
    answers = cfstream.snapshot(stacks, out, hash_accounts=True, endpoint_url=sandbox.endpoint_url)
    assert answers > 0
    assert applied["distribution_id"] in out.read_text()
    assert "123456789012" not in out.read_text()


def test_a_url_is_explained(project: Path, sandbox: Sandbox, applied: Mapping[str, Any]) -> None:
    """Unsigned, it is refused; signed by the key of the stack, it is accepted."""
    url = f"https://{applied['domain_name']}/a.mp4"
    spec, at = project / "lectures.yaml", sandbox.endpoint_url
    assert cfstream.explain_url(url, spec=spec, endpoint_url=at).accepted is False
    signer = cfstream.sign.Signer(project / "one.pem", applied["public_key_ids"]["one"])
    signed = signer.url(url, timedelta(hours=1))
    assert cfstream.explain_url(signed, spec=spec, endpoint_url=at).accepted is True


def test_the_set_up_is_checked(project: Path, sandbox: Sandbox) -> None:
    """The checks of the machine, of the account, and of the plan of the stack."""
    checks = cfstream.doctor(cfstream.load(project / "lectures.yaml"), endpoint_url=sandbox.endpoint_url)
    assert {"cfstream", "identity", "CloudFront", "S3"} <= {each.name for each in checks}
    assert [each for each in checks if each.state == "bad"] == []


def test_a_stack_is_awaited_destroyed_and_deleted(
    project: Path, sandbox: Sandbox, applied: Mapping[str, Any], cloudfront: Any
) -> None:
    """A distribution in use is not deleted by its id; a plan of `destroy` deletes it."""
    at = sandbox.endpoint_url
    (state,) = cfstream.wait(project / "lectures.yaml", endpoint_url=at)
    assert (state.awaited.found.id, state.pending) == (applied["distribution_id"], "")
    with pytest.raises(errors.WrongUsage, match="enabled"):
        cfstream.delete(applied["distribution_id"], endpoint_url=at)
    spec = project / "lectures.yaml"
    spec.write_text(SPEC + "enabled: false\n")
    plan = cfstream.plan(cfstream.load(spec), endpoint_url=at)
    cfstream.apply(plan, allow={"cuts-viewers"}, verify=False)
    assert "key group" in cfstream.delete(applied["distribution_id"], endpoint_url=at)
    assert "Items" not in cloudfront.list_distributions()["DistributionList"]
    cfstream.apply(cfstream.destroy(cfstream.load(spec), endpoint_url=at), allow={"deletes"}, verify=False)
    assert "Items" not in cloudfront.list_key_groups()["KeyGroupList"]
