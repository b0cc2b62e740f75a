"""Commands over two accounts, one of which cannot be used."""

import json
from pathlib import Path

import pytest

from cfstream.cli import main
from cfstream.sandbox.accounts import ACCOUNT
from tests.accounts.two import HERE, OTHER, ROLE, THERE, TwoAccounts, without_role


def test_reading_commands_go_on(
    accounts: TwoAccounts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`access`, `list` and `snapshot` show the account that can be read, name the other one, and exit with 1."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_ENDPOINT_URL", accounts.sandbox.endpoint_url)
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
