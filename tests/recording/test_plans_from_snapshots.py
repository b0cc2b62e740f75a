"""The plan from a snapshot is the plan from AWS, byte for byte, for the specs of the snapshot and for others."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cfstream.recording.replay import NotRecorded
from cfstream.spec.load import load
from tests.faults.running import ANY_HAZARD, ScenarioRunner, run
from tests.faults.scenarios import SCENARIOS, Scenario, changed
from tests.golden.plans.live import fill, set_up
from tests.golden.plans.test_golden_plans import CASES, HERE, KEYS
from tests.laws.account import EVERY_HAZARD, begin
from tests.laws.language import OWN_POLICY, ZONE
from tests.recording.through_a_file import plan_of, text_of, world_in
from tests.world.account import SandboxAccount
from tests.world.clients import BotoClients
from tests.world.clock import QuickClock
from tests.world.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"

UNFORESEEN = {
    "another bucket": "of the bucket archive,",
    "policy to objects": "GetObjectAcl of s3://lectures-acl/lecture.mp4,",
}
"""Changes of specs that need answers that the snapshot does not contain."""

FORESEEN = (
    "oai to oac",
    "oai to somebody's oai",
    "objects to oac",
    "prefix narrowed",
    "old key detached after its grace",
    "key group replaced",
    "behaviors added and opened",
    "rtmp comment",
)


def named(names: Iterable[str]) -> list[object]:
    """Return scenarios as parameters with names."""
    known = {each.name: each for each in SCENARIOS}
    return [pytest.param(known[name], id=name.replace(" ", "-")) for name in names]


@pytest.mark.parametrize("case", CASES)
def test_the_same_specs(
    case: str, golden_account: SandboxAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every golden plan is the same from a snapshot and from AWS, with its fingerprint."""
    shutil.copytree(HERE / case, tmp_path, dirs_exist_ok=True)
    shutil.copytree(KEYS, tmp_path / "keys")
    monkeypatch.chdir(tmp_path)
    set_up(golden_account, Path("live.json"))
    for spec in Path().glob("*.yaml"):
        fill(golden_account, spec)
    stacks = load([str(spec) for spec in sorted(Path().glob("*.yaml"))])
    recorded = world_in(text_of(stacks, golden_account.world), stacks, golden_account.world)
    assert plan_of(stacks, recorded) == plan_of(stacks, golden_account.world)


@pytest.mark.parametrize("scenario", named(FORESEEN))
def test_changed_specs(runner: ScenarioRunner, scenario: Scenario) -> None:
    """Changed specs are planned from the snapshot of the earlier ones."""
    text = before(runner, scenario)
    world, after = runner.world_at(scenario.later), runner.load(*scenario.after)
    assert plan_of(after, world_in(text, after, world)) == plan_of(after, world)


@pytest.mark.parametrize("scenario", named(UNFORESEEN))
def test_missing_answers_are_named(runner: ScenarioRunner, scenario: Scenario) -> None:
    """If the snapshot lacks an answer, the error names it, and nothing is guessed."""
    text = before(runner, scenario)
    after = runner.load(*scenario.after)
    with pytest.raises(NotRecorded) as caught:
        plan_of(after, world_in(text, after, runner.world_at()))
    assert UNFORESEEN[scenario.name] in caught.value.what
    assert caught.value.do == "record it again"


def test_a_new_stack_over_the_same_bucket(runner: ScenarioRunner) -> None:
    """A stack that did not exist at the time of the snapshot is planned as a new one."""
    lectures, seminars = next(each for each in SCENARIOS if each.name == "two stacks on one bucket").after
    runner.restore(runner.initial)
    world = runner.world_at()
    text = text_of(runner.load(lectures), world)
    both = runner.load(lectures, seminars)
    assert plan_of(both, world_in(text, both, world)) == plan_of(both, world)


