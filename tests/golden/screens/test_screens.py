"""What people see in the twelve commonest situations, at three widths, with and without colours."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cfstream.cli import main
from tests.golden.screens.session import Situation, WaitEvent, folder_with
from tests.world.configs import signers
from tests.world.other_user import OtherUser
from tests.world.sandbox import Sandbox

HERE = Path(__file__).parent
KEYS = HERE.parents[2] / "examples" / "keys"
BUCKET = "lectures-media"
WIDTHS = (40, 80, 120)
COLORED = 80
"""The width whose screen is also kept with its colours."""

BAR = re.compile(" *[━╸╺]+$", re.MULTILINE)
"""Without colours, the rest of a bar is not shown."""

NESTED = re.compile(r"\([^()]*\(")
INNER = re.compile(r'"\$\(.*?\)"', re.DOTALL)
"""A command inside of another one."""

SPEC = """\
version: 1
name: lectures
comment: Private lectures
bucket: {name: lectures-media, create: true}
key_groups:
  - name: lectures-signers
    public_keys:
      - {name: lectures-2026-11, file: keys/lectures-2026-11.pub.pem}
sign: {max_validity: 24h}
"""
COMMENTED = SPEC.replace("Private lectures", "Lectures of 2026")
SUBJECTS = ("algebra", "biology", "chemistry", "drama", "economics", "film", "geology", "history")
FLEET = {
    f"specs/{name}.yaml": f"version: 1\nname: {name}\nbucket: {{name: {name}-media, create: true}}\n"
    "trusted_signers: [self]\n"
    for name in SUBJECTS
}
FLEET["specs/drama.yaml"] = FLEET["specs/drama.yaml"].replace(", create: true", "")


class Workspace(OtherUser):
    """A folder with specs, and another user of the account that they describe."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox.clients)
        self.sandbox = sandbox

    def write(self, text: str) -> None:
        """Write the spec."""
        folder_with({"lectures.yaml": text}, Path(), KEYS)

    def apply(self, text: str = SPEC) -> None:
        """Apply the spec, without output."""
        self.write(text)
        assert main.run(["apply", "lectures.yaml", "--yes", "-q", "--no-verify"]) == 0

    def add_statement(self) -> None:
        """Let anyone read the bucket, as another person may do in the console."""
        self.unblocked(BUCKET)
        public = {
            "Sid": "PublicRead",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
        self.put_policy(*self.statements(BUCKET).values(), public, bucket=BUCKET)

    def remove_signers(self) -> None:
        """Remove the signers, as another person may do in the console."""
        self.edit(lambda config: config["DefaultCacheBehavior"].update(TrustedKeyGroups=signers()))

    @contextmanager
    def slow(self, reads: int = 12) -> Iterator[None]:
        """Report Deployed after this number of reads."""
        settings = self.sandbox.cloudfront.settings
        settings.deploy_after_reads = reads
        yield
        settings.deploy_after_reads = 0


@pytest.fixture
def workspace(
    running_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """An empty folder and account."""
    running_sandbox.reset()
    for name, value in {
        "AWS_ENDPOINT_URL": running_sandbox.endpoint_url,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_REGION": "us-east-1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "COLUMNS": "80",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "CFSTREAM_EDGE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    yield Workspace(running_sandbox)
    running_sandbox.cloudfront.settings.deploy_after_reads = 0
    logging.getLogger("cfstream").handlers.clear()


Compare = Callable[[str, Situation], None]


@pytest.fixture
def looks_right(golden: Callable[[Path, str], None], capsys: pytest.CaptureFixture[str]) -> Compare:
    """Return a function that compares a situation with its golden screens."""

    def compare(name: str, situation: Situation) -> None:
        capsys.readouterr()
        (HERE / name).mkdir(exist_ok=True)
        for columns in WIDTHS:
            plain, _ = situation.shown(columns, color=False)
            colored, styled = situation.shown(columns, color=True)
            golden(HERE / name / f"{columns}.txt", plain)
            assert not NESTED.search(INNER.sub("", plain)), "a remark in brackets has no brackets of its own"
            assert BAR.sub("", colored) == BAR.sub("", plain), "colours change no text"
            if columns == COLORED:
                golden(HERE / name / f"{columns}.colours.txt", styled)

    return compare


def test_first_plan(workspace: Workspace, looks_right: Compare) -> None:
    """Nothing is live."""
    workspace.write(SPEC)
    looks_right("first-plan", Situation("cfstream plan lectures.yaml"))


def test_no_change(workspace: Workspace, looks_right: Compare) -> None:
    """The stack is in sync."""
    workspace.apply()
    looks_right("no-change", Situation("cfstream plan lectures.yaml"))


def test_drift_to_public(workspace: Workspace, looks_right: Compare) -> None:
    """Someone has removed the signers, which the plan repairs, and has made the bucket public."""
    workspace.apply()
    workspace.remove_signers()
    workspace.add_statement()
    looks_right("drift-to-public", Situation("cfstream plan lectures.yaml"))


def test_hazard_refused(workspace: Workspace, looks_right: Compare) -> None:
    """The spec opens a path that needed a signature."""
    workspace.apply()
    workspace.write(SPEC + 'http: {behaviors: [{path: "/posters/*", public: true}]}\n')
    looks_right("hazard-refused", Situation("cfstream apply lectures.yaml --yes", 5))


def test_problem(workspace: Workspace, looks_right: Compare) -> None:
    """The spec names a bucket that does not exist, and the account has one of nearly that name."""
    workspace.clients("s3").create_bucket(Bucket="lectures-media")
    workspace.write(SPEC.replace("{name: lectures-media, create: true}", "lecture-media"))
    looks_right("problem", Situation("cfstream plan lectures.yaml", 2))


def test_stale(workspace: Workspace, looks_right: Compare) -> None:
    """Between the saved plan and its apply, someone has changed the account."""
    workspace.apply()
    workspace.write(COMMENTED)
    assert main.run(["plan", "lectures.yaml", "--out", "plan.json"]) == 0
    workspace.add_statement()
    looks_right("stale", Situation("cfstream apply plan.json", 4))


def test_wait(workspace: Workspace, looks_right: Compare) -> None:
    """The change is deployed for some minutes. It is known how long that usually takes."""
    Path("cache/cfstream").mkdir(parents=True)
    past = {"seconds": [190.0, 200.0, 240.0], "stacks": {"123456789012/lectures": [190.0, 200.0, 240.0]}}
    Path("cache/cfstream/deploys-elsewhere.json").write_text(json.dumps(past))
    workspace.write(SPEC)
    with workspace.slow():
        looks_right("wait", Situation("cfstream apply lectures.yaml", during_wait=WaitEvent(9)))


def test_ctrl_c(workspace: Workspace, looks_right: Compare) -> None:
    """The person presses Ctrl-C during the wait."""
    workspace.write(SPEC)
    with workspace.slow():
        looks_right("ctrl-c", Situation("cfstream apply lectures.yaml", 130, WaitEvent(9, interrupts=True)))


def test_resume(workspace: Workspace, looks_right: Compare) -> None:
    """The same command, after the interruption."""
    workspace.write(SPEC)
    with workspace.slow():
        assert main.run(["apply", "lectures.yaml", "--yes", "-q", "--no-wait"]) == 0
        looks_right("resume", Situation("cfstream apply lectures.yaml --yes"))


def test_failed_verify(workspace: Workspace, looks_right: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone has made the bucket public, and unsigned requests of the distribution are served."""
    workspace.apply()
    workspace.clients("s3").put_object(Bucket="lectures-media", Key="week-1/lecture.mp4", Body=b"-")
    workspace.remove_signers()
    workspace.add_statement()
    monkeypatch.setenv("CFSTREAM_EDGE_URL", workspace.sandbox.edge_url)
    now = datetime.now(UTC)  # the clock of the edge, which is not shown
    looks_right("failed-verify", Situation("cfstream verify lectures.yaml", 7, now=now))


def test_fleet_of_eight(workspace: Workspace, looks_right: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the stacks has a problem. The others are created."""
    monkeypatch.setenv("CFSTREAM_EDGE_URL", workspace.sandbox.edge_url)
    folder_with(FLEET, Path(), KEYS)
    looks_right("fleet-of-8", Situation("cfstream apply specs", 2))


def test_rotate(workspace: Workspace, looks_right: Compare) -> None:
    """The first stage of a rotation: a new key."""
    workspace.apply()
    looks_right("rotate", Situation("cfstream keys rotate lectures.yaml lectures-signers"))
