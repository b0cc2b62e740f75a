"""Checks of the account: credentials, identity, clocks, and the reads that a plan needs.

No result contains a secret: for credentials, it only shows the source.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from cfstream.errors import CfstreamError, NotAuthorized, Refused, SpecProblems, Unreachable
from cfstream.ports import IDENTITY, Call, Role
from cfstream.stack.placement import session_name, world_of
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.doctor.check import DoctorCheck, State

if TYPE_CHECKING:
    from cfstream.aws.sessions import Clients, ConnectionSettings
    from cfstream.connection import Connection
    from cfstream.ports import World
    from cfstream.spec.load import Stack

TOLERATED = 240
"""Seconds that the clocks may differ: AWS refuses a signature that is five minutes off (RequestTimeTooSkewed)."""
NOTICED = 30
"""Seconds of difference from which new signed URLs may be refused, or be valid for too long."""

BUCKETS = Call("s3", "list_buckets", {"MaxBuckets": 1})
"""Any answer of S3 shows that it is reachable. Only `init` needs the list."""

ELSEWHERE = {
    "certificates": Call("acm", "list_certificates", {"MaxItems": 1}, region="us-east-1"),
    "DNS zones": Call("route53", "list_hosted_zones", {"MaxItems": "1"}),
    "tags": Call("resourcegroupstaggingapi", "get_resources", {"ResourcesPerPage": 1}),
}
"""Reads that only some specs need: for cnames, dns, and the fast search for a distribution by its tag."""


def account_checks(stacks: "Sequence[Stack]", connection: "Connection") -> Iterator[DoctorCheck]:
    """Yield every check that needs AWS. A check that an earlier failure prevents is ``unknown``."""
    asked = _Asked(connection)
    yield from asked.settings()
    yield asked.identity()
    yield asked.clock()
    if asked.caller is None:
        names = ("CloudFront", "S3", "permissions", *(f"plan of {stack.spec.name}" for stack in stacks))
        yield from (
            DoctorCheck(name, State.UNKNOWN, "not checked: fix the checks above first") for name in names
        )
        return
    world = connection.world()
    yield from list_checks(world)
    yield from role_checks(world, stacks)
    for stack in stacks:
        yield plan_check(world, stack)


@dataclass
class _Asked:
    """The answer of STS, and the clocks."""

    connection: "Connection"
    caller: dict[str, Any] | None = None
    clients: "Clients | None" = None
    date: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def settings(self) -> Iterator[DoctorCheck]:
        """Yield the checks of profile, region, endpoint, and the source of credentials."""
        from cfstream.aws.sessions import Clients

        try:
            settings = self.connection.settings()
            clients = Clients(settings)
            client = clients.of("cloudfront")
        except CfstreamError as error:
            yield DoctorCheck("configuration", State.BAD, error.what, error.do)
            return
        self.clients = clients
        profile = settings.profile or os.environ.get("AWS_PROFILE") or "default"
        profile_text = "the sandbox's own" if settings.sandbox else f"profile {profile}"
        yield DoctorCheck("configuration", State.WELL, f"{profile_text}, region {self.clients.region}")
        yield DoctorCheck("endpoint", State.WELL, _without_password(client.meta.endpoint_url))
        yield self._credentials(settings)

    def _credentials(self, settings: "ConnectionSettings") -> DoctorCheck:
        from cfstream.aws.errors import about_settings

        try:
            found = None if self.clients is None else self.clients.credentials()
        except Exception as error:
            known = about_settings(error)
            if known is None:
                raise
            self.clients = None
            return DoctorCheck("credentials", State.BAD, known.what, known.do)
        if found is None:
            self.clients = None
            do = "run aws configure, or aws sso login, or set AWS_PROFILE; --sandbox needs none"
            return DoctorCheck("credentials", State.BAD, "none were found", do)
        where = "the sandbox's own" if settings.sandbox else f"from {found}"
        return DoctorCheck("credentials", State.WELL, where)

    def identity(self) -> DoctorCheck:
        """Return the identity of the credentials, according to AWS."""
        if self.clients is None:
            return DoctorCheck("identity", State.UNKNOWN, "not checked: fix the checks above first")
        from botocore.exceptions import BotoCoreError, ClientError

        from cfstream.aws.errors import translate

        try:
            reply = self.clients.of("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            self._note_date(getattr(error, "response", {}))
            refused = translate(error, IDENTITY, write=False)
            if isinstance(refused, Unreachable):
                refused = self.connection.stopped_sandbox(self.connection.settings().endpoint_url) or refused
            return DoctorCheck("identity", State.BAD, refused.what, refused.do)
        self._note_date(reply)
        self.caller = reply
        return DoctorCheck("identity", State.WELL, f"account {reply.get('Account')}, {reply.get('Arn')}")

    def _note_date(self, reply: Any) -> None:
        self.at = self.connection.clock().now()
        self.date = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")

    def clock(self) -> DoctorCheck:
        """Return the check of this machine's clock against AWS's."""
        try:
            there = parsedate_to_datetime(self.date)
        except ValueError:
            return DoctorCheck("clock", State.UNKNOWN, "AWS did not report its time")
        return clock_check(there, self.at)


def clock_check(there: datetime, here: datetime) -> DoctorCheck:
    """Return the check of two clocks."""
    ahead = round((here - there).total_seconds())
    if abs(ahead) <= NOTICED:
        return DoctorCheck("clock", State.WELL, "agrees with that of AWS")
    text = f"this machine's clock is {abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} that of AWS"
    do = "set the clock by NTP: signatures and the expiry of URLs depend on it"
    return DoctorCheck("clock", State.BAD if abs(ahead) > TOLERATED else State.NOTE, text, do)


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def list_checks(world: "World") -> Iterator[DoctorCheck]:
    """Yield whether CloudFront and S3 answer, and which lists can be read."""
    from cfstream.kinds import KINDS

    reads, lists = world.reads(), [call for kind in KINDS for call in kind.lists]
    try:
        answers = reads.together([Call("cloudfront", call.operation, {"MaxItems": "1"}) for call in lists])
        buckets, *others = reads.together([BUCKETS, *ELSEWHERE.values()])
    except CfstreamError as error:
        yield DoctorCheck("CloudFront", State.BAD, error.what, error.do)
        return
    denied = [answer for answer in answers if isinstance(answer, NotAuthorized)]
    failed = [answer for answer in answers if isinstance(answer, Refused) and answer not in denied]
    yield DoctorCheck("CloudFront", State.WELL, "answers")
    yield from (DoctorCheck("CloudFront", State.BAD, error.what, error.do) for error in failed)
    if isinstance(buckets, Refused) and not isinstance(buckets, NotAuthorized):
        yield DoctorCheck("S3", State.BAD, buckets.what, buckets.do)
    else:
        yield DoctorCheck("S3", State.WELL, "answers")
    yield _permission("permissions", denied, f"all {len(lists)} lists of CloudFront can be read")
    for name, answer in zip(ELSEWHERE, others, strict=True):
        if isinstance(answer, Refused):
            yield DoctorCheck(
                name, State.NOTE, f"cannot be read, but only some specs need it: {answer.what}", answer.do
            )


def role_checks(world: "World", stacks: "Sequence[Stack]") -> Iterator[DoctorCheck]:
    """Yield whether each role of the stacks can be assumed."""
    for role in dict.fromkeys(stack.spec.role for stack in stacks if stack.spec.role):
        names = [stack.spec.name for stack in stacks if stack.spec.role == role]
        name = f"role in {Role(role, '').account}"
        try:
            own = world.assume(Role(role, session_name(names)))
        except CfstreamError as error:
            yield DoctorCheck(name, State.BAD, error.what, error.do)
        else:
            yield DoctorCheck(name, State.WELL, f"{role} can be assumed, account {own.account}")


def plan_check(world: "World", stack: "Stack") -> DoctorCheck:
    """Return whether everything that a plan of the stack reads can be read. Makes the calls of that plan."""
    from dataclasses import replace

    from cfstream.recording.recorder import RecordingReads
    from cfstream.workflow import make_plan

    # Stacks of several accounts may have the same name.
    where = f" in {stack.spec.home}" if stack.spec.role else ""
    name = f"plan of {stack.spec.name}{where}"
    try:
        own = world_of(stack, world)
    except SpecProblems as found:
        return DoctorCheck(name, State.BAD, found.problems[0].what, found.problems[0].do)
    except CfstreamError:
        return DoctorCheck(name, State.UNKNOWN, "not checked: fix the check of its role first")
    reads = RecordingReads(own.reads())
    recording = replace(own, reads=lambda: reads)
    try:
        made = make_plan([stack], replace(recording, assume=lambda _: recording))
    except NotAuthorized:
        made = None
    except CfstreamError as error:
        return DoctorCheck(name, State.BAD, error.what, error.do)
    denied = [answer for answer in reads.recorded.values() if isinstance(answer, NotAuthorized)]
    problems = [problem for each in made.stacks for problem in each.problems] if made else []
    if problems and not denied:
        return DoctorCheck(name, State.BAD, problems[0].what, problems[0].do)
    return _permission(name, denied, f"all {len(reads.recorded)} reads of the plan are allowed")


def _permission(name: str, denied: Sequence[NotAuthorized], well: str) -> DoctorCheck:
    if not denied:
        return DoctorCheck(name, State.WELL, well)
    calls = sorted({refusal.operation for refusal in denied})
    do = "\n".join(dict.fromkeys(refusal.do for refusal in denied))
    return DoctorCheck(name, State.BAD, f"not allowed: {', '.join(calls)}", do)
