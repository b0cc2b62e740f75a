"""Commands over two accounts, one of which cannot be used."""

import json
from pathlib import Path

import pytest

from cfstream.cli import main
from cfstream.sandbox.accounts import ACCOUNT
from tests.accounts.two import HERE, OTHER, ROLE, THERE, TwoAccounts, without_role
from tests.world.signing import private_pem, rsa_key


@pytest.fixture
def signed_in(accounts: TwoAccounts, monkeypatch: pytest.MonkeyPatch) -> TwoAccounts:
    """Both accounts, with the credentials of the first one."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_ENDPOINT_URL", accounts.sandbox.endpoint_url)
    return accounts


URL = "https://media.example.com/a.mp4"


@pytest.mark.parametrize(
    "command",
    [
        "plan SPEC",
        "apply SPEC --yes",
        "destroy SPEC --yes",
        "verify SPEC",
        "access SPEC",
        "show SPEC",
        "wait SPEC",
        "snapshot SPEC --out live.json",
        f"explain {URL} --spec SPEC",
        f"sign {URL} --spec SPEC --key one.key --expires 1h",
    ],
)
def test_no_command_uses_another_account_than_that_of_the_spec(
    signed_in: TwoAccounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """The problem is at the line of `account`. Nothing of the account of the credentials is shown or changed."""
    monkeypatch.chdir(signed_in.folder)
    here = accounts_of(signed_in)
    signed_in.load({**HERE, "account": OTHER})
    (signed_in.folder / "one.key").write_bytes(private_pem(rsa_key("one")))
    assert main.run(command.replace("SPEC", "0.yaml").split()) == 2
    out, err = capsys.readouterr()
    what = f"account is {OTHER}, and the credentials are of account {ACCOUNT}"
    assert what in " ".join((out + err).split())
    assert "cloudfront.net" not in out
    assert accounts_of(signed_in) == here
    assert not (signed_in.folder / "live.json").exists()


def accounts_of(accounts: TwoAccounts) -> list[list[str]]:
    """Return the distributions of both accounts."""
    return [accounts.distributions(account) for account in (ACCOUNT, OTHER)]


def test_reading_commands_go_on(signed_in: TwoAccounts, capsys: pytest.CaptureFixture[str]) -> None:
    """`access`, `list` and `snapshot` show the account that can be read, name the other one, and exit with 1."""
    accounts = signed_in
    accounts.load(HERE, THERE)
    specs = [str(accounts.folder / f"{number}.yaml") for number in (0, 1)]
    live = accounts.folder / "live.json"

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main.run(arguments)
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    with without_role(accounts.sandbox):
        code, out, _ = run("access", *specs, "--format", "json")
        assert code == 1
        assert [bool(stack["error"]) for stack in json.loads(out)["stacks"]] == [False, True]
        code, out, err = run("list", "--spec", specs[0], "--spec", specs[1], "--format", "json")
        assert (code, [each["account"] for each in json.loads(out)["errors"]]) == (1, [OTHER])
        assert f"the role {ROLE} of account {OTHER} cannot be assumed" in err
        code, _, err = run("snapshot", *specs, "--out", str(live))
        assert code == 1
        assert f"error: this account was not recorded: the role {ROLE}" in err
    assert [each["role"] for each in json.loads(Path(live).read_text())["unread"]] == [ROLE]
