"""Every change of a spec, replayed against the edge: a valid URL is never refused, and an invalid one never served."""

from dataclasses import dataclass

import pytest

from tests.replays.account import HOST, ReplayedAccount
from tests.world.account import Json
from tests.world.specs import ONE, TWO, group, http, key, rtmp, signed, without

PATHS = {"path": "/posters/*"}
OPEN = http(http={"behaviors": [{**PATHS, "public": True}]})
CLOSED = http(http={"behaviors": [PATHS]})
NAMED = http(cnames=[HOST])
OAI = http(oai={})
BY_OBJECTS = http(oai={}, grant={"via": "object-acl"})
STREAMS = rtmp(oai={}, grant={"via": "object-acl", "permission": "FULL_CONTROL"})
OPEN_POSTERS = {**without(OAI, "key_groups"), "public": True, "grant": {"prefix": "posters/"}}
TWO_GROUPS = http(key_groups=[group(key(ONE)), group(key(TWO), name="others")])
POSTERS_BY_TWO = {**PATHS, "key_groups": [group(key(TWO), name="posters")]}


@dataclass(frozen=True)
class Change:
    """A change of a spec, and all hazards of its plan."""

    name: str
    before: Json | None
    after: Json
    hazards: tuple[str, ...] = ()

    @property
    def cuts(self) -> bool:
        """Return whether viewers lose access, according to the plan."""
        return "cuts-viewers" in self.hazards


CHANGES = (
    Change("new stack", None, http()),
    Change("new stack with a public path", None, OPEN, ("makes-public",)),
    Change("new streams", None, STREAMS),
    Change("comment", http(), http(comment="Members")),
    Change("comment of streams", STREAMS, {**STREAMS, "comment": "The recipe of 2011"}),
    Change("price class", http(), http(price_class="PriceClass_100")),
    Change("oai to oac", OAI, http()),
    Change("oac to oai", http(), OAI),
    Change("objects to policy", BY_OBJECTS, OAI),
    Change("policy to objects", OAI, BY_OBJECTS),
    Change("objects to oac", BY_OBJECTS, http()),
    Change("streams to policy", STREAMS, without(STREAMS, "grant")),
    Change("bucket", http(), http(bucket="archive")),
    Change("bucket, by objects", BY_OBJECTS, {**BY_OBJECTS, "bucket": "archive"}),
    Change("bucket and identity", OAI, http(bucket="archive")),
    Change("cname added", http(), NAMED),
    Change("another cname as well", NAMED, http(cnames=[HOST, f"new.{HOST}"])),
    Change("cname gone", NAMED, http(cnames=[]), ("cuts-viewers",)),
    Change("behavior added", http(), CLOSED),
    Change("behavior taken out", CLOSED, http()),
    Change(
        "live playlist uncached",
        http(),
        http(http={"behaviors": [{"path": "*.mp4", "cache_policy": "CachingDisabled"}]}),
    ),
    Change("public path", http(), OPEN, ("makes-public",)),
    Change("public path of a behavior that was there", CLOSED, OPEN, ("makes-public",)),
    Change("public path closed", OPEN, CLOSED),
    Change("public path taken out", OPEN, http()),
    Change(
        "group of its own for a path", CLOSED, http(http={"behaviors": [POSTERS_BY_TWO]}), ("cuts-viewers",)
    ),
    Change(
        "new path with a group of its own",
        http(),
        http(http={"behaviors": [POSTERS_BY_TWO]}),
        ("cuts-viewers",),
    ),
    Change("private, with a wider grant", OPEN_POSTERS, OAI, ("widens-grant",)),
    Change("private, with a wider grant to an oac", OPEN_POSTERS, http(), ("widens-grant",)),
    Change("grant widened", http(grant={"prefix": "posters/"}), http(), ("widens-grant",)),
    Change("second key", http(), http(key_groups=[group(key(ONE), key(TWO))])),
    Change("second group", http(), TWO_GROUPS),
    Change("group of the same key", http(), http(key_groups=[group(key(ONE), name="members")])),
    Change("group of more keys", http(), http(key_groups=[group(key(ONE), key(TWO), name="members")])),
    Change(
        "group of another key", http(), http(key_groups=[group(key(TWO), name="members")]), ("cuts-viewers",)
    ),
    Change("two groups become one", TWO_GROUPS, http(key_groups=[group(key(ONE), key(TWO))])),
    Change(
        "path given to more signers",
        http(http={"behaviors": [POSTERS_BY_TWO]}),
        http(key_groups=[group(key(ONE), key(TWO))], http={"behaviors": [PATHS]}),
    ),
    Change("trusted signers to key groups", signed(), http(), ("cuts-viewers",)),
    Change("disabled", http(), http(enabled=False), ("cuts-viewers",)),
)


@pytest.mark.parametrize("change", [pytest.param(each, id=each.name.replace(" ", "-")) for each in CHANGES])
def test_nobody_is_harmed(account: ReplayedAccount, change: Change) -> None:
    """A viewer who is served before and after is always served. One who is served neither before nor after never is."""
    before, after = account.invited(change.before), account.invited(change.after)
    if change.before is not None:
        account.converge(change.before, allow=("makes-public",))
    account.expect(must=before)

    account.expect(must=frozenset() if change.cuts else before & after, may=before | after)
    with account.judged(change.after):
        plan = account.settled(account.load(change.after), allow=change.hazards)
    assert {hazard.name for hazard, _ in plan.stacks[0].hazards} == set(change.hazards)

    account.expect(must=after)
    account.nobody_harmed()
