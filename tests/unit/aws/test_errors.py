"""The meaning of botocore's exceptions: a table of codes, and the cases in which a write may have happened."""

from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from cfstream import errors
from cfstream.aws.errors import about_settings, invalid_reply, translate
from cfstream.ports import Call
from tests.unit.aws.fake_clients import refusal

READ = Call("cloudfront", "get_distribution", {"Id": "E1UGDLB9XZBD79"})
WRITE = Call("cloudfront", "update_distribution", {"Id": "E1UGDLB9XZBD79"})
BUCKET = Call("s3", "get_bucket_policy", {"Bucket": "lectures-media"})
OAI_ARN = "arn:aws:cloudfront::123456789012:origin-access-identity/E1"
URL = "https://someone:secret@aws.example:8443/path?X-Amz-Security-Token=secret"


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("NoSuchDistribution", errors.Missing),
        ("NoSuchStreamingDistribution", errors.Missing),
        ("NoSuchCloudFrontOriginAccessIdentity", errors.Missing),
        ("NoSuchOriginAccessControl", errors.Missing),
        ("NoSuchPublicKey", errors.Missing),
        ("NoSuchResponseHeadersPolicy", errors.Missing),
        ("NoSuchHostedZone", errors.Missing),
        ("NoSuchChange", errors.Missing),
        ("ResourceNotFoundException", errors.Missing),
        ("NoSuchResource", errors.Missing),
        ("NoSuchBucket", errors.Missing),
        ("NoSuchBucketPolicy", errors.Missing),
        ("NoSuchPublicAccessBlockConfiguration", errors.Missing),
        ("OwnershipControlsNotFoundError", errors.Missing),
        ("ServerSideEncryptionConfigurationNotFoundError", errors.Missing),
        ("404", errors.Missing),
        ("NoSuchOrigin", errors.Refused),
        ("NoSuchCachePolicy", errors.Refused),
        ("AccessDenied", errors.NotAuthorized),
        ("AllAccessDisabled", errors.NotAuthorized),
        ("403", errors.NotAuthorized),
        ("PreconditionFailed", errors.VersionMoved),
        ("InvalidIfMatchVersion", errors.VersionMoved),
        ("DistributionAlreadyExists", errors.AlreadyThere),
        ("StreamingDistributionAlreadyExists", errors.AlreadyThere),
        ("OriginAccessControlAlreadyExists", errors.AlreadyThere),
        ("PublicKeyAlreadyExists", errors.AlreadyThere),
        ("KeyGroupAlreadyExists", errors.AlreadyThere),
        ("BucketAlreadyOwnedByYou", errors.AlreadyThere),
        ("BucketAlreadyExists", errors.Refused),
        ("CNAMEAlreadyExists", errors.Refused),
        ("CloudFrontOriginAccessIdentityInUse", errors.StillInUse),
        ("PublicKeyInUse", errors.StillInUse),
        ("ResourceInUse", errors.StillInUse),
        ("DistributionNotDisabled", errors.StillEnabled),
        ("StreamingDistributionNotDisabled", errors.StillEnabled),
        ("Throttling", errors.Throttled),
        ("TooManyRequestsException", errors.Throttled),
        ("RequestLimitExceeded", errors.Throttled),
        ("IllegalUpdate", errors.Refused),
        ("TooManyDistributions", errors.Refused),
    ],
)
def test_code_decides(code: str, meaning: type[errors.Refused]) -> None:
    """The error code decides for reads and writes, and the class is exactly that one."""
    for write in (False, True):
        found = translate(refusal(code), READ, write=write)
        assert type(found) is meaning
        assert isinstance(found, errors.Refused)
        assert (found.code, found.request_id, found.status) == (code, "7c1f", 400)


def test_slow_down_was_not_acted_on() -> None:
    """S3 sends SlowDown with a 503, and has not processed the request."""
    assert type(translate(refusal("SlowDown", 503), BUCKET, write=True)) is errors.Throttled


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_leave_a_write_unknown(status: int) -> None:
    """After a 5xx the result of a write is unknown. A read can be repeated later."""
    error = refusal("ServiceUnavailable", status, "CloudFront encountered an internal error.")
    assert type(translate(error, WRITE, write=True)) is errors.ReplyLost
    found = translate(error, READ, write=False)
    assert type(found) is errors.Unreachable
    assert "CloudFront encountered an internal error. (ServiceUnavailable, request 7c1f)" in found.what
    assert found.do == "run the same command again in a minute"


