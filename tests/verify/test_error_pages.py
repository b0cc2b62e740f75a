"""Error pages: a warning in the plan, and exit code 7 if an unsigned request gets what needs a signature."""

import pytest

from tests.verify.account import VerifiedAccount, failed_checks
from tests.world.configs import listing, set_to
from tests.world.specs import Json

SUCCESS = "answers 200 for a 403: refused viewers see a success"
ON_SIGNED = "is on a signed path (the default behavior): viewers may get it without a signature"


def page(account: VerifiedAccount, path: str, code: str = "200", error: int = 403) -> None:
    """Add an error page by hand, with its object."""
    account.s3.put_object(Bucket="media", Key=path.removeprefix("/"), Body=b"Please sign in.")
    item: Json = {
        "ErrorCode": error,
        "ResponsePagePath": path,
        "ResponseCode": code,
        "ErrorCachingMinTTL": 10,
    }
    account.edit(set_to(CustomErrorResponses=listing(item)))


def warnings(account: VerifiedAccount) -> str:
    """Return the warnings of the plan."""
    return "\n".join(each.text for each in account.stack(account.spec).notices if each.warning)


def test_a_public_page_that_answers_success_is_a_warning(account: VerifiedAccount) -> None:
    """Nothing that needs a signature is served, so verify passes."""
    page(account, "/posters/sorry.html")
    assert f"the error page /posters/sorry.html {SUCCESS}" in warnings(account)
    assert "signed path" not in warnings(account)
    assert failed_checks(account.proof(key=account.key)) == ""


@pytest.mark.parametrize(("code", "exit_code"), [("200", 7), ("403", 0)])
def test_a_page_on_a_signed_path_is_a_warning(account: VerifiedAccount, code: str, exit_code: int) -> None:
    """Verify exits with 7 if an unsigned request gets it with a success."""
    page(account, "/a/sorry.html", code)
    assert f"the error page /a/sorry.html {ON_SIGNED}" in warnings(account)
    proof = account.proof()
    assert proof.exit_code == exit_code
    warning = "the error page /a/sorry.html is served, although its path requires a signature"
    assert (warning in failed_checks(proof)) == (exit_code == 7)


def test_a_page_that_keeps_the_status_has_no_warning(account: VerifiedAccount) -> None:
    """S3 serves the page, and does not refuse the object."""
    page(account, "/posters/sorry.html", "403")
    assert warnings(account) == ""
    assert failed_checks(account.proof(key=account.key)) == ""


def test_a_public_page_for_404_opens_nothing(account: VerifiedAccount) -> None:
    """It keeps the error's status. The only warning is that viewers do not get it."""
    page(account, "/posters/none.html", "404", 404)
    assert warnings(account).startswith("S3 answers 403 for an object that does not exist")
    assert failed_checks(account.proof()) == ""
