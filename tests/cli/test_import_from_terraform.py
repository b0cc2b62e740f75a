"""import --from-terraform against a sandbox: what it imports, lists and refuses."""

import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import cfstream as program
from cfstream.terraform import NotAState
from tests.cli.account import SmallAccount
from tests.cli.conftest import Result
from tests.cli.terraform_state import OWN, rows
from tests.unit.terraform.states import DISTRIBUTION, row, state_file
from tests.world.configs import config, make

Run = Callable[..., Result]
WHERE = {"module": 'module.cdn["eu"]', "index_key": 0}


def test_the_distribution_of_the_state_is_imported(account: SmallAccount, run: Run) -> None:
    """Its plan is empty. The commands remove what cfstream manages; the rest is listed."""
    Path("terraform.tfstate").write_text(state_file(*rows(account, **WHERE)))
    result = run("import", "--from-terraform", "terraform.tfstate", "--out", "it.yaml")
    assert (result.code, result.out) == (0, "wrote it.yaml\n")
    managed, kept = result.err.split("Also in the state.")
    address = f'module.cdn["eu"].{OWN}[0]'
    commands = [shlex.split(line) for line in managed.splitlines() if " state rm " in line]
    assert all(each[:5] == ["terraform", "workspace", "select", "default", "&&"] for each in commands)
    assert [each[8:] for each in commands] == [[address], ["aws_s3_bucket_policy.media"]]
    assert "terraform workspace select default && terraform state rm aws_s3_bucket.media" in kept
    assert "aws_instance" not in result.err
    assert run("plan", "it.yaml", "--check").code == 0


def test_programs_get_the_same(account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON has each resource with its command; the function has them too. A state may come from standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(state_file(*rows(account, **WHERE))))
    result = run("import", "--from-terraform", "-", "--format", "json")
    (found,) = json.loads(result.out)["distributions"]
    assert found["in_sync"]
    assert {each["address"]: each["managed"] for each in found["terraform"]["resources"]} == {
        f'module.cdn["eu"].{OWN}[0]': True,
        "aws_s3_bucket.media": False,
        "aws_s3_bucket_policy.media": True,
        "aws_s3_bucket_policy.static": False,
        "aws_cloudfront_origin_access_control.it": False,
    }
    Path("it.json").write_text(state_file(*rows(account, **WHERE)))
    imported = program.import_distribution(from_terraform="it.json")
    assert [each.address for each in imported.terraform if each.managed] == [
        each["address"] for each in found["terraform"]["resources"] if each["managed"]
    ]
    with pytest.raises(program.errors.WrongUsage, match="no distribution is named"):
        program.import_distribution()


def test_one_of_several_is_named(account: SmallAccount, run: Run) -> None:
    """By address, id or host name. Without a name, the error lists them; `--all` imports each of them."""
    clips = make(account.cloudfront, config("clips", Comment="Clips"))["Id"]
    make(account.cloudfront, config("elsewhere", Comment="Not in the state"))
    plain = {"id": clips, "domain_name": "d2.cloudfront.net", "aliases": ["clips.example.com"]}
    folder = Path("infra/terraform.tfstate.d/prod")
    folder.mkdir(parents=True)
    state = folder / "terraform.tfstate"
    state.write_text(state_file(*rows(account, **WHERE), row(f"{DISTRIBUTION}.clips", plain)))
    result = run("import", "--from-terraform", str(state))
    assert (result.code, result.out) == (2, "")
    message = " ".join(result.err.split())
    assert f'has 2 distributions module.cdn["eu"].{OWN}[0]: {account.distribution}' in message
    assert f"name one of them: cfstream import {account.distribution} --from-terraform {state}" in message
    for name in (clips, f"{DISTRIBUTION}.clips", "clips.example.com"):
        result = run("import", name, "--from-terraform", str(state))
        assert f"adopt: {clips}" in result.out
        assert "  terraform -chdir=infra workspace select prod && terraform -chdir=infra " in result.err
        assert f" state rm {DISTRIBUTION}.clips\n" in result.err
    assert run("import", "www.example.com", "--from-terraform", str(state)).code == 2
    result = run("import", "--all", "specs", "--from-terraform", str(state))
    assert result.code == 0
    assert "2 of 2 imported" in result.out
    assert len([*Path("specs").iterdir()]) == 2
    managed, kept = result.err.split("Also in the state.")
    assert [line.split(" state rm ")[1] for line in managed.splitlines() if " state rm " in line] == [
        f"'module.cdn[\"eu\"].{OWN}[0]'",
        "aws_s3_bucket_policy.media",
        f"{DISTRIBUTION}.clips",
    ]
    assert "also" not in kept


def test_all_imports_the_others_if_one_is_missing(account: SmallAccount, run: Run) -> None:
    """The missing one is named, and stays in the state: exit 2. A distribution that Terraform has twice is one."""
    own, *others = rows(account)
    gone = row(f"{DISTRIBUTION}.gone", {"id": "E0000000000000", "aliases": ["gone.example.com"]})
    again = row(f"{DISTRIBUTION}.again", own["instances"][0]["attributes"])
    Path("it.json").write_text(state_file(gone, own, again, *others))
    result = run("import", "--all", "specs", "--from-terraform", "it.json")
    assert result.code == 2
    assert "1 of 2 imported" in result.out
    assert f"{DISTRIBUTION}.gone in it.json: distribution E0000000000000 does not exist" in " ".join(
        result.out.split()
    )
    assert len([*Path("specs").iterdir()]) == 1
    managed, _ = result.err.split("Also in the state.")
    commands = [line for line in managed.splitlines() if line.startswith("  terraform")]
    assert [line.split(" state rm ")[1] for line in commands] == [
        OWN,
        f"{DISTRIBUTION}.again",
        "aws_s3_bucket_policy.media",
    ]
    assert f"# the same distribution as {OWN}:" in " ".join(managed.split())
    result = run("import", "--all", "specs", "--from-terraform", "it.json", "--format", "json")
    assert result.code == 2
    found, missing = json.loads(result.out)["distributions"]
    assert found["in_sync"]
    assert (missing["id"], missing["cnames"], missing["spec"]) == (
        "E0000000000000",
        ["gone.example.com"],
        None,
    )
    assert missing["refused"]["do"].endswith(f"terraform state rm {DISTRIBUTION}.gone`")
    assert [each["managed"] for each in missing["terraform"]["resources"]] == [False]