NO_CONNECTION = [
    boto.EndpointConnectionError(endpoint_url=URL),
    boto.ConnectTimeoutError(endpoint_url=URL),
    boto.ProxyConnectionError(proxy_url="http://proxy", error="refused"),
    boto.SSLError(endpoint_url=URL, error=OSError("self-signed certificate")),
]
NO_ANSWER: list[Any] = [
    boto.ReadTimeoutError(endpoint_url=URL),
    boto.ConnectionClosedError(endpoint_url=URL),
    boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    boto.HTTPClientError(error="reset"),
    ResponseParserError("syntax error: line 1, column 0"),
    ValueError("Invalid timestamp"),
]


@pytest.mark.parametrize("error", NO_CONNECTION, ids=lambda error: type(error).__name__)
def test_without_a_connection_nothing_was_done(error: Exception) -> None:
    """Without a connection, a write was certainly not processed."""
    assert type(translate(error, READ, write=False)) is errors.Unreachable
    assert type(translate(error, WRITE, write=True)) is errors.Unreachable


@pytest.mark.parametrize("error", NO_ANSWER, ids=lambda error: type(error).__name__)
def test_without_an_answer_a_write_is_unknown(error: Exception) -> None:
    """If the answer is missing or unreadable, a write may have been processed."""
    assert type(translate(error, READ, write=False)) is errors.Unreachable
    found = translate(error, WRITE, write=True)
    assert type(found) is errors.ReplyLost
    assert "not known" in found.what


def test_a_reply_that_is_not_of_aws() -> None:
    """Another server's reply is Unreachable for a read, and unknown for a write."""
    assert type(invalid_reply(READ, write=False)) is errors.Unreachable
    assert type(invalid_reply(WRITE, write=True)) is errors.ReplyLost
    assert type(translate(refusal("", 404, ""), READ, write=False)) is errors.Unreachable
    assert (
        invalid_reply(READ, write=False).what == "the service that answered GetDistribution is not CloudFront"
    )


def test_endpoint_is_named_without_its_secrets() -> None:
    """The message has the host, but not user, password and query of the URL."""
    found = translate(boto.EndpointConnectionError(endpoint_url=URL), READ, write=False)
    assert "https://aws.example:8443" in found.what
    assert "secret" not in found.what + found.do
    assert "someone" not in found.what


