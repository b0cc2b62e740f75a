"""People read one name for a trusted signer: this account, or account and its number. JSON has readers of its own."""

import re

from cfstream.planning import Plan
from cfstream.render.access import access_text
from cfstream.render.html import plan_html
from cfstream.render.markdown import plan_markdown
from cfstream.render.text import plan_text
from cfstream.workflow import access_of
from tests.world.account import SandboxAccount
from tests.world.specs import Json, signed

OTHER = "111122223333"
BOTH: Json = {"trusted_signers": ["self", OTHER]}
OTHER_NAMES = re.compile(
    r"signer self|signer \d{12}|signers?: (?:.*, )?(?:self|\d{12})|signed by (?:self|\d{12})|signer this"
)


def texts(plan: Plan) -> str:
    """Return a plan in every format for people."""
    return "\n".join((plan_text(plan, color=False, width=400), plan_markdown(plan), plan_html(plan)))


def found(text: str) -> list[str]:
    """Return each other name of a signer in a text."""
    return OTHER_NAMES.findall(text)


def test_plans_and_access_have_one_name_for_a_signer(account: SandboxAccount) -> None:
    """Before and after, hazards, notes about unlisted behaviors, the table of readers and the chain to an object."""
    ordered = [
        {"path": "/a/*", "trusted_signers": [OTHER]},
        {"path": "*.mp4", "trusted_signers": ["self"]},
    ]
    document = signed(**BOTH, http={"behaviors": ordered})
    first = account.plan(document)
    account.converge(document)
    plans = [
        first,
        account.plan(signed(**BOTH, http={"behaviors": ordered[::-1]})),
        account.plan(signed(**BOTH, http={"behaviors": ordered[1:]})),
        account.plan(signed(trusted_signers=[OTHER], http={"behaviors": ordered})),
        account.plan(signed(trusted_signers=["self"], http={"behaviors": ordered[:1]})),
    ]
    whole = "\n".join(map(texts, plans))
    account.s3.put_object(Bucket="media", Key="a/1.mp4", Body=b"video")
    stacks = account.load(document)
    whole += access_text(access_of(stacks, account.world), color=False, width=400)
    whole += access_text(access_of(stacks, account.world, "a/1.mp4"), color=False, width=400)
    assert found(whole) == []
    for name in (
        "signers: this account, account 111122223333",
        "signers of account 111122223333",
        "signed by this account",
    ):
        assert name in whole, name


def test_a_signer_who_can_read_one_more_object_has_the_same_name(account: SandboxAccount) -> None:
    """With grants on objects, a new object changes who can read it, and no other phrase."""
    bucket = {"name": "clips", "create": True}
    document = signed(bucket=bucket, oai={}, grant={"via": "object-acl"})
    account.converge(document)
    account.s3.put_object(Bucket="clips", Key="1.mp4", Body=b"video")
    account.converge(document)
    account.s3.put_object(Bucket="clips", Key="2.mp4", Body=b"video")
    whole = texts(account.plan(document))
    assert found(whole) == []
    assert "signers of this account can now read paths like /2.mp4" in whole
