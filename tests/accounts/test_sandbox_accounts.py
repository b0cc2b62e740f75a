"""The sandbox's accounts are apart from each other, as accounts of AWS are."""

import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sandbox.server import Sandbox as Server
from cfstream.testing.certificates import imported
from tests.accounts.two import OTHER, TwoAccounts, client
from tests.world.configs import BUCKET, config, listing, make, origin, with_certificate
from tests.world.sandbox import Sandbox


def domain(sandbox: Sandbox | Server, account: str) -> str:
    """Create a distribution in an account, and return its domain name."""
    client(sandbox, "s3", account).create_bucket(Bucket=f"{BUCKET}-{account}")
    sent = config(account, Origins=listing(origin(DomainName=f"{BUCKET}-{account}.s3.amazonaws.com")))
    return str(make(client(sandbox, "cloudfront", account), sent)["DomainName"])


def test_distributions_are_apart(accounts: TwoAccounts) -> None:
    """Each account lists its own, and ids and domain names are of one account."""
    here, there = domain(accounts.sandbox, ACCOUNT), domain(accounts.sandbox, OTHER)
    assert here != there
    for account, name in ((ACCOUNT, here), (OTHER, there)):
        listed = client(accounts.sandbox, "cloudfront", account).list_distributions()["DistributionList"]
        assert [each["DomainName"] for each in listed["Items"]] == [name]


def test_the_edge_serves_all_accounts(accounts: TwoAccounts) -> None:
    """A viewer's host name leads to the distribution of any account: its bucket answers, not the edge."""
    for host in (domain(accounts.sandbox, ACCOUNT), domain(accounts.sandbox, OTHER), "dnone.cloudfront.net"):
        connection = http.client.HTTPConnection(urlsplit(accounts.sandbox.endpoint_url).netloc)
        connection.request("GET", "/x", headers={"Host": host, "X-Forwarded-Proto": "https"})
        assert (b"<Code>AccessDenied</Code>" in connection.getresponse().read()) is (
            host != "dnone.cloudfront.net"
        )


def test_a_cname_of_another_account(accounts: TwoAccounts) -> None:
    """A cname belongs to one distribution of all accounts (CloudFront API, CNAMEAlreadyExists)."""
    name = "media.example.com"
    for account in (ACCOUNT, OTHER):
        s3, cloudfront = (client(accounts.sandbox, service, account) for service in ("s3", "cloudfront"))
        s3.create_bucket(Bucket=f"{BUCKET}-{account}")
        arn = imported(client(accounts.sandbox, "acm", account), name)
        places = listing(origin(DomainName=f"{BUCKET}-{account}.s3.amazonaws.com"))
        sent = with_certificate(name, reference=account, Origins=places)
        sent["ViewerCertificate"]["ACMCertificateArn"] = arn
        if account == ACCOUNT:
            make(cloudfront, sent)
            continue
        with pytest.raises(ClientError, match="CNAMEAlreadyExists"):
            make(cloudfront, sent)


def test_a_bucket_of_another_account(accounts: TwoAccounts) -> None:
    """Signed requests of another account are refused."""
    s3 = client(accounts.sandbox, "s3", OTHER)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket="media-here", Key="one.mp4")
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["media-there"]


def test_a_session_that_does_not_exist(accounts: TwoAccounts) -> None:
    """A temporary key that nobody has got is refused, and is not the sandbox's own account."""
    session: Any = boto3.Session("ASIA" + "X" * 16, "any", "token", region_name="us-east-1")
    sts = session.client("sts", endpoint_url=accounts.sandbox.endpoint_url)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        sts.get_caller_identity()


def test_state_survives(tmp_path: Path) -> None:
    """Distributions and roles of every account are part of the state."""
    with Server.start(tmp_path / "state") as sandbox:
        name = domain(sandbox, OTHER)
        iam = client(sandbox, "iam", OTHER)
        iam.create_role(RoleName="deploy", AssumeRolePolicyDocument="{}")
    with Server.start(tmp_path / "state") as sandbox:
        listed = client(sandbox, "cloudfront", OTHER).list_distributions()["DistributionList"]
        assert [each["DomainName"] for each in listed["Items"]] == [name]
        assert client(sandbox, "iam", OTHER).get_role(RoleName="deploy")["Role"]["RoleName"] == "deploy"
        sandbox.accounts.home.settings.deploy_after_reads = 7
        assert sandbox.accounts.of(OTHER).settings.deploy_after_reads == 7
