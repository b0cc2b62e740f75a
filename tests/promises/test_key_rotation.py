"""Keys rotate without broken URLs: a grace period by `replaces`, and a hazard for an early removal."""

import pytest

from cfstream.errors import SpecProblems
from tests.world.account import SandboxAccount
from tests.world.plans import changes, hazards, outcome, problems, steps
from tests.world.ports import Witness
from tests.world.specs import ONE, THREE, TWO, Json, group, http, key

HOUR = 3600.0


def signed_by(*keys: Json, **fields: object) -> Json:
    """Return a spec whose one key group has these keys."""
    return http(key_groups=[group(*keys)], **fields)


BOTH = (key(ONE), key(TWO, replaces=[ONE]))


def test_a_new_key_is_added_without_a_hazard(account: SandboxAccount) -> None:
    """Both keys may sign, and URLs of the old one stay valid."""
    account.converge(signed_by(key(ONE)))
    plan = account.converge(signed_by(*BOTH)).stacks[0]
    assert hazards(plan) == []
    active = account.live()["ActiveTrustedKeyGroups"]["Items"][0]["KeyPairIds"]["Items"]
    assert {*active} == {row["Id"] for row in account.keys().values()}


def test_a_key_group_that_changed_is_waited_for_where_it_is_in_use(account: SandboxAccount) -> None:
    """The wait ends when each distribution that uses it shows exactly the new ids and is Deployed."""
    account.converge(signed_by(key(ONE)))
    settings = account.sandbox.cloudfront.settings
    settings.deploy_after_reads = 4
    plan = account.converge(signed_by(*BOTH)).stacks[0]
    assert steps(plan)[-1] == "wait key-group:lectures/viewers"
    assert account.live()["Status"] == "Deployed"


@pytest.mark.parametrize(("passed", "expected"), [(23 * HOUR, ["cuts-viewers"]), (24 * HOUR + 60, [])])
def test_an_old_key_may_be_removed_once_its_last_url_has_expired(
    account: SandboxAccount, passed: float, expected: list[str]
) -> None:
    """The new key must be older than `sign.max_validity`."""
    account.converge(signed_by(key(ONE)))
    account.converge(signed_by(*BOTH))
    account.clock.slept += passed
    left = signed_by(key(TWO, replaces=[ONE]))
    assert hazards(account.stack(left)) == expected
    account.converge(left, allow=expected)
    assert [*account.keys()] == [TWO]


def test_the_grace_period_is_the_longest_validity_of_a_signature(account: SandboxAccount) -> None:
    """If a spec signs for at most an hour, the old key may leave after an hour of AWS's time."""
    account.converge(signed_by(key(ONE)))
    account.converge(signed_by(*BOTH))
    account.clock.slept += HOUR + 60
    account.clock.ahead = 1000 * HOUR  # does not count
    assert hazards(account.stack(signed_by(key(TWO, replaces=[ONE])))) == ["cuts-viewers"]
    assert hazards(account.stack(signed_by(key(TWO, replaces=[ONE]), sign={"max_validity": "1h"}))) == []


def test_a_key_that_nothing_replaces_cuts_viewers_however_old_the_others_are(account: SandboxAccount) -> None:
    """Nothing shows that its signer uses another key."""
    account.converge(signed_by(key(ONE), key(TWO)))
    account.clock.slept += 1000 * HOUR
    gone = signed_by(key(TWO))
    assert hazards(account.stack(gone)) == ["cuts-viewers"]
    assert outcome(account.apply(gone)) == "blocked"
    assert {*account.keys()} == {ONE, TWO}


def test_a_new_key_in_place_of_an_old_one_at_once_cuts_viewers(account: SandboxAccount) -> None:
    """Its URLs are refused at once, with or without `replaces`."""
    account.converge(signed_by(key(ONE)))
    assert hazards(account.stack(signed_by(key(TWO, replaces=[ONE])))) == ["cuts-viewers"]


def test_a_chain_of_replacements_counts(account: SandboxAccount) -> None:
    """A key that replaces the replacement counts too."""
    account.converge(signed_by(key(ONE), key(TWO, replaces=[ONE]), key(THREE, replaces=[TWO])))
    account.clock.slept += 25 * HOUR
    assert hazards(account.stack(signed_by(key(TWO, replaces=[ONE]), key(THREE, replaces=[TWO])))) == []
    account.converge(signed_by(key(THREE, replaces=[ONE, TWO])))
    assert [*account.keys()] == [THREE]


def test_a_detached_key_is_deleted_only_when_no_distribution_has_it_in_force(account: SandboxAccount) -> None:
    """The order is detach, wait, delete, so AWS never returns PublicKeyInUse."""
    account.converge(signed_by(key(ONE), key(TWO)))
    witness = Witness(account.world.aws)
    account.sandbox.cloudfront.settings.deploy_after_reads = 3
    seen: list[str] = []

    def look(call: object) -> None:
        if getattr(call, "operation", "") == "delete_public_key":
            live = account.live()
            seen.append(live["Status"])
            assert live["ActiveTrustedKeyGroups"]["Items"][0]["KeyPairIds"]["Quantity"] == 1

    witness.before = look
    report = account.apply(signed_by(key(TWO)), allow=["cuts-viewers"], port=witness)
    assert report.exit_code == 0
    assert seen == ["Deployed"]
    assert witness.writes == ["update_key_group", "delete_public_key"]


