"""`cfstream doctor`: its checks, its messages, and that it prints no secret."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cfstream.errors import NotAuthorized
from cfstream.ports import Answer, Call, Reads, World
from cfstream.render.checkup import checkup_text
from cfstream.spec.load import load
from cfstream.use_cases.doctor.account import clock_check, list_checks, plan_check
from cfstream.use_cases.doctor.check import DoctorCheck, State
from cfstream.values import Json
from tests.cli.conftest import Result
from tests.world.clock import QuickClock
from tests.world.ports import Counted
from tests.world.sandbox import Sandbox

Run = Callable[..., Result]

SPEC = "version: 1\nname: lectures\nbucket: {name: lectures-media, create: true}\ntrusted_signers: [self]\n"


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec. Its folder is the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("lectures.yaml").write_text(SPEC)
    return "lectures.yaml"


def states(result: Result) -> dict[str, str]:
    """Return the state of each check."""
    return {check["name"]: check["state"] for check in json.loads(result.out)["checks"]}


def test_all_checks_pass(cfstream: Run, aws: Sandbox, spec: str) -> None:
    """Each check has a line, and the reads of the spec's plan are tried. Nothing is created."""
    result = cfstream("doctor", spec)
    assert (result.code, result.err) == (0, "")
    for line in (
        "✓ libraries         boto3 ",
        f"✓ endpoint          {aws.endpoint_url}\n",
        "✓ credentials       from env\n",
        "✓ identity          account 123456789012, arn:aws:sts::",
        "✓ clock             agrees with that of AWS\n",
        "✓ S3                answers\n",
        "✓ permissions       all 9 lists of CloudFront can be read\n",
        "✓ plan of lectures  all ",
    ):
        assert line in result.out
    assert result.out.endswith("\nNo problems found.\n")
    assert cfstream("plan", "--check", spec).code == 3


def test_programs_get_the_same(cfstream: Run, aws: Sandbox, spec: str) -> None:
    """The document has a state for each check."""
    result = cfstream("doctor", "--format", "json")
    assert result.code == 0
    assert json.loads(result.out)["well"] is True
    assert {*states(result).values()} <= {"well", "note"}


def test_without_credentials_the_rest_is_unknown(
    cfstream: Run, aws: Sandbox, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the credentials fail. Checks that need them are unknown, and the exit code is 1."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = cfstream("doctor", spec, "--format", "json")
    assert result.code == 1
    found = states(result)
    assert [name for name, state in found.items() if state == "bad"] == ["credentials"]
    assert {"identity", "clock", "CloudFront", "S3", "permissions", "plan of lectures"} == {
        name for name, state in found.items() if state == "unknown"
    }


@pytest.mark.parametrize(
    ("flags", "bad", "found"),
    [
        (["--profile", "nobody"], "configuration", "The config profile (nobody) could not be found"),
        (
            ["--endpoint-url", "http://127.0.0.1:1"],
            "identity",
            "STS could not be reached at http://127.0.0.1:1",
        ),
        (["--endpoint-url", "nonsense"], "configuration", "the endpoint is not a valid URL"),
    ],
)
def test_each_fault_has_a_fix(cfstream: Run, aws: Sandbox, flags: list[str], bad: str, found: str) -> None:
    """Impossible settings, and an endpoint that does not answer."""
    result = cfstream("doctor", "--format", "json", *flags)
    assert result.code == 1
    (check,) = [each for each in json.loads(result.out)["checks"] if each["state"] == "bad"]
    assert check["name"] == bad
    assert check["found"].startswith(found)
    assert check["do"]


def test_a_stopped_sandbox_is_named(cfstream: Run, aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a plan: the network is not the cause if the environment has the address of a sandbox that has stopped."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    (check,) = [
        each for each in json.loads(cfstream("doctor", "--format", "json").out)["checks"] if each["do"]
    ]
    assert check["found"] == "the sandbox at http://127.0.0.1:1 is not running"
    assert check["do"] == 'run: eval "$(cfstream sandbox up)"'


def test_no_secret_is_printed(cfstream: Run, aws: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keys nor tokens, nor a password in an endpoint's URL."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOPENSESAME")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "opensesame")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "opensesame-too")
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url.replace("//", "//me:opensesame@"))
    result = cfstream("doctor", "-v")
    assert "opensesame" not in (result.out + result.err).lower()
    assert f"endpoint       {aws.endpoint_url}\n" in result.out


class Denying(Counted):
    """Reads of which some are denied."""

    denied = frozenset({"list_key_groups", "get_bucket_policy", "head_bucket", "list_certificates"})

    def read(self, call: Call) -> Json:
        self._ask(call)
        return super().read(call)

    def items(self, call: Call) -> Sequence[Json]:
        self._ask(call)
        return super().items(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return tuple(self._refusal(call) or super(Denying, self).together([call])[0] for call in calls)

    def _ask(self, call: Call) -> None:
        if refusal := self._refusal(call):
            raise refusal

    def _refusal(self, call: Call) -> NotAuthorized | None:
        if call.operation not in self.denied:
            return None
        return NotAuthorized(
            call.operation, "AccessDenied", "no", do=f"allow {call.service}:{call.operation}"
        )


def denying(world: World) -> World:
    """The same world for a user with fewer permissions."""

    def denied_reads() -> Reads:
        return Denying(world.reads(), [])

    return replace(world, reads=denied_reads)


def test_reads_that_are_not_allowed_are_named_with_the_permission(aws: Sandbox, spec: str) -> None:
    """A read of every plan is a failure, a read of some plans is a note. Each missing action is listed."""
    world = denying(aws.world_at(QuickClock()))
    found = {check.name: check for check in list_checks(world)}
    assert (found["permissions"].state, found["permissions"].do) == (
        State.BAD,
        "allow cloudfront:list_key_groups",
    )
    assert (found["certificates"].state, found["certificates"].do) == (
        State.NOTE,
        "allow acm:list_certificates",
    )
    assert "DNS zones" not in found
    planned = plan_check(world, load([spec])[0])
    assert (planned.name, planned.state) == ("plan of lectures", State.BAD)
    assert "allow s3:head_bucket" in planned.do


@pytest.mark.parametrize(
    ("seconds", "state", "found"),
    [
        (0, State.WELL, "agrees"),
        (-30, State.WELL, "agrees"),
        (31, State.NOTE, "this machine's clock is 31 s ahead of that of AWS"),
        (-241, State.BAD, "this machine's clock is 241 s behind that of AWS"),
    ],
)
def test_clocks_may_differ_a_little(seconds: int, state: State, found: str) -> None:
    """Half a minute is accepted. Five minutes are too much for AWS."""
    there = datetime(2026, 11, 26, tzinfo=UTC)
    check = clock_check(there, there + timedelta(seconds=seconds))
    assert check.state is state
    assert check.found.startswith(found)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_fit(width: int) -> None:
    """No line is wider than the terminal, and each fix is below its fault."""
    checks = [
        DoctorCheck("one", State.BAD, "word " * 30, "repair it\nand " + "more " * 30),
        DoctorCheck("another", State.WELL, "x"),
    ]
    text = checkup_text(checks, color=False, width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)
    assert text.endswith("\nFailed: one.\n")
