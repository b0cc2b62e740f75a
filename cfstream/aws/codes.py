"""Tables of AWS's error codes and botocore's exceptions. ``errors`` uses them."""

from collections.abc import Callable, Mapping
from functools import partial

from cfstream import errors
from cfstream.domain import quotas
from cfstream.installation import install_command

CODES: Mapping[str, type[errors.Refused]] = {
    **dict.fromkeys(
        ["AccessDenied", "AccessDeniedException", "AllAccessDisabled", "Forbidden", "403"],
        errors.NotAuthorized,
    ),
    **dict.fromkeys(
        [
            "404",
            "EntityNotFound",
            "NoSuchAccessPoint",
            "NoSuchBucket",
            "NoSuchBucketPolicy",
            "NoSuchChange",
            "NoSuchCloudFrontOriginAccessIdentity",
            "NoSuchDistribution",
            "NoSuchEntity",
            "NoSuchFunctionExists",
            "NoSuchHostedZone",
            "NoSuchKey",
            "NoSuchOriginAccessControl",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchPublicKey",
            "NoSuchResource",
            "NoSuchResponseHeadersPolicy",
            "NoSuchStreamingDistribution",
            "NotFound",
            "NotFoundException",
            "OwnershipControlsNotFoundError",
            "ResourceNotFoundException",
            "ServerSideEncryptionConfigurationNotFoundError",
            "WAFNonexistentItemException",
        ],
        errors.Missing,
    ),
    **dict.fromkeys(["412", "InvalidIfMatchVersion", "PreconditionFailed"], errors.VersionMoved),
    **dict.fromkeys(
        [
            "BucketAlreadyOwnedByYou",
            "CloudFrontOriginAccessIdentityAlreadyExists",
            "DistributionAlreadyExists",
            "KeyGroupAlreadyExists",
            "OriginAccessControlAlreadyExists",
            "PublicKeyAlreadyExists",
            "ResponseHeadersPolicyAlreadyExists",
            "StreamingDistributionAlreadyExists",
        ],
        errors.AlreadyThere,
    ),
    **dict.fromkeys(
        [
            "CloudFrontOriginAccessIdentityInUse",
            "OriginAccessControlInUse",
            "PublicKeyInUse",
            "ResourceInUse",
            "ResponseHeadersPolicyInUse",
        ],
        errors.StillInUse,
    ),
    **dict.fromkeys(["DistributionNotDisabled", "StreamingDistributionNotDisabled"], errors.StillEnabled),
    **dict.fromkeys(
        [
            "429",
            "PriorRequestNotComplete",
            "RequestLimitExceeded",
            "RequestThrottled",
            "SlowDown",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
            "TooManyRequests",
            "TooManyRequestsException",
        ],
        errors.Throttled,
    ),
}
"""The meaning of error codes; all others are plain refusals. CNAMEAlreadyExists is one of those: it is about an alias
of another resource, not about the resource to create."""

SIGNATURES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"],
        (
            "the credentials have expired",
            "get new ones (for single sign-on: aws sso login) and run the command again",
        ),
    ),
    **dict.fromkeys(
        ["RequestTimeTooSkewed"],
        (
            "this machine's clock differs too much from AWS's",
            "set the clock (AWS allows 15 minutes), then run the command again",
        ),
    ),
    **dict.fromkeys(
        [
            "AuthFailure",
            "IncompleteSignature",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "InvalidToken",
            "MissingAuthenticationToken",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
        ],
        (
            "AWS does not accept the credentials",
            "check the access key, secret and session token: aws sts get-caller-identity must succeed",
        ),
    ),
}
"""Error codes about the identity of the caller: what is wrong, and how to fix it."""

UNSURE = frozenset({"RequestTimeout", "RequestTimeoutException"})
"""Codes below 500 after which it is not known whether a write took effect."""

SETTINGS: Mapping[str, tuple[type[errors.CfstreamError], str | Callable[[], str]]] = {
    "ProfileNotFound": (
        errors.WrongUsage,
        'set --profile to one that "aws configure list-profiles" shows',
    ),
    "ConfigParseError": (errors.WrongUsage, "correct that file"),
    "InvalidConfigError": (errors.WrongUsage, "correct the AWS configuration"),
    "InvalidRegionError": (errors.WrongUsage, "set --region to a region's name, such as eu-west-1"),
    "InvalidRetryConfigurationError": (errors.WrongUsage, "correct the AWS configuration"),
    "UnknownCredentialError": (errors.WrongUsage, "correct credential_source in the AWS configuration"),
    "InfiniteLoopConfigError": (errors.WrongUsage, "correct source_profile in the AWS configuration"),
    "MissingDependencyException": (errors.WrongUsage, partial(install_command, "fast")),
    "NoCredentialsError": (
        errors.NoCredentials,
        "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or try --sandbox",
    ),
    "PartialCredentialsError": (errors.NoCredentials, "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    "SSOError": (errors.NoCredentials, "aws sso login"),
    "TokenRetrievalError": (errors.NoCredentials, "aws sso login"),
    "CredentialRetrievalError": (
        errors.NoCredentials,
        "run the profile's credential_process yourself, and read its output",
    ),
    "MetadataRetrievalError": (errors.NoCredentials, "check the role of this machine or container"),
    "RefreshWithMFAUnsupportedError": (errors.NoCredentials, "get new credentials with a new MFA code"),
}
"""botocore's exceptions about settings and credentials, by name, and their fix. A subclass counts as its parent."""

UNREACHED = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError"})
"""botocore's exceptions after which a request certainly had no effect, because there was no connection."""

SERVICES: Mapping[str, str] = {
    "acm": "ACM",
    "cloudfront": "CloudFront",
    "iam": "IAM",
    "resourcegroupstaggingapi": "the tagging API",
    "route53": "Route 53",
    "s3": "S3",
    "s3control": "S3 Control",
    "sts": "STS",
    "wafv2": "WAF",
}

REASONS: Mapping[str, str] = {
    "ConnectTimeoutError": "the connection timed out",
    "ReadTimeoutError": "the answer timed out",
    "ProxyConnectionError": "the proxy does not answer",
    "SSLError": "TLS verification failed",
    "EndpointConnectionError": "no connection",
    "ConnectionClosedError": "the connection was closed before the answer arrived",
    "IncompleteReadError": "the answer is incomplete",
    "HTTPClientError": "the connection failed",
    "ConnectionError": "the connection failed",
    "ResponseParserError": "the answer does not have AWS's format",
}
"""The reasons shown for botocore's exceptions about connections and answers, the most specific first."""

ADVICE: Mapping[str, str] = {
    "CNAMEAlreadyExists": "remove the alias from the distribution that has it (in this account: cfstream list)",
    "BucketAlreadyExists": "choose another name: all AWS accounts share bucket names",
    "OptInRequired": "sign the account up for the service first",
    "Throttling": "run the same command again in a minute",
    **quotas.advice(),
}
"""The fix for refusals that are clear from their code."""
