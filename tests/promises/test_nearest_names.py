"""A name that nothing has gets the nearest one: of resources of the account, in every field that names one."""

from collections.abc import Callable

import pytest

from cfstream.adoption import CannotImport, find
from cfstream.adoption.account import read_account
from cfstream.errors import CfstreamError
from cfstream.inventory.lookup import by_id
from tests.world.account import SandboxAccount
from tests.world.configs import make_function
from tests.world.specs import ONE, TWO, Json, group, http, key, signed

HOST = "media.example.com"


def _group(account: SandboxAccount) -> tuple[str, Json]:
    account.make_group("newsroom-signers", account.make_key("by-hand"))
    return "newsroom-signers", http(key_groups=[{"use": "newsroom-signer"}])


def _function(account: SandboxAccount) -> tuple[str, Json]:
    make_function(account.cloudfront, "rewrite")
    return "rewrite", signed(http={"functions": {"viewer_request": "rewrit"}})


def _policy(_: SandboxAccount) -> tuple[str, Json]:
    return "CachingOptimized", signed(http={"cache_policy": "CachingOptimised"})


def _oai(account: SandboxAccount) -> tuple[str, Json]:
    made = account.make_identity()
    return made, signed(oai={"id": f"{made[:-1]}0X"})


def _oac(account: SandboxAccount) -> tuple[str, Json]:
    config = {"Name": "by-hand", "SigningProtocol": "sigv4", "SigningBehavior": "always"}
    made = account.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={**config, "OriginAccessControlOriginType": "s3"}
    )["OriginAccessControl"]["Id"]
    return made, signed(oac={"id": f"{made[:-1]}0X"})


def _zone(account: SandboxAccount) -> tuple[str, Json]:
    account.clients("route53").create_hosted_zone(Name="example.com", CallerReference="by-hand")
    arn = account.certificate("media.exemple.com")
    cname = {"cnames": ["media.exemple.com"], "http": {"certificate": arn}}
    return "example.com", signed(dns={"route53": "exemple.com"}, **cname)


def _bucket(_: SandboxAccount) -> tuple[str, Json]:
    return "media", signed(bucket="medias")


def _adopted(account: SandboxAccount) -> tuple[str, Json]:
    account.converge(signed())
    made = account.live()["Id"]
    return made, signed(name="other", adopt=f"{made[:-1]}0X")


def _certificate(account: SandboxAccount) -> tuple[str, Json]:
    account.certificate("elsewhere.example.org")
    arn = account.certificate(HOST)
    missing = f"{arn.partition('/')[0]}/00000000-0000-4000-8000-000000000000"
    return f"write {arn}, one for {HOST}", signed(cnames=[HOST], http={"certificate": missing})


def _other_certificate(account: SandboxAccount) -> tuple[str, Json]:
    arn = account.certificate("*.example.com")
    other = account.certificate("elsewhere.example.org")
    return f"write {arn}, one for *.example.com", signed(cnames=[HOST], http={"certificate": other})


def _no_certificate(account: SandboxAccount) -> tuple[str, Json]:
    """No certificate covers the host: the nearest one is only named."""
    arn = account.certificate("medias.example.com")
    missing = f"{arn.partition('/')[0]}/00000000-0000-4000-8000-000000000000"
    text = f"the nearest in this account is {arn}, one for medias.example.com"
    return text, signed(cnames=[HOST], http={"certificate": missing})


@pytest.mark.parametrize(
    "place",
    [
        *(_group, _function, _policy, _oai, _oac, _zone, _bucket, _adopted),
        *(_certificate, _other_certificate, _no_certificate),
    ],
)
def test_a_misspelt_name_in_a_spec(
    account: SandboxAccount, place: Callable[[SandboxAccount], tuple[str, Json]]
) -> None:
    """The fix of the only problem has the name as it should be."""
    right, document = place(account)
    (problem,) = account.stack(document).problems
    assert right in problem.do


def test_a_key_that_replaces_none(account: SandboxAccount) -> None:
    """A name in `replaces` with a similar key gets a note. That of a key whose rotation has ended gets none."""
    keys = [key(ONE), key(TWO, replaces=["onee"])]
    (notice,) = [
        each for each in account.stack(http(key_groups=[group(*keys)])).notices if "replaces" in each.text
    ]
    what = "two replaces onee, which does not exist; the key group has a key one"
    assert (notice.text, notice.warning) == (what, False)
    assert notice.do == "write the key that two replaces, or delete onee from its list"
    ended = http(key_groups=[group(key(TWO, replaces=["twoo"]), key(ONE, replaces=[TWO]))])
    assert [each for each in account.stack(ended).notices if "replaces" in each.text] == []


def test_a_misspelt_id(account: SandboxAccount) -> None:
    """`show`, `wait`, `delete` and `import` name the nearest id; `import` also the nearest host name."""
    account.converge(signed(cnames=[HOST], http={"certificate": account.certificate(HOST)}))
    made = account.live()["Id"]
    with pytest.raises(CfstreamError) as shown:
        by_id(account.world.aws, f"{made[:-1]}0X")
    assert shown.value.do == f"write {made}, a distribution of this account, or see the ids: cfstream list"
    whole = read_account(account.world.aws, account.world.account)
    for wrong, right in ((f"{made[:-1]}0X", made), ("medias.example.com", HOST)):
        with pytest.raises(CannotImport) as refused:
            find(whole, wrong)
        assert refused.value.do.startswith(f"write {right}, ")
