"""If any one write of a site fails, another run leaves exactly one of each resource, or none."""

import pytest

from tests.promises.site import CNAME, PAGE, named, policies, records, zone
from tests.promises.studio import Json, Studio, steps
from tests.worlds import FAULTS, Fault, Faulty

SITE: Json = named(http={"cors": {"origins": [PAGE], "credentials": True}})
BARE: Json = named(cnames=[], http={"cors": False})
MAKING = ("control", "headers policy", "distribution", "grant", "records")
TAKING = ("records", "update", "headers policy")


@pytest.fixture
def com(studio: Studio) -> str:
    """Return the id of the zone, in an account with a certificate."""
    studio.certificate("*.example.com")
    return zone(studio)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(len(MAKING)), ids=MAKING)
def test_a_site_is_made_once(studio: Studio, com: str, write: int, fault: Fault) -> None:
    """There is one policy, one distribution with it, and two records."""
    door = Faulty(studio.world.aws, write, fault)
    studio.apply(SITE, door=door)
    assert len(door.writes) > write
    studio.converge(SITE)
    assert [*policies(studio)] == ["cfstream-lectures"]
    assert len(studio.distributions()) == 1
    assert {*records(studio, com)} == {f"{CNAME}. A", f"{CNAME}. AAAA"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("write", range(len(TAKING)), ids=TAKING)
def test_a_site_is_taken_down_to_the_last_of_it(studio: Studio, com: str, write: int, fault: Fault) -> None:
    """No record, alias or policy is left, and there is never a record without its alias."""
    studio.converge(SITE)
    door = Faulty(studio.world.aws, write, fault)
    studio.apply(BARE, door=door, allow=["cuts-viewers"])
    assert len(door.writes) > write
    aliases = studio.config()["Aliases"].get("Items", [])
    assert aliases == [CNAME] or records(studio, com) == {}
    studio.converge(BARE, allow=["cuts-viewers"])
    assert (policies(studio), records(studio, com)) == ({}, {})
    assert steps(studio.plan(BARE)) == []
