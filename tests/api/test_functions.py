"""`cfstream.load`, `plan`, `apply` and `verify`: what a program gets, against the sandbox."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, assert_type

import pytest

import cfstream
from cfstream import errors
from cfstream.render.json import plan_document
from cfstream.sign import Signer
from cfstream.steps.step import Step
from tests.world.sandbox import Sandbox
from tests.world.signing import private_pem, public_pem, rsa_key

SPEC = """\
version: 1
name: lectures
comment: Private lectures
bucket: {name: lectures-media, create: true}
key_groups:
  - name: lectures-signers
    public_keys: [{name: one, file: one.pub.pem}]
"""


@pytest.fixture
def project(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec and its key pair, and credentials for the sandbox in the environment."""
    (tmp_path / "lectures.yaml").write_text(SPEC)
    (tmp_path / "one.pem").write_bytes(private_pem(rsa_key("one")))
    (tmp_path / "one.pub.pem").write_bytes(public_pem(rsa_key("one")))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    for name in ("AWS_PROFILE", "CFSTREAM_EDGE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_load_plan_apply_and_verify(project: Path, sandbox: Sandbox, cloudfront: Any) -> None:
    """Four calls load, plan, apply and verify a spec, and the next plan is empty. mypy knows every type."""
    stacks = cfstream.load(project / "lectures.yaml")
    assert_type(stacks, tuple[cfstream.Stack, ...])
    plan = cfstream.plan(stacks, endpoint_url=sandbox.endpoint_url)
    assert_type(plan, cfstream.Plan)
    assert_type(plan.stacks[0].steps[0], Step)
    assert [step.id for step in plan.stacks[0].steps][:1] == ["create bucket:lectures"]
    report = cfstream.apply(plan, edge_url=sandbox.edge_url)
    assert_type(report, cfstream.Report)
    assert (report.exit_code, report.stacks[0].outcome) == (0, cfstream.StackOutcome.APPLIED)
    (live,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert live["Id"] == report.stacks[0].outputs["distribution_id"]
    assert cfstream.plan(stacks, endpoint_url=sandbox.endpoint_url).in_sync
    proof = cfstream.verify(
        stacks, key=project / "one.pem", endpoint_url=sandbox.endpoint_url, edge_url=sandbox.edge_url
    )
    assert_type(proof, cfstream.Proof)
    assert proof.exit_code == 0, [each for stack in proof.stacks for each in stack.findings]
    signer = Signer(project / "one.pem", report.stacks[0].outputs["public_key_ids"]["one"])
    assert "Key-Pair-Id=K" in signer.url("https://media.example.com/a.mp4", 4_000_000_000)


def test_the_same_plan_as_the_command_line(project: Path, sandbox: Sandbox) -> None:
    """`cfstream plan --format json` prints what `cfstream.plan` returns."""
    result = subprocess.run(
        [sys.executable, "-m", "cfstream", "plan", "lectures.yaml", "--format", "json"],
        cwd=project,
        env={**os.environ, "AWS_ENDPOINT_URL": sandbox.endpoint_url},
        capture_output=True,
        text=True,
        check=True,
    )
    plan = cfstream.plan(cfstream.load(project / "lectures.yaml"), endpoint_url=sandbox.endpoint_url)
    printed, document = json.loads(result.stdout), plan_document(plan)
    assert printed["fingerprint"] == plan.fingerprint
    assert printed["stacks"][0]["steps"] == document["stacks"][0]["steps"]


def test_a_hazard_must_be_allowed(project: Path, sandbox: Sandbox, cloudfront: Any) -> None:
    """A hazard that is not allowed blocks its stack. Allowed by name, it is applied. An unknown name is refused."""
    spec = project / "lectures.yaml"
    cfstream.apply(cfstream.plan(cfstream.load(spec), endpoint_url=sandbox.endpoint_url), verify=False)
    spec.write_text(SPEC + "enabled: false\n")
    plan = cfstream.plan(cfstream.load(spec), endpoint_url=sandbox.endpoint_url)
    with pytest.raises(errors.WrongUsage, match="'cut-viewers' is not a hazard"):
        cfstream.apply(plan, allow="cut-viewers")
    with pytest.raises(errors.WrongUsage, match="nowhere"):
        cfstream.apply(plan, allow={"cuts-viewers"}, edge_url="nowhere")
    refused = cfstream.apply(plan)
    assert (refused.exit_code, refused.stacks[0].not_allowed) == (5, ("cuts-viewers",))
    assert [each["Enabled"] for each in cloudfront.list_distributions()["DistributionList"]["Items"]] == [
        True
    ]
    assert cfstream.apply(plan, allow={"cuts-viewers"}, verify=False).exit_code == 0
    assert [each["Enabled"] for each in cloudfront.list_distributions()["DistributionList"]["Items"]] == [
        False
    ]


def test_a_destroy_plan_deletes_the_stack(project: Path, sandbox: Sandbox, cloudfront: Any) -> None:
    """A destroy plan needs its hazards allowed, and leaves nothing. A deleted stack is not verified."""
    stacks = cfstream.load(project / "lectures.yaml")
    cfstream.apply(cfstream.plan(stacks, endpoint_url=sandbox.endpoint_url), verify=False)
    plan = cfstream.destroy(stacks, endpoint_url=sandbox.endpoint_url)
    assert cfstream.apply(plan).exit_code == 5
    report = cfstream.apply(plan, allow={"deletes", "cuts-viewers"}, edge_url=sandbox.edge_url)
    assert (report.exit_code, report.stacks[0].outcome) == (0, cfstream.StackOutcome.APPLIED)
    assert "Items" not in cloudfront.list_distributions()["DistributionList"]
    assert cfstream.destroy(stacks, endpoint_url=sandbox.endpoint_url).in_sync


def test_a_change_since_the_plan_is_not_overwritten(project: Path, sandbox: Sandbox) -> None:
    """A plan that another run has outdated ends as stale, in a report."""
    spec = project / "lectures.yaml"
    cfstream.apply(cfstream.plan(cfstream.load(spec), endpoint_url=sandbox.endpoint_url), verify=False)
    plans = []
    for comment in ("first", "second"):
        spec.write_text(SPEC.replace("Private lectures", comment))
        plans.append(cfstream.plan(cfstream.load(spec), endpoint_url=sandbox.endpoint_url))
    assert cfstream.apply(plans[0], verify=False).exit_code == 0
    assert cfstream.apply(plans[1], verify=False).stacks[0].outcome is cfstream.StackOutcome.STALE


def test_an_opening_makes_the_run_exposed(project: Path, sandbox: Sandbox, s3: Any) -> None:
    """The verification at the end counts: an object that anyone may read makes the run fail with 7."""
    s3.create_bucket(Bucket="lectures-media", ObjectOwnership="BucketOwnerPreferred")
    s3.delete_public_access_block(Bucket="lectures-media")
    s3.put_object(Bucket="lectures-media", Key="a.mp4", Body=b"video", ACL="public-read")
    plan = cfstream.plan(cfstream.load(project / "lectures.yaml"), endpoint_url=sandbox.endpoint_url)
    report = cfstream.apply(plan, edge_url=sandbox.edge_url)
    assert (report.exit_code, report.stacks[0].outcome) == (7, cfstream.StackOutcome.EXPOSED)


def test_each_step_has_events(project: Path, sandbox: Sandbox) -> None:
    """The callback gets an event when each step begins and when it ends, in the order of the plan."""
    lines: list[str] = []

    def tell(event: cfstream.Event) -> None:
        match event:
            case cfstream.StepBegan(_, step):
                lines.append(f"began {step.id}")
            case cfstream.StepEnded(_, report):
                lines.append(f"ended {report.id}: {report.outcome}")

    plan = cfstream.plan(cfstream.load(project / "lectures.yaml"), endpoint_url=sandbox.endpoint_url)
    cfstream.apply(plan, tell=tell, verify=False)
    ids = [step.id for step in plan.stacks[0].steps]
    assert lines == [line for id_ in ids for line in (f"began {id_}", f"ended {id_}: done")]


def test_ctrl_c_ends_the_run_cleanly(project: Path, sandbox: Sandbox, cloudfront: Any) -> None:
    """Ctrl-C during a wait ends the run at once with Interrupted. Finished steps stay, and a later run resumes."""

    def interrupt(event: cfstream.Event) -> None:
        if isinstance(event, cfstream.StepBegan) and event.step.verb == "wait":
            os.kill(os.getpid(), signal.SIGINT)

    sandbox.cloudfront.settings.deploy_after_seconds = 3600
    stacks = cfstream.load(project / "lectures.yaml")
    with pytest.raises(errors.Interrupted):
        cfstream.apply(cfstream.plan(stacks, endpoint_url=sandbox.endpoint_url), tell=interrupt)
    assert [each["Status"] for each in cloudfront.list_distributions()["DistributionList"]["Items"]] == [
        "InProgress"
    ]
    sandbox.cloudfront.settings.deploy_after_seconds = 0
    again = cfstream.apply(cfstream.plan(stacks, endpoint_url=sandbox.endpoint_url), verify=False)
    assert again.exit_code == 0
    assert len(cloudfront.list_distributions()["DistributionList"]["Items"]) == 1


def test_problems_are_one_error(project: Path) -> None:
    """SpecProblems has every problem of every file, each with its place."""
    spec = project / "lectures.yaml"
    spec.write_text(SPEC.replace("one.pub.pem", "none.pem").replace("comment", "coment"))
    with pytest.raises(cfstream.SpecProblems) as caught:
        cfstream.load(project)
    assert [str(problem.where) for problem in caught.value.problems] == [f"{spec}:3:1", f"{spec}:7:37"]


def test_keywords_that_exclude_each_other(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox has its own endpoint, and it is not started for invalid keywords. A key id needs a key."""
    monkeypatch.chdir(project)
    stacks = cfstream.load(project / "lectures.yaml")
    with pytest.raises(errors.WrongUsage, match="exclude each other"):
        cfstream.plan(stacks, sandbox=True, endpoint_url="http://127.0.0.1:1")
    assert not Path(".cfstream").exists()
    with pytest.raises(errors.WrongUsage, match="key_id"):
        cfstream.verify(stacks, key_id="K1", endpoint_url="http://127.0.0.1:1")


def test_a_rotation_goes_from_stage_to_stage(project: Path, sandbox: Sandbox) -> None:
    """`rotate` edits the spec like `cfstream keys rotate`: a new key joins, and then the spec must be applied."""
    spec, here = project / "lectures.yaml", sandbox.endpoint_url
    cfstream.apply(cfstream.plan(cfstream.load(spec), endpoint_url=here), verify=False)
    done = cfstream.rotate(spec, name="two", endpoint_url=here)
    assert_type(done, cfstream.Rotated)
    assert (done.outcome, done.joined, done.leaving) == ("begun", "two", ("one",))
    assert Path(done.private_file).exists()
    assert [*cfstream.load(spec)[0].public_keys] == ["one", "two"]
    assert cfstream.rotate(spec, "lectures-signers", endpoint_url=here).outcome == "apply-first"


def test_a_migration_edits_the_spec(tmp_path: Path) -> None:
    """`migrate` edits the spec like `cfstream migrate`. With `dry_run` it only returns the edit."""
    spec = tmp_path / "old.yaml"
    old = "version: 1\nname: old\nbucket: media  # of 2011\noai: {}\npublic: true\n"
    spec.write_text(old)
    done = cfstream.migrate(spec, "oac", dry_run=True)
    assert_type(done, cfstream.Migrated)
    assert (done.outcome, spec.read_text()) == ("migrated", old)
    assert cfstream.migrate(spec, "oac").files == done.files
    assert spec.read_text() == done.files[0].after
    assert "oai" not in spec.read_text()
    assert cfstream.migrate(spec, "oac").outcome == "nothing"
    for wrong in ((), ("oai",), ("oac", "http")):
        with pytest.raises(errors.WrongUsage):
            cfstream.migrate(spec, *wrong)


def test_a_comparison_of_two_files(project: Path) -> None:
    """`diff` compares the meaning of specs: a comment is not a difference, a changed field is."""
    spec, other = project / "lectures.yaml", project / "other.yaml"
    other.write_text(f"# a comment\n{SPEC}")
    found = cfstream.diff(spec, other)
    assert_type(found, cfstream.Comparison)
    assert all(not stack.changes for stack in found.stacks)
    other.write_text(SPEC.replace("Private lectures", "Lectures"))
    assert [change.field for stack in cfstream.diff(spec, other).stacks for change in stack.changes] == [
        "comment"
    ]
