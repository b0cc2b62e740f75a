"""Verify tests whether pages of other origins can play, and notes what preflights lack."""

from cfstream.verification import StackProof
from tests.verify.account import VerifiedAccount, failed_checks
from tests.world.configs import behavior_of

PAGE = "https://www.example.com"
CORS_S3_ORIGIN = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"


def briefs(proof: StackProof) -> set[str]:
    """Return the checks that passed, in short."""
    return {each.brief for each in proof.findings if "CORS" in each.brief and not each.verdict.broken}


def notices(proof: StackProof) -> list[str]:
    """Return the notices about preflights."""
    return [notice.text for notice in proof.notices if "preflight" in notice.text]


def rules(account: VerifiedAccount) -> None:
    """Set a CORS rule of the bucket by hand."""
    rule = {"AllowedOrigins": [PAGE], "AllowedMethods": ["GET"], "AllowedHeaders": ["Range"]}
    account.s3.put_bucket_cors(Bucket="media", CORSConfiguration={"CORSRules": [rule]})


def forwarding(account: VerifiedAccount) -> None:
    """Set the origin request policy with which S3 gets the Origin header, by hand."""
    account.edit(lambda config: behavior_of(config, "").update(OriginRequestPolicyId=CORS_S3_ORIGIN))


def test_requests_of_players_are_verified(account: VerifiedAccount) -> None:
    """A page can read what a signed URL opens, and what cookies open."""
    proof = account.proof(key=account.key)
    assert briefs(proof) == {"CORS", "CORS with cookies"}
    assert failed_checks(proof) == ""


def test_missing_parts_of_preflights_are_named(account: VerifiedAccount) -> None:
    """One part after the other, until a signed URL needs nothing more. Changes by hand stay."""
    by_url, by_cookies = notices(account.proof(key=account.key))
    assert "signed URLs do not work yet for pages from" in by_url
    assert "of their own (a preflight got 400 BadRequest): the default behavior" in by_url
    assert "its origin request policy must be CORS-S3Origin; and bucket media needs a CORS rule" in by_url
    assert "cannot use cookies: the browser asks first, without cookies (a preflight)" in by_cookies
    forwarding(account)
    by_url, _ = notices(account.proof(key=account.key))
    lacking = f"bucket media needs a CORS rule that allows GET and the header Range for {PAGE}"
    assert f"403 AccessForbidden): {lacking}" in by_url
    rules(account)
    proof = account.proof(key=account.key)
    assert notices(proof) == [by_cookies]
    assert briefs(proof) == {"CORS", "CORS with cookies", "CORS preflight"}
    assert account.plan(account.spec).in_sync


def test_without_credentials_cookies_are_not_mentioned(empty: VerifiedAccount) -> None:
    """If pages may not send cookies, only signed URLs are checked."""
    spec = {**empty.spec, "http": {"cors": {"origins": [PAGE], "credentials": False}}}
    empty.made(spec)
    proof = empty.proof(spec, key=empty.key)
    assert briefs(proof) == {"CORS"}
    assert not any("cookies" in text for text in notices(proof))
