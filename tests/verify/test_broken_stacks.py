"""Verify or plan names each change that breaks a good stack."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.verify import breaks
from tests.verify.account import VerifiedAccount, failed_checks


class BrokenStack(NamedTuple):
    """A way to break it, and words that verify or plan must show. `key` is whether verify needs a key to find it."""

    by: Callable[[VerifiedAccount], None]
    verify: str = ""
    plan: str = ""
    key: bool = False


WIDE = "statement Wide of the access point wide"
ANY_DISTRIBUTION = "anyone through a distribution of any account"

ADMITS = (
    BrokenStack(breaks.drop_signers, "let-in: https://media.example.com: default behavior", "key_groups"),
    BrokenStack(breaks.open_segments, "*.m4s: an unsigned request is refused: the behavior *.m4s", "[*.m4s]"),
    BrokenStack(breaks.open_playlists, "*.m3u8: an unsigned request is refused", "[*.m3u8]"),
    BrokenStack(breaks.open_everything_first, "/*: an unsigned request is refused", "[/*]"),
    BrokenStack(breaks.answer_plain_http, "plain http is answered", "http.viewer_protocol"),
    BrokenStack(breaks.public_policy, "bucket policy statement Open", "bucket policy statement Open"),
    BrokenStack(
        breaks.policy_by_referer, "bucket policy statement Referer", "bucket policy statement Referer"
    ),
    BrokenStack(breaks.policy_for_all_but_one, "statement AllButOne", "statement AllButOne"),
    BrokenStack(breaks.policy_for_one_folder, "statement HlsOpen", "statement HlsOpen"),
    BrokenStack(
        breaks.old_versions, "anyone can read /*: bucket policy statement Versions", "statement Versions"
    ),
    BrokenStack(breaks.listed_by_anyone, "anyone can list the bucket", "can list the objects"),
    BrokenStack(breaks.website, "website name: anonymous requests are refused", "statement Open"),
    BrokenStack(breaks.public_object, "anyone can read /a/one.mp4: object ACL"),
    BrokenStack(breaks.object_for_all_accounts, "anyone can read /hls/low/1.m4s: object ACL"),
    BrokenStack(breaks.public_bucket_acl, "can list the objects: bucket ACL", "bucket ACL"),
    BrokenStack(breaks.public_access_point, WIDE, WIDE),
    BrokenStack(breaks.any_distribution, ANY_DISTRIBUTION, ANY_DISTRIBUTION),
    BrokenStack(breaks.other_distribution, "(unsigned)", "(unsigned)"),
    BrokenStack(breaks.signed_distribution, "key group theirs can read /*: distribution", "key group theirs"),
    BrokenStack(breaks.old_key_left, "the key lectures-2025-11", "lectures-2025-11"),
    BrokenStack(breaks.foreign_group, "not in the spec: key group strangers", "strangers"),
    BrokenStack(breaks.other_signer, "not in the spec: account 111122223333", "111122223333"),
    BrokenStack(breaks.wider_action, plan="s3:*"),
    BrokenStack(breaks.signs_unless, plan="no-override"),
    BrokenStack(breaks.old_tls, plan="http.minimum_tls"),
    BrokenStack(breaks.cors_for_everyone, plan="http.cors.origins"),
    BrokenStack(breaks.cors_for_all, plan="https://*.example.net"),
    BrokenStack(breaks.other_bucket, plan="elsewhere"),
    BrokenStack(breaks.tag_gone, plan="cfstream:name"),
)
"""Somebody can read who must not, now or soon."""

DENIES = (
    BrokenStack(breaks.wrong_source, "kept-out: https://media.example.com: /posters/*", "bucket-policy"),
    BrokenStack(breaks.narrower_resource, "signed URL is served: S3 refused", "bucket-policy", key=True),
    BrokenStack(breaks.statement_gone, "S3 refused CloudFront", "bucket-policy"),
    BrokenStack(breaks.refused_by_policy, "signed URL is served: S3 refused", key=True),
    BrokenStack(breaks.no_access_control, "S3 refused CloudFront", "oac"),
    BrokenStack(breaks.never_signs, "S3 refused CloudFront", "never"),
    BrokenStack(breaks.key_swapped, "not trusted there: the key one", "one"),
    BrokenStack(
        breaks.poster_closed, "kept-out: https://media.example.com: /posters/*", "[/posters/*].public"
    ),
    BrokenStack(breaks.poster_gone, "kept-out: https://media.example.com: /posters/*", "[/posters/*]"),
    BrokenStack(breaks.cname_gone, "it does not have media.example.com", "cnames"),
    BrokenStack(breaks.disabled, "it is disabled, but the spec has enabled: true", "enabled"),
    BrokenStack(breaks.encrypted_by_kms, "signed URL is served: S3 refused", key=True),
    BrokenStack(
        breaks.cors_without_cookies, "Allow-Credentials is missing", "http.cors.credentials", key=True
    ),
    BrokenStack(breaks.cors_detached, "Allow-Origin is missing", "cors", key=True),
)
"""Somebody is refused who must be able to read."""


@pytest.mark.parametrize("broken", [*ADMITS, *DENIES], ids=lambda broken: broken.by.__name__)
def test_each_break_is_named(account: VerifiedAccount, broken: BrokenStack) -> None:
    """Verify names what was served or refused, and plan what differs from the spec."""
    broken.by(account)
    assert broken.verify or broken.plan
    if broken.verify:
        proof = account.proof(key=account.key if broken.key else None)
        assert broken.verify in failed_checks(proof)
        assert proof.exit_code == 7
    if broken.plan:
        assert broken.plan in account.planned()


def test_a_grant_wider_than_its_prefix_is_named(empty: VerifiedAccount) -> None:
    """CloudFront may only read the folder that the spec names."""
    spec = {**empty.spec, "grant": {"prefix": "hls/"}}
    empty.made(spec)
    breaks.wildcard_resource(empty)
    (step,) = empty.stack(spec).steps
    assert (step.address.kind, step.changes[0].field) == ("bucket-policy", "grant.prefix")
