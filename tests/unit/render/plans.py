"""Plans for tests of renderers: a stack to create, one to change, and some in sync."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from cfstream.access.openings import POLICY as IN_POLICY
from cfstream.access.reader import ANYONE
from cfstream.access.report import Opening
from cfstream.errors import Notice, Problem, Where
from cfstream.planning import LiveSummary, Plan, StackPlan
from cfstream.planning.exposure import Exposure
from cfstream.stack.proposal import Relied
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.step import Change, Stage, Step, StepContext
from cfstream.values import Account, Address, ETag, Ref, StepId, Verb

ACCOUNT = Account("123456789012")
IDENTITY = Address("origin-access-control", "lectures")
DISTRIBUTION = Address("distribution", "lectures")
ETAG = ETag("E2QWRUHAPOMQZL")
POLICY = Address("bucket-policy", "lectures")


class ShownStep(Step):
    """A step that is only shown."""

    def perform(self, context: StepContext) -> Mapping[str, str]:
        raise AssertionError("a renderer performs nothing")


@dataclass(frozen=True, kw_only=True)
class ShownCreate(ShownStep):
    """A create that is only shown."""

    verb: ClassVar[Verb] = Verb.CREATE


@dataclass(frozen=True, kw_only=True)
class ShownModify(ShownStep):
    """A modify that is only shown."""

    verb: ClassVar[Verb] = Verb.MODIFY
    etag: ETag = ETAG

    @property
    def if_match(self) -> ETag | None:
        return self.etag


@dataclass(frozen=True, kw_only=True)
class ShownGrant(ShownStep):
    """A grant that is only shown."""

    verb: ClassVar[Verb] = Verb.GRANT


@dataclass(frozen=True, kw_only=True)
class ShownDelete(ShownStep):
    """A deletion that is only shown."""

    verb: ClassVar[Verb] = Verb.DELETE


@dataclass(frozen=True, kw_only=True)
class ShownWait(ShownStep):
    """A wait that is only shown."""

    verb: ClassVar[Verb] = Verb.WAIT


NEW = StackPlan(
    name="lectures",
    spec="specs/lectures.yaml",
    spec_sha256="9f2c",
    account=ACCOUNT,
    relied_on=(Relied(DISTRIBUTION, "sha256:74234e98"),),
    exposure=Exposure(before=("nobody",), after=("signers: key-group lectures-signers",)),
    steps=(
        ShownCreate(
            address=IDENTITY,
            stage=Stage.IDENTITY,
            because="sign CloudFront's requests to the bucket",
            line=8,
            changes=(Change("oac", None, "cfstream-lectures"),),
        ),
        ShownCreate(
            address=DISTRIBUTION,
            stage=Stage.DISTRIBUTION,
            because="deliver the media to viewers",
            line=3,
            changes=(
                Change("comment", None, "Private lectures"),
                Change("enabled", None, True),
                Change("cnames", None, ["media.example.com", "www.example.com"]),
                Change("oac", None, Ref(StepId("create origin-access-control:lectures"))),
                Change("tags", None, {"cfstream:name": "lectures", "team": "media"}),
            ),
            needs=(StepId("create origin-access-control:lectures"),),
        ),
        ShownGrant(
            address=POLICY,
            stage=Stage.GRANT,
            because="allow the distribution to read objects",
            line=6,
            needs=(StepId("create distribution:lectures"),),
        ),
        ShownWait(address=DISTRIBUTION, stage=Stage.WAIT, because="until Deployed, 30 minutes at most"),
    ),
)

CHANGED = StackPlan(
    name="lectures",
    spec="specs/lectures.yaml",
    spec_sha256="9f2c",
    account=ACCOUNT,
    live=LiveSummary("E1UGDLB9XZBD79", "d111111abcdef8.cloudfront.net", "Deployed", ETAG),
    relied_on=(Relied(DISTRIBUTION, "sha256:ab12", ETAG),),
    notices=(
        Notice("7 CNAMEs of 100"),
        Notice("anyone may read clips/*: a public statement of the bucket policy", warning=True),
    ),
    exposure=Exposure(before=("signers: 111122223333",), after=("signers: key-group lectures-signers",)),
    steps=(
        ShownModify(
            address=DISTRIBUTION,
            stage=Stage.DISTRIBUTION,
            because="3 fields differ",
            line=5,
            changes=(
                Change("comment", "old", "new"),
                Change(
                    "cnames",
                    ["a.example.com", "media.example.com"],
                    ["media.example.com", "b.example.com"],
                ),
                Change("http.behaviors[/posters/*].public", False, True),
                Change("logging", {"bucket": "my-logs", "prefix": "cf/"}, None),
            ),
            hazards=(Hazard(HazardName.CUTS_VIEWERS, "a.example.com will not be answered any more"),),
        ),
    ),
)

STILL = StackPlan(
    name="lectures",
    spec="specs/lectures.yaml",
    spec_sha256="9f2c",
    account=ACCOUNT,
    live=LiveSummary("E1UGDLB9XZBD79", "d111111abcdef8.cloudfront.net", "Deployed", ETAG),
)

ANYONE_READS = "anyone: bucket policy statement QuickFix"
OPENING = Opening(
    "anyone can read /*: bucket policy statement QuickFix",
    "remove that statement:\n`aws s3api put --bucket media`",
    IN_POLICY,
    ANYONE,
    "/a",
)

OPENED = replace(
    STILL,
    notices=(Notice(f"opening: {OPENING.text}", warning=True, do=OPENING.do),),
    exposure=Exposure(
        before=(ANYONE_READS,), after=(ANYONE_READS,), openings=(OPENING,), anyone=(ANYONE_READS,)
    ),
)
"""No changes, and an opening."""

BROKEN = StackPlan(
    name="clips",
    spec="specs/clips.yaml",
    spec_sha256="1b2d",
    account=ACCOUNT,
    problems=(
        Problem(
            Where("specs/clips.yaml", 6, 9),
            "bucket clips-media is not there",
            "make it, or write create: true",
            source_line="bucket: clips-media",
        ),
    ),
)


def plan(*stacks: StackPlan) -> Plan:
    """Return a plan of these stacks in the account of all tests."""
    return Plan(ACCOUNT, stacks)
