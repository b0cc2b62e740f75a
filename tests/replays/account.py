"""The account of replayed changes: it deploys late, and viewers request every object after each call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cfstream.applying import Report
from cfstream.planning import Plan
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.spec.load import Stack
from cfstream.testing.certificates import imported
from cfstream.workflow import make_plan
from tests.edge import signing
from tests.evaluator.naming import named
from tests.faults.running import AccessMonitor
from tests.faults.viewers import KEYS, Reading, Viewers, stays
from tests.replays.port import Replayed
from tests.replays.requesting_viewers import (
    BUCKETS,
    FOREIGN_KEY,
    OBJECTS,
    RequestingViewers,
    ViewerRequests,
    allowed_by,
)
from tests.world.account import SandboxAccount
from tests.world.faults import Killed
from tests.world.plans import report_lines
from tests.world.sandbox import Sandbox
from tests.world.specs import ONE, THREE, TWO, Json

DEPLOY_AFTER_READS = 4
"""More than a plan makes: whatever must wait for Deployed has something to wait for."""

HOST = "media.example.com"
PAIR = THREE
"""The key whose public half is a CloudFront key pair of the account: that of the trusted signer ``self``."""

NAMES = (ONE, TWO, THREE, FOREIGN_KEY)


class ReplayedAccount(SandboxAccount):
    """An account with two buckets with the same objects, and a public key of others in one of their groups."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        self._watched = sandbox
        for name in NAMES:
            (folder / f"{name}.pem").write_text(signing.pem(signing.rsa_key(name)))
        for bucket in BUCKETS:
            self.bucket(bucket, *OBJECTS, ObjectOwnership="BucketOwnerPreferred")
        imported(self.clients("acm"), HOST, f"new.{HOST}")
        self.make_group("theirs", self.make_key(FOREIGN_KEY, file=FOREIGN_KEY))
        sandbox.cloudfront.state.key_pairs.register(ACCOUNT, signing.pem(signing.rsa_key(PAIR)))
        sandbox.cloudfront.settings.deploy_after_reads = DEPLOY_AFTER_READS
        self.viewers = RequestingViewers(sandbox, {name: signing.rsa_key(name) for name in NAMES})
        self.may: ViewerRequests = frozenset()
        self.must: ViewerRequests = frozenset()
        self.too_much: ViewerRequests = frozenset()
        self.too_little: ViewerRequests = frozenset()

    def allowed_by(self, spec: Json | None) -> ViewerRequests:
        """Return who must be served according to a spec."""
        return allowed_by(spec, pair=PAIR, all_keys=self.viewers.keys)

    def expect(self, *, must: ViewerRequests, may: ViewerRequests = frozenset()) -> None:
        """Set who must be served everywhere, and who may be served somewhere. All others must be refused."""
        self.must, self.may = must, must | may
        self.check()

    def check(self) -> None:
        """Record who is wrongly served, and who is wrongly refused."""
        everywhere, somewhere = self.viewers.check()
        self.too_much |= somewhere - self.may
        self.too_little |= {request for request in self.must - everywhere if self.viewers.can_send(request)}

    def assert_access_kept(self) -> None:
        """Check that at no time anyone was wrongly served or wrongly refused."""
        assert sorted(self.too_much) == []
        assert sorted(self.too_little) == []

    @contextmanager
    def judged(self, *specs: Json) -> Iterator[None]:
        """Judge every write with the evaluator too, on its own keys.

        Nobody reads more than before unless these specs name them, and everyone keeps what they still name.
        """
        viewers = Viewers(self._watched)
        wanted = frozenset[Reading]().union(*(named(spec, KEYS) for spec in specs))
        objects = dict.fromkeys(BUCKETS, OBJECTS)
        must = frozenset(each for each in viewers.services() if stays(each, wanted, objects))
        with AccessMonitor(viewers, viewers.readings() | wanted, must) as monitor:
            yield
        assert sorted(monitor.too_much) == []
        assert sorted(monitor.too_little) == []

    def replayed(self, stacks: Sequence[Stack], *, allow: Sequence[str] = ()) -> tuple[Plan, Report]:
        """Plan and apply while the viewers send requests."""
        plan = make_plan(stacks, self.world)
        return plan, self.run(plan, allow=allow, port=Replayed(self.world.aws, self.check))

    def settled(self, stacks: Sequence[Stack], *, allow: Sequence[str] = ()) -> Plan:
        """Plan and apply, and check that everything is done and nothing is pending."""
        plan, report = self.replayed(stacks, allow=allow)
        assert report.exit_code == 0, report_lines(report)
        left = make_plan(stacks, self.world)
        assert left.in_sync, [step.id for stack in left.stacks for step in stack.steps]
        return plan

    def stopped(self, stacks: Sequence[Stack], *, allow: Sequence[str] = ()) -> list[str]:
        """Return what was written by a run that died after its first write, or in its wait."""
        port = Replayed(self.world.aws, self.check, patience=4)
        with suppress(Killed):
            self.run(make_plan(stacks, self.world), allow=allow, port=port)
        self.check()
        return port.writes
