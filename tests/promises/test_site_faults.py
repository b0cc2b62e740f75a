"""If any one write of a site fails, another run leaves exactly one of each resource, or none."""

import pytest

from tests.promises.site import CNAME, PAGE, named, policies, records, zone
from tests.world.account import SandboxAccount
from tests.world.faults import FAULTS, Fault, FaultyPort
from tests.world.plans import steps
from tests.world.specs import Json

SITE: Json = named(http={"cors": {"origins": [PAGE], "credentials": True}})
BARE: Json = named(cnames=[], http={"cors": False})
CREATION = ("control", "headers policy", "distribution", "grant", "records")
REMOVAL = ("records", "update", "headers policy")


@pytest.fixture
def com(account: SandboxAccount) -> str:
    """Return the id of the zone, in an account with a certificate."""
    account.certificate("*.example.com")
    return zone(account)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(len(CREATION)), ids=CREATION)
def test_a_site_is_made_once(account: SandboxAccount, com: str, write: int, fault: Fault) -> None:
    """There is one policy, one distribution with it, and two records."""
    port = FaultyPort(account.world.aws, write + 1, fault)
    account.apply(SITE, port=port)
    assert len(port.operations) > write
    account.converge(SITE)
    assert [*policies(account)] == ["cfstream-lectures"]
    assert len(account.distributions()) == 1
    assert {*records(account, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(len(REMOVAL)), ids=REMOVAL)
def test_a_site_is_deleted_completely(account: SandboxAccount, com: str, write: int, fault: Fault) -> None:
    """No record, alias or policy is left, and there is never a record without its alias."""
    account.converge(SITE)
    port = FaultyPort(account.world.aws, write + 1, fault)
    account.apply(BARE, port=port, allow=["cuts-viewers"])
    assert len(port.operations) > write
    aliases = account.config()["Aliases"].get("Items", [])
    assert aliases == [CNAME] or records(account, com) == {}
    account.converge(BARE, allow=["cuts-viewers"])
    assert (policies(account), records(account, com)) == ({}, {})
    assert steps(account.plan(BARE)) == []
