"""Every change of a spec, replayed against the edge: a valid URL is never refused, and an invalid one never served."""

from dataclasses import dataclass

import pytest

from tests.replays.account import HOST, ReplayedAccount
from tests.thorough import one_of_each
from tests.world.specs import ONE, TWO, Json, group, http, key, rtmp, signed, without

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
class SpecChange:
    """A change of a spec, and all hazards of its plan."""

    name: str
    before: Json | None
    after: Json
    hazards: tuple[str, ...] = ()

    @property
    def cuts(self) -> bool:
        """Return whether viewers lose access, according to the plan."""
        return "cuts-viewers" in self.hazards

    @property
    def changed(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The fields that change, and the hazards: changes with the same ones are of one class."""
        before = self.before or {}
        fields = before.keys() | self.after.keys()
        return frozenset(name for name in fields if before.get(name) != self.after.get(name)), self.hazards


CHANGES = (
    SpecChange("new stack", None, http()),
    SpecChange("new stack with a public path", None, OPEN, ("makes-public",)),
    SpecChange("new streams", None, STREAMS),
    SpecChange("comment", http(), http(comment="Members")),
    SpecChange("comment of streams", STREAMS, {**STREAMS, "comment": "The recipe of 2011"}),
    SpecChange("price class", http(), http(price_class="PriceClass_100")),
    SpecChange("oai to oac", OAI, http()),
    SpecChange("oac to oai", http(), OAI),
    SpecChange("objects to policy", BY_OBJECTS, OAI),
    SpecChange("policy to objects", OAI, BY_OBJECTS),
    SpecChange("objects to oac", BY_OBJECTS, http()),
    SpecChange("streams to policy", STREAMS, without(STREAMS, "grant")),
    SpecChange("bucket", http(), http(bucket="archive")),
    SpecChange("bucket, by objects", BY_OBJECTS, {**BY_OBJECTS, "bucket": "archive"}),
    SpecChange("bucket and identity", OAI, http(bucket="archive")),
    SpecChange("cname added", http(), NAMED),
    SpecChange("another cname as well", NAMED, http(cnames=[HOST, f"new.{HOST}"])),
    SpecChange("cname gone", NAMED, http(cnames=[]), ("cuts-viewers",)),
    SpecChange("behavior added", http(), CLOSED),
    SpecChange("behavior taken out", CLOSED, http()),
    SpecChange(
        "live playlist uncached",
        http(),
        http(http={"behaviors": [{"path": "*.mp4", "cache_policy": "CachingDisabled"}]}),
    ),
    SpecChange("public path", http(), OPEN, ("makes-public",)),
    SpecChange("public path of a behavior that was there", CLOSED, OPEN, ("makes-public",)),
    SpecChange("public path closed", OPEN, CLOSED),
    SpecChange("public path taken out", OPEN, http()),
    SpecChange(
        "group of its own for a path", CLOSED, http(http={"behaviors": [POSTERS_BY_TWO]}), ("cuts-viewers",)
    ),
    SpecChange(
        "new path with a group of its own",
        http(),
        http(http={"behaviors": [POSTERS_BY_TWO]}),
        ("cuts-viewers",),
    ),
    SpecChange("private, with a wider grant", OPEN_POSTERS, OAI, ("widens-grant",)),
    SpecChange("private, with a wider grant to an oac", OPEN_POSTERS, http(), ("widens-grant",)),
    SpecChange("grant widened", http(grant={"prefix": "posters/"}), http(), ("widens-grant",)),
    SpecChange("second key", http(), http(key_groups=[group(key(ONE), key(TWO))])),
    SpecChange("second group", http(), TWO_GROUPS),
    SpecChange("group of the same key", http(), http(key_groups=[group(key(ONE), name="members")])),
    SpecChange("group of more keys", http(), http(key_groups=[group(key(ONE), key(TWO), name="members")])),
    SpecChange(
        "group of another key", http(), http(key_groups=[group(key(TWO), name="members")]), ("cuts-viewers",)
    ),
    SpecChange("two groups become one", TWO_GROUPS, http(key_groups=[group(key(ONE), key(TWO))])),
    SpecChange(
        "path given to more signers",
        http(http={"behaviors": [POSTERS_BY_TWO]}),
        http(key_groups=[group(key(ONE), key(TWO))], http={"behaviors": [PATHS]}),
    ),
    SpecChange("trusted signers to key groups", signed(), http(), ("cuts-viewers",)),
    SpecChange("disabled", http(), http(enabled=False), ("cuts-viewers",)),
)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(each, id=each.name.replace(" ", "-"))
        for each in one_of_each(CHANGES, lambda change: change.changed)
    ],
)
def test_nobody_is_harmed(account: ReplayedAccount, change: SpecChange) -> None:
    """A viewer who is served before and after is always served. One who is served neither before nor after never is."""
    before, after = account.allowed_by(change.before), account.allowed_by(change.after)
    if change.before is not None:
        account.converge(change.before, allow=("makes-public",))
    account.expect(must=before)

    account.expect(must=frozenset() if change.cuts else before & after, may=before | after)
    with account.judged(change.after):
        plan = account.settled(account.load(change.after), allow=change.hazards)
    assert {hazard.name for hazard, _ in plan.stacks[0].hazards} == set(change.hazards)

    account.expect(must=after)
    account.assert_access_kept()
