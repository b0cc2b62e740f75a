"""Fixes with commands of the AWS CLI reach the AWS that was planned, and never the real account by accident."""

import pytest

from cfstream.errors import Notice
from cfstream.planning.aws_commands import with_reaching_fix

ADVICE = "remove it: `aws s3api delete-bucket-policy --bucket media`"


@pytest.mark.parametrize(
    ("flags", "command"),
    [
        ("", "`aws s3api"),
        (" --profile 'my media'", "`aws --profile 'my media' s3api"),
        (" --sandbox", '`eval "$(cfstream sandbox up)"; aws s3api'),
        (" --endpoint-url http://127.0.0.1:4566", "`aws --endpoint-url http://127.0.0.1:4566 s3api"),
    ],
)
def test_a_command_reaches_the_planned_aws(flags: str, command: str) -> None:
    """Pasted in a shell with credentials, it would change another account otherwise."""
    found = with_reaching_fix(Notice("open", do=ADVICE), flags)
    assert found.do == ADVICE.replace("`aws s3api", command)
    assert with_reaching_fix(found, flags) == found


def test_a_command_inside_of_another_reaches_it_too() -> None:
    """The sandbox is chosen once for the whole line."""
    nested = Notice("open", do='`aws s3api put --policy "$(aws s3api get | jq .)"`')
    chosen = " --endpoint-url http://127.0.0.1:4566"
    assert with_reaching_fix(nested, chosen).do.count(chosen) == 2
    assert with_reaching_fix(nested, " --sandbox").do.count("sandbox up") == 1


def test_s3_control_of_the_sandbox_is_reached_through_a_proxy() -> None:
    """Its clients put the account number before the host name."""
    nested = Notice("open", do='`aws s3control put --policy "$(aws s3control get | jq .)"`')
    found = with_reaching_fix(nested, " --sandbox")
    assert found.do.startswith(
        '`eval "$(cfstream sandbox up)"; HTTP_PROXY=$AWS_ENDPOINT_URL aws s3control put'
    )
    assert found.do.count("HTTP_PROXY") == 2
    assert with_reaching_fix(found, " --sandbox") == found
