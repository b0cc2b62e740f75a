"""A saved plan is valid only while nothing that it was made from has changed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from cfstream.domain.new_document import new_config
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.planning.saved import Mismatch
from cfstream.spec.wording import as_written
from tests.promises.saved import Saved
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, set_to
from tests.world.specs import ONE, TWO, Json, by_acl, group, http, key, signed
from tests.world.statements import allow


def fingerprint_of(document: Json) -> str:
    """Return the fingerprint, computed from the file alone, as the contract describes."""
    stacks = document["stacks"]
    covered = {
        "account": document["account"],
        "relied_on": [
            {name: value for name, value in relied.items() if name != "etag"}
            for stack in stacks
            for relied in stack["relied_on"]
        ],
        "steps": [
            {name: value for name, value in step.items() if name not in ("because", "if_match", "spec_line")}
            for stack in stacks
            for step in stack["steps"]
        ],
        "hazards": [
            {"name": hazard["name"], "step": hazard["step"]}
            for stack in stacks
            for hazard in stack["hazards"]
        ],
        "openings": [opening for stack in stacks for opening in stack["exposure"]["openings"]],
    }
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_the_fingerprint_can_be_computed_from_the_file_alone(account: SandboxAccount) -> None:
    """It can be computed for a new stack and for a changed one."""
    new = Saved(account, http(comment="Vorträge"))
    assert fingerprint_of(new.document) == new.document["fingerprint"]
    account.converge(http())
    changed = Saved(account, http(comment="講義"))
    assert fingerprint_of(changed.document) == changed.document["fingerprint"]


def test_the_file_has_what_the_contract_says(account: SandboxAccount) -> None:
    """Keys and types are those of the sample, with null where the sample has null."""
    document = Saved(account, http(comment="Private lectures")).document
    top = {name: type(value).__name__ for name, value in document.items()}
    assert top == {
        "format_version": "int",
        "cfstream_version": "str",
        "account": "str",
        "in_sync": "bool",
        "fingerprint": "str",
        "summary": "dict",
        "stacks": "list",
        "specs": "list",
        "folder": "str",
    }
    (stack,) = document["stacks"]
    assert stack["live"] == {"distribution_id": None, "domain_name": None, "status": None, "etag": None}
    assert {"address", "etag", "sha256"} == {*stack["relied_on"][0]}
    assert stack["exposure"]["before"] == ["nobody"]
    assert stack["exposure"]["after"] == ["signers: key-group viewers"]
    create = next(step for step in stack["steps"] if step["id"] == "create distribution:lectures")
    assert {*create} == {
        *("id", "verb", "address", "because", "if_match", "needs", "spec_line", "changes"),
        "sends",
    }
    assert create["if_match"] is None
    assert create["spec_line"] == 1
    assert "create origin-access-control:lectures" in create["needs"]
    changes = {change["field"]: change for change in create["changes"]}
    assert changes["comment"] == {"field": "comment", "before": None, "after": "Private lectures"}
    reference = {"known_after": "create origin-access-control:lectures"}
    assert changes["oac"] == {"field": "oac", "before": None, "after": reference}


def test_it_stays_valid_while_nothing_changes(account: SandboxAccount) -> None:
    """It stays valid if someone writes the same config again, and only the ETag changes."""
    account.converge(http())
    saved = Saved(account, http(comment="changed"))
    saved.check()
    account.edit(lambda config: None)
    assert saved.again().stacks[0].live.etag != saved.document["stacks"][0]["live"]["etag"]
    saved.check()


def test_it_stays_valid_if_a_key_group_changes_only_the_etag(account: SandboxAccount) -> None:
    """AWS gives a distribution a new ETag if a group that it uses changes. Its config is the same."""
    theirs = account.make_group("newsroom", account.make_key("first"))
    document = {**http(), "key_groups": [{"use": "newsroom"}]}
    account.converge(document)
    saved = Saved(account, {**document, "comment": "changed"})
    etag = saved.again().stacks[0].live.etag
    live = account.cloudfront.get_key_group_config(Id=theirs)
    renamed = {**live["KeyGroupConfig"], "Comment": "the newsroom's"}
    account.cloudfront.update_key_group(Id=theirs, IfMatch=live["ETag"], KeyGroupConfig=renamed)
    assert saved.again().stacks[0].live.etag != etag
    saved.check()


def edit_policy(account: SandboxAccount) -> None:
    """Add a statement by hand."""
    theirs = allow("theirs", {"AWS": "arn:aws:iam::111122223333:root"})
    account.put_policy(*account.statements().values(), theirs)


def edit_group(account: SandboxAccount) -> None:
    """Change the comment of the stack's key group by hand."""
    live = account.cloudfront.get_key_group_config(Id=account.groups()["viewers"]["Id"])
    changed = {**live["KeyGroupConfig"], "Comment": "cfstream:lectures renamed"}
    account.cloudfront.update_key_group(
        Id=account.groups()["viewers"]["Id"], IfMatch=live["ETag"], KeyGroupConfig=changed
    )