def test_a_distribution_adopted_since(runner: ScenarioRunner) -> None:
    """The config and tags of every distribution of the account are known."""
    adopted = next(each for each in SCENARIOS if each.name == "distribution adopted").after
    runner.restore(runner.initial)
    world = runner.world_at()
    new = changed(adopted[0], "adopt", "tags")
    text = text_of(runner.load(new), world)
    after = runner.load(*adopted)
    assert plan_of(after, world_in(text, after, world)) == plan_of(after, world)


SITE: dict[str, Any] = {"version": 1, "name": "site", "bucket": "lectures-media", "trusted_signers": ["self"]}
NAMED = changed(SITE, cnames=["media.example.com"], http={"certificate": "auto"})
EXTENDED = changed(
    NAMED,
    cnames=["media.example.com", "clips.example.com"],
    dns={"route53": ZONE},
    http={
        "certificate": "auto",
        "cache_policy": OWN_POLICY,
        "functions": {"viewer_request": "rewrite"},
        "cors": {"origins": ["https://www.example.com"], "credentials": True},
    },
)


def test_fields_added_since(account: SandboxAccount) -> None:
    """Records, other pages, another cache policy, a function, another cname: the snapshot has what they need."""
    begin(account)
    text = text_of(account.load({**NAMED}), account.world)
    after = account.load({**EXTENDED})
    assert plan_of(after, world_in(text, after, account.world)) == plan_of(after, account.world)


def test_a_cname_added_since_has_a_notice(account: SandboxAccount) -> None:
    """Owners in other accounts were not requested, and the plan reports that."""
    begin(account)
    account.apply({**NAMED}, allow=EVERY_HAZARD)
    text = text_of(account.load({**NAMED}), account.world)
    after = account.load({**NAMED, "cnames": ["media.example.com", "clips.example.com"]})
    stack = json.loads(plan_of(after, world_in(text, after, account.world)))["stacks"][0]
    asked = json.loads(plan_of(after, account.world))["stacks"][0]
    assert stack["steps"] == asked["steps"]
    added = [notice["text"] for notice in stack["notices"] if notice not in asked["notices"]]
    assert len(added) == 1
    assert added[0].startswith("other accounts could not be checked for the cnames")


def test_a_function_added_since_has_a_notice(account: SandboxAccount) -> None:
    """No snapshot has unpublished functions, and the plan reports that it could not look one up."""
    begin(account)
    text = text_of(account.load({**SITE}), account.world)
    after = account.load({**SITE, "http": {"functions": {"viewer_request": "none"}}})
    stack = json.loads(plan_of(after, world_in(text, after, account.world)))["stacks"][0]
    assert stack["problems"] == []
    assert any("the function none could not be looked up" in notice["text"] for notice in stack["notices"])


def test_the_examples(sandbox: Sandbox, clients: BotoClients) -> None:
    """All together, in an account with their buckets: before and after they are applied."""
    stacks = load([str(EXAMPLES / name) for name in ("fleet", "lectures-http.yaml")])
    for bucket in {stack.spec.bucket.name: stack.spec.bucket.region for stack in stacks}.items():
        make_bucket(clients, *bucket)
    world = sandbox.world_at(QuickClock())
    assert plan_of(stacks, world_in(text_of(stacks, world), stacks, world)) == plan_of(stacks, world)
    run(stacks, world, ANY_HAZARD)
    assert plan_of(stacks, world_in(text_of(stacks, world), stacks, world)) == plan_of(stacks, world)


def make_bucket(clients: BotoClients, name: str, region: str | None) -> None:
    """Create a bucket with an object."""
    s3 = clients("s3", region or "us-east-1")
    placed: Any = {"LocationConstraint": region} if region not in (None, "us-east-1") else {}
    s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": placed} if placed else {}))
    s3.put_object(Bucket=name, Key="lecture.mp4", Body=b"-")


def before(runner: ScenarioRunner, scenario: Scenario) -> str:
    """Return the snapshot of the earlier specs; for a new stack, of one for its bucket."""
    runner.restore(runner.initial)
    first = runner.load(*(scenario.before or scenario.after))
    if scenario.before:
        run(first, runner.world_at(), ANY_HAZARD)
    return text_of(first, runner.world_at())