@pytest.mark.parametrize(
    "code", ["SignatureDoesNotMatch", "ExpiredToken", "InvalidClientTokenId", "InvalidToken"]
)
def test_refused_credentials_are_not_shown(code: str) -> None:
    """AWS's message about a signature contains the session token. The printed one does not."""
    found = translate(
        refusal(code, 403, "The Canonical String was 'x-amz-security-token:FwoGZXIvYXdz'"), READ, write=True
    )
    assert type(found) is errors.NoCredentials
    assert "FwoGZXIvYXdz" not in str(found) + found.do
    assert code in found.what
    assert found.do


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (boto.NoCredentialsError(), errors.NoCredentials, "--sandbox"),
        (
            boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            errors.NoCredentials,
            "both",
        ),
        (boto.ProfileNotFound(profile="nope"), errors.WrongUsage, "list-profiles"),
        (boto.SSOTokenLoadError(error_msg="expired"), errors.NoCredentials, "aws sso login"),
        (boto.UnauthorizedSSOTokenError(), errors.NoCredentials, "aws sso login"),
        (
            boto.TokenRetrievalError(provider="sso", error_msg="expired"),
            errors.NoCredentials,
            "aws sso login",
        ),
        (boto.InvalidRegionError(region_name="x y"), errors.WrongUsage, "--region"),
        (ValueError("Invalid endpoint: 127.0.0.1"), errors.WrongUsage, "http://"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_settings(error: Exception, kind: type[errors.CfstreamError], words: str) -> None:
    """Errors of settings and credentials have a fix."""
    found = about_settings(error)
    assert type(found) is kind
    assert words in found.do


def test_tls_failures_say_why() -> None:
    """The message explains an untrusted certificate, which the user can fix."""
    found = translate(
        boto.SSLError(endpoint_url=URL, error=OSError("self-signed certificate")), READ, write=False
    )
    assert "self-signed certificate" in found.what


def test_other_exceptions_are_not_translated() -> None:
    """An exception that is not about settings is not translated."""
    assert about_settings(ValueError("x")) is None
    assert about_settings(KeyError("endpoint")) is None


def test_output_of_a_credential_process_is_not_shown() -> None:
    """The output of a credential process may be the secret."""
    error = boto.CredentialRetrievalError(provider="custom-process", error_msg="SECRETSECRET")
    found = translate(error, READ, write=False)
    assert type(found) is errors.NoCredentials
    assert found.what == "custom-process returned no credentials"


def test_head_replies_name_what_was_asked_for() -> None:
    """A HEAD has no message, so the error names the bucket. S3 returns its real region."""
    error = refusal("301", 301, "Moved Permanently", "HeadBucket", x_amz_bucket_region="eu-west-1")
    found = translate(error, Call("s3", "head_bucket", {"Bucket": "lectures-media"}), write=False)
    assert isinstance(found, errors.Refused)
    assert found.region == "eu-west-1"
    assert (
        found.what
        == "HeadBucket was refused: Moved Permanently for bucket lectures-media (301, request 7c1f)"
    )


@pytest.mark.parametrize(
    ("call", "do"),
    [
        (BUCKET, "allow s3:GetBucketPolicy on arn:aws:s3:::lectures-media"),
        (Call("s3", "head_bucket", {"Bucket": "b"}), "allow s3:ListBucket on arn:aws:s3:::b"),
        (
            Call("s3", "put_object_acl", {"Bucket": "b", "Key": "k"}),
            "allow s3:PutObjectAcl on arn:aws:s3:::b/k",
        ),
        (
            Call("s3", "get_public_access_block", {"Bucket": "b"}),
            "allow s3:GetBucketPublicAccessBlock on arn:aws:s3:::b",
        ),
        (
            Call("s3control", "get_public_access_block", {"AccountId": "123456789012"}),
            "allow s3:GetAccountPublicAccessBlock on *",
        ),
        (Call("cloudfront", "list_distributions"), "allow cloudfront:ListDistributions on *"),
        (
            READ,
            "allow cloudfront:GetDistribution on arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79",
        ),
        (
            Call("cloudfront", "delete_cloud_front_origin_access_identity", {"Id": "E1"}),
            f"allow cloudfront:DeleteCloudFrontOriginAccessIdentity on {OAI_ARN}",
        ),
        (Call("cloudfront", "update_key_group", {"Id": "g"}), "allow cloudfront:UpdateKeyGroup on *"),
        (
            Call("cloudfront", "create_distribution_with_tags", {}),
            "allow cloudfront:CreateDistribution and cloudfront:TagResource on *",
        ),
        (Call("resourcegroupstaggingapi", "get_resources", {}), "allow tag:GetResources on *"),
        (Call("acm", "list_certificates", {}), "allow acm:ListCertificates on *"),
        (
            Call("acm", "describe_certificate", {"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/2"}),
            "allow acm:DescribeCertificate on arn:aws:acm:us-east-1:1:certificate/2",
        ),
        (
            Call("route53", "list_hosted_zones_by_name", {"DNSName": "example.com"}),
            "allow route53:ListHostedZonesByName on *",
        ),
        (
            Call("route53", "change_resource_record_sets", {"HostedZoneId": "Z1"}),
            "allow route53:ChangeResourceRecordSets on arn:aws:route53:::hostedzone/Z1",
        ),
    ],
    ids=lambda value: value.operation if isinstance(value, Call) else "",
)
def test_denied_calls_name_the_permission(call: Call, do: str) -> None:
    """After AccessDenied, the error shows the IAM action to allow, and the resource."""
    assert translate(refusal("AccessDenied", 403), call, write=False, account="123456789012").do == do


def test_the_message_of_a_denial_is_used() -> None:
    """If AWS names action and resource, the error shows those."""
    message = (
        "User: arn:aws:iam::123456789012:user/me is not authorized to perform: cloudfront:TagResource "
        "on resource: arn:aws:cloudfront::123456789012:distribution/E1 because no identity-based policy allows it"
    )
    found = translate(refusal("AccessDenied", 403, message), WRITE, write=True)
    assert found.do == "allow cloudfront:TagResource on arn:aws:cloudfront::123456789012:distribution/E1"


def test_parameters_that_botocore_refuses() -> None:
    """If botocore refuses to send parameters, the error has its words on one line."""
    found = translate(boto.ParamValidationError(report="Invalid bucket name:\n 'a b'"), BUCKET, write=True)
    assert type(found) is errors.Refused
    assert "Invalid bucket name: 'a b'" in found.what


def test_an_exceeded_quota_is_named() -> None:
    """AWS's message names a quota of field-level encryption, or none."""
    error = translate(refusal("TooManyPublicKeys", message="The maximum number of …"), WRITE, write=True)
    assert error.do.startswith(
        "the quota on public keys is used up (10 by default): delete unused ones, or request"
    )
    assert "Service Quotas" in error.do