def edit_control(account: SandboxAccount) -> None:
    """Change the control's description by hand."""
    (control,) = account.controls()
    live = account.cloudfront.get_origin_access_control_config(Id=control)
    changed = {**live["OriginAccessControlConfig"], "Description": "cfstream:lectures edited"}
    account.cloudfront.update_origin_access_control(
        Id=control, IfMatch=live["ETag"], OriginAccessControlConfig=changed
    )


AccountChange = Callable[[SandboxAccount], Any]

UNMANAGED, USUAL = next(
    (member, value)
    for member, value in new_config("", "", "")["DefaultCacheBehavior"].items()
    if isinstance(value, bool) and member not in {field.member for field in HTTP_FIELDS}
)
"""A member of a behavior for which a spec has no field, and its value in a new distribution."""

MOVES: dict[str, tuple[AccountChange, str]] = {
    "comment": (
        lambda account: account.edit(set_to(Comment="by hand")),
        'distribution:lectures: comment: "before" -> "by hand"',
    ),
    "a field that is not ours": (
        lambda account: account.edit(set_to(HttpVersion="http3")),
        'distribution:lectures: http.http_version: "http2" -> "http3"',
    ),
    "a behavior": (
        lambda account: account.edit(
            lambda config: config["CacheBehaviors"]["Items"][0].update({UNMANAGED: not USUAL})
        ),
        (
            f"distribution:lectures: CloudFront's {UNMANAGED} of http.behaviors[/posters/*]: "
            f"{as_written(USUAL)} -> {as_written(not USUAL)}"
        ),
    ),
    "its signers": (
        lambda account: account.edit(
            lambda config: config["CacheBehaviors"]["Items"][0].update(
                TrustedKeyGroups={"Enabled": False, "Quantity": 0}
            )
        ),
        'http.behaviors[/posters/*].key_groups: ["viewers"] -> []',
    ),
    "its cache policy": (
        lambda account: account.edit(
            lambda config: config["CacheBehaviors"]["Items"][0].update(
                CachePolicyId="4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
            )
        ),
        'http.behaviors[/posters/*].cache_policy: "CachingOptimized" -> "CachingDisabled"',
    ),
    "a tag": (
        lambda account: account.cloudfront.tag_resource(
            Resource=account.live()["ARN"], Tags={"Items": [{"Key": "cost", "Value": "42"}]}
        ),
        'distribution:lectures: tags.cost: none -> "42"',
    ),
    "a policy statement": (edit_policy, "bucket-policy:lectures: statement[theirs]: none -> "),
    "the policy gone": (
        lambda account: account.s3.delete_bucket_policy(Bucket="media"),
        "bucket-policy:lectures: present -> absent",
    ),
    "the block of public access": (
        lambda account: account.unblocked(),
        "bucket:lectures: block.acls: true -> false",
    ),
    "the key group": (
        edit_group,
        'key-group:lectures/viewers: comment: "cfstream:lectures" -> "cfstream:lectures renamed"',
    ),
    "the control": (
        edit_control,
        'origin-access-control:lectures: description: "cfstream:lectures" -> "cfstream:lectures edited"',
    ),
}


@pytest.mark.parametrize(("hand", "line"), MOVES.values(), ids=MOVES)
def test_a_change_is_refused_with_the_values_before_and_after(
    account: SandboxAccount, hand: AccountChange, line: str
) -> None:
    """The run is refused before the first write."""
    before = http(comment="before", http={"behaviors": [{"path": "/posters/*"}]})
    account.converge(before)
    saved = Saved(account, {**before, "comment": "after"})
    hand(account)
    with pytest.raises(Mismatch) as caught:
        saved.check()
    assert line in caught.value.what
    assert "nothing was written" in caught.value.what
    assert caught.value.do


def test_documents_that_only_one_of_the_plans_read_are_not_changes(account: SandboxAccount) -> None:
    """Encryption is read if something will be written. Here somebody has already made the change."""
    account.converge(http(comment="before"))
    saved = Saved(account, http(comment="after"))
    account.edit(set_to(Comment="after"))
    with pytest.raises(Mismatch) as caught:
        saved.check()
    assert 'distribution:lectures: comment: "before" -> "after"' in caught.value.what
    assert "encryption" not in caught.value.what