def test_a_key_file_that_differs_from_the_live_key_is_a_problem(account: SandboxAccount) -> None:
    """A public key cannot change in AWS: the new key needs a new name."""
    account.converge(signed_by(key(ONE)))
    plan = account.stack(signed_by(key(ONE, file=TWO)))
    (problem,) = plan.problems
    assert "a public key cannot change in AWS" in problem.what
    assert problem.do == "give the new key a new name"
    assert outcome(account.apply(signed_by(key(ONE, file=TWO)))) == "blocked"


def test_white_space_around_a_key_does_not_matter(account: SandboxAccount) -> None:
    """A trailing newline, CRLF or more blank lines do not change the key."""
    account.converge(signed_by(key(ONE)))
    text = (account.folder / f"{ONE}.pem").read_text()
    (account.folder / f"{ONE}.pem").write_bytes(("\n" + text.replace("\n", "\r\n") + "\r\n\r\n").encode())
    assert steps(account.plan(signed_by(key(ONE)))) == []


def test_a_private_key_is_refused_and_never_shown(account: SandboxAccount) -> None:
    """No message has the content of the file."""
    begin, end = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
    (account.folder / "private.pem").write_text(f"{begin}\nc2VjcmV0IHNlY3JldA==\n{end}\n")
    with pytest.raises(SpecProblems) as caught:
        account.load(signed_by(key("private")))
    texts = [text for one in caught.value.problems for text in (one.what, one.do, one.source_line, one.note)]
    assert not any("c2VjcmV0" in text for text in texts)
    assert any("private" in text for text in texts)


def test_names_of_others_are_not_taken(account: SandboxAccount) -> None:
    """A key and a key group with that name and without the mark are problems, and do not change."""
    account.make_group("viewers", account.make_key(ONE))
    plan = account.stack(signed_by(key(ONE)))
    message = " ".join(problems(plan))
    assert "public key one" in message
    assert "key group viewers" in message
    assert outcome(account.apply(signed_by(key(ONE)))) == "blocked"
    assert account.keys()[ONE]["Comment"] == "by hand"
    assert account.distributions() == []


def test_a_group_of_another_stack_is_a_problem(account: SandboxAccount) -> None:
    """If two stacks have one group, the problem of the second names the owner."""
    account.converge(signed_by(key(ONE)))
    plan = account.stack({**signed_by(key(ONE)), "name": "clips"})
    assert any("belong to the stack lectures" in what for what in problems(plan))


def test_limits_that_aws_raises_on_request_are_notices(account: SandboxAccount) -> None:
    """An account may be allowed more than four groups on a behavior, so it is a notice, and apply tries it."""
    created = account.make_key("theirs")
    for number in range(5):
        account.make_group(f"group-{number}", created)
    document = http(key_groups=[{"use": f"group-{number}"} for number in range(5)])
    plan = account.stack(document)
    assert problems(plan) == []
    assert any("key groups" in notice.text for notice in plan.notices)


def test_six_trusted_signers_are_refused(account: SandboxAccount) -> None:
    """AWS allows five in every account."""
    accounts = [f"{number}" * 12 for number in range(1, 7)]
    with pytest.raises(SpecProblems):
        account.load({"version": 1, "name": "lectures", "bucket": "media", "trusted_signers": accounts})


def test_key_groups_replace_signers_in_one_update(account: SandboxAccount) -> None:
    """Both fields change at once. It is a hazard, because existing URLs stop working."""
    account.converge({"version": 1, "name": "lectures", "bucket": "media", "trusted_signers": ["self"]})
    plan = account.stack(signed_by(key(ONE)))
    assert hazards(plan) == ["cuts-viewers"]
    assert {*changes(plan, "trusted_signers"), *changes(plan, "key_groups")} >= {
        "trusted_signers",
        "key_groups",
    }
    witness = Witness(account.world.aws)
    assert account.run(account.plan(signed_by(key(ONE))), allow=["cuts-viewers"], port=witness).exit_code == 0
    assert witness.writes.count("update_distribution") == 1
    behavior = account.config()["DefaultCacheBehavior"]
    assert (behavior["TrustedSigners"]["Enabled"], behavior["TrustedKeyGroups"]["Enabled"]) == (False, True)


def test_the_outputs_of_a_stack_that_uses_the_group_are_complete(account: SandboxAccount) -> None:
    """CloudFront changes the ETag of each distribution that uses a group. The report has the one after the run."""
    owner, user = signed_by(key(ONE)), http(name="other", key_groups=[{"use": "viewers"}])
    account.converge(owner)
    account.converge(owner, user)
    before = account.cloudfront.get_distribution(Id=account.live("other")["Id"])["ETag"]
    report = account.run(account.plan(signed_by(*BOTH), user))
    after = account.cloudfront.get_distribution(Id=account.live("other")["Id"])["ETag"]
    assert {each.name: each.outputs["etag"] for each in report.stacks}["other"] == after != before