def test_a_state_that_does_not_help_is_refused(account: SmallAccount, run: Run) -> None:
    """No distribution, a deleted one, one of another account, a folder, no file: exit 2, and what to do."""
    gone = {"id": "E0000000000000"}
    foreign = {"id": "E1", "arn": "arn:aws:cloudfront::999999999999:distribution/E1"}
    for text, words, fix in (
        (state_file(row("aws_instance.web", {})), "has no aws_cloudfront_distribution", "run: cfstream list"),
        (state_file(row(OWN, gone)), "E0000000000000 does not exist", f"terraform state rm {OWN}"),
        (state_file(row(OWN, foreign)), "is in account 999999999999", "--profile"),
        ("{}", "is not a state", "terraform show -json > state.json"),
    ):
        Path("it.json").write_text(text)
        result = run("import", "--from-terraform", "it.json", "--out", "it.yaml")
        assert (result.code, result.out) == (2, "")
        assert words in " ".join(result.err.split())
        assert fix in " ".join(result.err.split())
        assert not Path("it.yaml").exists()
    for place in (".", "missing.tfstate", ""):
        result = run("import", "--from-terraform", place)
        assert result.code == 2
        assert "terraform state pull > state.json" in " ".join(result.err.split())


def test_a_grant_that_the_spec_leaves_alone_stays_with_terraform(account: SmallAccount, run: Run) -> None:
    """If the bucket's policy is not the spec's, only the distribution leaves the state."""
    created = make(account.cloudfront, config("bare"))
    bare = {"id": created["Id"], "origin": [{"domain_name": "media.s3.amazonaws.com"}]}
    policy = row("aws_s3_bucket_policy.media", {"id": "media", "bucket": "media"})
    Path("it.json").write_text(state_file(row(OWN, bare), policy))
    (found,) = json.loads(run("import", "--from-terraform", "it.json", "--format", "json").out)[
        "distributions"
    ]
    assert [each["managed"] for each in found["terraform"]["resources"]] == [True, False]


def test_the_error_has_a_page() -> None:
    """A file that is not a state is wrong usage: exit 2."""
    assert issubclass(NotAState, program.errors.WrongUsage)


NO_BLOCKS = ("custom_error_response", "logging_config", "ordered_cache_behavior", "origin_group")


@pytest.mark.parametrize("newer", [False, True], ids=["provider 5", "provider 6"])
def test_a_state_has_the_form_that_terraform_writes(account: SmallAccount, run: Run, *, newer: bool) -> None:
    """Null for what is absent, empty lists for blocks, identities since version 6, and what waits to be deleted."""
    own, *others = rows(account, module='module.media["eu"]', index_key=0)
    (current,) = own["instances"]
    current["attributes"] |= {"aliases": None, "web_acl_id": "", **{name: [] for name in NO_BLOCKS}}
    current |= {"sensitive_attributes": [], "private": "bnVsbA==", "dependencies": ["aws_s3_bucket.media"]}
    if newer:
        current |= {"identity_schema_version": 0, "identity": {"id": account.distribution}}
    replaced = {**current, "deposed": "0a1b2c3d", "attributes": {"id": "E0000000000000"}}
    own["instances"] = [current, replaced]
    document = json.loads(state_file(own, *others)) | {"outputs": {}, "check_results": None}
    Path("it.json").write_text(json.dumps(document))
    result = run("import", "--from-terraform", "it.json", "--out", "it.yaml")
    assert (result.code, result.out) == (0, "wrote it.yaml\n")
    managed = " ".join(result.err.split("Also in the state.")[0].replace("#", "").split())
    command = f"terraform state rm 'module.media[\"eu\"].{OWN}[0]'"
    assert f"{command} also forgets E0000000000000, which this one replaced" in managed


def test_an_id_and_an_arn_of_two_distributions_are_refused(
    account: SmallAccount, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is damaged. The others are imported, and the command that repairs it is whole on narrow terminals."""
    clips = make(account.cloudfront, config("clips", Comment="Clips"))
    own, *others = rows(account)
    mixed = row(f"{DISTRIBUTION}.clips", {"id": clips["Id"], "arn": own["instances"][0]["attributes"]["arn"]})
    gone = row(f'{DISTRIBUTION}.this["of a page in the archive"]', {"id": "E0000000000000"})
    Path("it.json").write_text(state_file(own, mixed, gone, *others))
    for columns in ("40", "80"):
        monkeypatch.setenv("COLUMNS", columns)
        result = run("import", "--all", f"specs{columns}", "--from-terraform", "it.json")
        assert result.code == 2
        assert "1 of 3 imported" in result.out
        message = " ".join(result.out.split())
        assert f"its id is {clips['Id']}, and its ARN is that of {account.distribution}" in message
        assert "terraform apply -refresh-only\n" in result.out
        assert f"terraform state rm '{DISTRIBUTION}.this[\"of a page in the archive\"]'\n" in result.out