def test_a_changed_order_of_behaviors_is_reported(account: SandboxAccount) -> None:
    """The first that matches counts, so another order is another config."""
    account.converge(http())
    account.edit(add_behavior("/a/*"))
    account.edit(add_behavior("/b/*"))
    saved = Saved(account, http(comment="changed"))
    account.edit(lambda config: config["CacheBehaviors"]["Items"].reverse())
    with pytest.raises(Mismatch, match=r"http\.behaviors: the order changed"):
        saved.check()


def test_a_new_bucket_is_reported(empty: SandboxAccount) -> None:
    """The plan was to create it, and someone else did."""
    saved = Saved(empty, signed(bucket={"name": "media", "create": True}))
    empty.bucket("media")
    with pytest.raises(Mismatch, match="bucket:lectures: absent -> present"):
        saved.check()


def test_a_new_object_is_reported(empty: SandboxAccount) -> None:
    """Object grants depend on the count and the digest of (key, granted)."""
    empty.bucket("media", "a.mp4", ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl())
    saved = Saved(empty, by_acl(comment="changed"))
    empty.s3.put_object(Bucket="media", Key="b.mp4", Body=b"-")
    with pytest.raises(Mismatch, match="object-acl:lectures: objects: 1 -> 2"):
        saved.check()


def test_a_changed_spec_is_reported_even_if_no_step_changes(account: SandboxAccount) -> None:
    """The plan depends on the spec that was reviewed."""
    saved = Saved(account, signed())
    saved.path.write_text(saved.path.read_text() + "\n# one more thought\n")
    with pytest.raises(
        Mismatch, match=r"saved-lectures\.yaml: the spec, or a file that it names, was changed"
    ):
        saved.check()


def test_a_key_file_that_changed_is_reported(account: SandboxAccount) -> None:
    """The digest covers every file that the spec names."""
    saved = Saved(account, http())
    (account.folder / f"{ONE}.pem").write_text((account.folder / f"{TWO}.pem").read_text())
    with pytest.raises(Mismatch, match="the spec, or a file that it names, was changed"):
        saved.check()


def test_a_plan_of_another_account_is_reported(account: SandboxAccount) -> None:
    """Account numbers are compared first."""
    saved = Saved(account, signed())
    saved.document["account"] = "999999999999"
    saved.document["fingerprint"] = fingerprint_of(saved.document)
    with pytest.raises(Mismatch, match="made for account 999999999999"):
        saved.check()


def test_a_plan_of_another_version_is_refused(account: SandboxAccount) -> None:
    """It may have been made by other rules, even if nothing else differs."""
    saved = Saved(account, signed())
    saved.document["cfstream_version"] = "0.0.1"
    with pytest.raises(Mismatch, match=r"it was made by cfstream 0\.0\.1, and this is cfstream") as refused:
        saved.check()
    assert refused.value.do == "plan again: `plan again`"


def test_a_change_is_shown_by_its_digest_if_the_file_has_no_content(account: SandboxAccount) -> None:
    """The contents are an addition to the format, so a file need not have them."""
    account.converge(signed())
    saved = Saved(account, signed(comment="new"))
    del saved.document["stacks"][0]["relied_content"]
    saved.check()
    account.edit(set_to(Comment="by hand"))
    with pytest.raises(Mismatch, match=r"distribution:lectures: sha256:\w{12}… -> sha256:\w{12}…"):
        saved.check()


def test_the_files_steps_are_never_trusted(account: SandboxAccount) -> None:
    """Changed steps in the file do not matter, because apply plans again."""
    saved = Saved(account, signed(comment="honest"))
    step = next(one for one in saved.document["stacks"][0]["steps"] if one["verb"] == "create")
    step["changes"] = []
    saved.document["fingerprint"] = fingerprint_of(saved.document)
    with pytest.raises(Mismatch):
        saved.check()


def test_a_plan_that_was_applied_is_stale(account: SandboxAccount) -> None:
    """Applying it again is refused, because the live state is different."""
    saved = Saved(account, signed())
    account.run(saved.again())
    with pytest.raises(Mismatch, match="distribution:lectures: absent -> present"):
        saved.check()


def test_no_plan_file_has_secrets(account: SandboxAccount) -> None:
    """They are neither in the recorded state nor in the reported changes."""
    account.converge(http())

    def secret(value: str) -> Callable[[Json], None]:
        headers = {"Quantity": 1, "Items": [{"HeaderName": "x-origin", "HeaderValue": value}]}
        return lambda config: config["Origins"]["Items"][0].update(CustomHeaders=headers)

    account.edit(secret("s3cr3t-one"))
    saved = Saved(account, http(comment="changed", key_groups=[group(key(ONE), key(TWO))]))
    assert "s3cr3t" not in json.dumps(saved.document)
    account.edit(secret("s3cr3t-two"))
    with pytest.raises(Mismatch, match="x-origin") as caught:
        saved.check()
    assert "s3cr3t" not in caught.value.what
