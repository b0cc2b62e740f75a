"""list --spec: what an account has and no spec declares, and the specs without a distribution."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.account import SmallAccount
from tests.cli.conftest import Result

Run = Callable[..., Result]

SPEC = """\
version: 1
name: {name}
bucket: media
trusted_signers: [self]
"""


def test_list_beside_specs(account: SmallAccount, run: Run, tmp_path: Path) -> None:
    """Distributions that no spec declares, and specs without a distribution, with commands. The rest is counted."""
    (tmp_path / "old.yaml").write_text(SPEC.format(name="old"))
    (tmp_path / "new specs.yaml").write_text(f"---\n{SPEC.format(name='films')}")
    result = run("list", "--spec", "old.yaml", "--spec", "new specs.yaml")
    lines = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert lines[0] == "Distributions in no spec"
    assert f"  {account.distribution}  lectures  Deployed" in lines
    assert f"  to write a spec: cfstream import {account.distribution} --out lectures.yaml" in lines
    assert f"  {account.unused}  -  unused" in lines
    assert not [line for line in lines if account.streaming in line or account.identity in line]
    assert lines[-5:] == [
        "In a spec, but not in the account",
        "  films  new specs.yaml:3",
        "    to create it: cfstream apply 'new specs.yaml'",
        "",
        "2 in no spec, 1 only in a spec, 2 in both.",
    ]


def test_list_beside_specs_as_json(account: SmallAccount, run: Run, tmp_path: Path) -> None:
    """Everything, with the place of the spec that declares it: what it owns, adopts, or names by id."""
    (tmp_path / "old.yaml").write_text(SPEC.format(name="old"))
    (tmp_path / "all.yaml").write_text(
        f"version: 1\nname: all\nbucket: media\npublic: true\nadopt: {account.distribution}\n"
        f"oai: {{id: {account.unused}}}\n"
    )
    listed = json.loads(run("list", "--spec", "all.yaml", "--spec", "old.yaml", "--format", "json").out)
    rows = [*listed["distributions"], *listed["origin_access_identities"]]
    places = {row["id"]: row["declared"] and row["declared"]["file"] for row in rows}
    assert places == {
        account.distribution: "all.yaml",
        account.streaming: "old.yaml",
        account.identity: "old.yaml",
        account.unused: "all.yaml",
    }
    assert {row["account"] for row in rows} == {listed["account"]} == {"123456789012"}
    assert (listed["missing"], listed["errors"]) == ([], [])
    message = " ".join(run("list", "--spec", ".").out.split())
    assert (
        message == "No differences: all 4 distributions and identities of account 123456789012 are in a spec."
    )
