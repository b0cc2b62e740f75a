"""Keys that several stacks of a run declare."""

from pathlib import Path

from cfstream.planning import StackPlan
from cfstream.planning.shared_keys import with_shared_keys
from cfstream.spec.load import load
from tests.world.signing import public_pem, rsa_key

SPEC = """\
version: 1
name: {name}
bucket: {name}-media
key_groups:
  - name: {name}-signers
    public_keys: [{{name: {name}-1, file: {file}.pub.pem}}]
"""


def test_a_shared_key_is_a_notice(tmp_path: Path) -> None:
    """CloudFront accepts one key under two names. Each plan names the other stack. A key of one stack has no notice."""
    for file in ("one", "two"):
        (tmp_path / f"{file}.pub.pem").write_bytes(public_pem(rsa_key(file)))
    for name, file in {"clips": "one", "films": "two", "lectures": "one"}.items():
        (tmp_path / f"{name}.yaml").write_text(SPEC.format(name=name, file=file))
    stacks = load([str(tmp_path)])
    plans = [StackPlan(stack.spec.name, stack.path, stack.spec_sha256) for stack in stacks]
    notices = {plan.name: [each.text for each in plan.notices] for plan in with_shared_keys(plans, stacks)}
    assert notices["films"] == []
    assert len(notices["clips"]) == len(notices["lectures"]) == 1
    assert notices["clips"][0].startswith("the key clips-1 is also a key of lectures (lectures-1): ")
    assert notices["lectures"][0].startswith("the key lectures-1 is also a key of clips (clips-1): ")
