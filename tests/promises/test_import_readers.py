"""Import writes readers from outside as commented lines, so that the user decides about them."""

from cfstream.adoption.planned import read
from cfstream.workflow import make_plan
from tests.promises.test_import import imported, spec, to_identity, with_identity
from tests.world.account import SandboxAccount
from tests.world.statements import allow

PARTNER = {"AWS": "arn:aws:iam::111122223333:root"}
BUCKET = "arn:aws:s3:::media"


def test_readers_from_outside_are_written_as_comments(account: SandboxAccount) -> None:
    """They are openings until the comment sign is removed. Then the spec covers all of them."""
    created, identity = with_identity(account)
    account.put_policy(
        allow("Ours", to_identity(identity)),
        allow("Partner", PARTNER),
        allow("Listing", {"AWS": "arn:aws:iam::444455556666:root"}, BUCKET, Action="s3:ListBucket"),
        allow("Encoder", PARTNER, Action="s3:PutObject"),
    )
    text = spec(imported(account, created["Id"]), account)
    lines = ['also_read_by: ["111122223333", "444455556666"]', 'also_managed_by: ["111122223333"]']
    assert [line for line in text.splitlines() if line.startswith("# also_")] == [
        f"# {line}" for line in lines
    ]

    def openings(written: str) -> int:
        return len(make_plan([read(written)], account.world).stacks[0].exposure.openings)

    assert openings(text) == 3
    for line in lines:
        text = text.replace(f"# {line}", line)
    assert openings(text) == 0


def test_readers_that_no_spec_can_list_have_no_line(account: SandboxAccount) -> None:
    """Anyone is a risk that the import reports, and no field covers it."""
    created, identity = with_identity(account)
    account.unblocked()
    account.put_policy(allow("Ours", to_identity(identity)), allow("Everybody", "*"))
    found = imported(account, created["Id"])
    assert "also_read_by" not in found.text
    assert "opening" in [risk.name for risk in found.risks]


def test_nothing_is_written_where_nobody_else_reads(account: SandboxAccount) -> None:
    """The account's own roles need no line."""
    created, identity = with_identity(account)
    account.put_policy(
        allow("Ours", to_identity(identity)), allow("Role", {"AWS": "arn:aws:iam::123456789012:role/encoder"})
    )
    assert "also_" not in imported(account, created["Id"]).text
