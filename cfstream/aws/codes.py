"""What error codes and botocore's exceptions stand for, as tables; what is made of them is in ``errors``."""

from collections.abc import Mapping

from cfstream import errors

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
"""The meaning of each code that has one; all others are plain refusals. CNAMEAlreadyExists is one of those:
it speaks of an alias that somebody holds and not of the resource that was to be made."""

SIGNATURES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(
        ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"],
        (
            "the credentials are expired",
            "get new ones (for single sign-on: aws sso login) and run the command again",
        ),
    ),
    **dict.fromkeys(
        ["RequestTimeTooSkewed"],
        (
            "this machine's clock is too far off for AWS",
            "set the clock (AWS allows 15 minutes) and run again",
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
            "check access key, secret and session token: aws sts get-caller-identity must succeed",
        ),
    ),
}
"""Codes that speak of who signed the request: what is wrong, and what to do."""

UNSURE = frozenset({"RequestTimeout", "RequestTimeoutException"})
"""Codes under 500 after which nobody knows whether a write was acted on."""

SETTINGS: Mapping[str, tuple[type[errors.CfstreamError], str]] = {
    "ProfileNotFound": (
        errors.WrongUsage,
        'give --profile one of those that "aws configure list-profiles" shows',
    ),
    "ConfigParseError": (errors.WrongUsage, "mend that file"),
    "InvalidConfigError": (errors.WrongUsage, "mend the AWS configuration"),
    "InvalidRegionError": (errors.WrongUsage, "give --region a region's name, such as eu-west-1"),
    "InvalidRetryConfigurationError": (errors.WrongUsage, "mend the AWS configuration"),
    "UnknownCredentialError": (errors.WrongUsage, "mend credential_source in the AWS configuration"),
    "InfiniteLoopConfigError": (errors.WrongUsage, "mend source_profile in the AWS configuration"),
    "MissingDependencyException": (errors.WrongUsage, "pip install 'cfstream[fast]'"),
    "NoCredentialsError": (
        errors.NoCredentials,
        "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or try --sandbox",
    ),
    "PartialCredentialsError": (errors.NoCredentials, "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    "SSOError": (errors.NoCredentials, "aws sso login"),
    "TokenRetrievalError": (errors.NoCredentials, "aws sso login"),
    "CredentialRetrievalError": (
        errors.NoCredentials,
        "run what the profile names by hand, and see what it says",
    ),
    "MetadataRetrievalError": (errors.NoCredentials, "check the role of this machine or container"),
    "RefreshWithMFAUnsupportedError": (errors.NoCredentials, "get new credentials with a new code"),
}
"""botocore's exceptions about settings and credentials, by name (a subclass counts as its parent), and what
to do."""

UNREACHED = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError"})
"""botocore's exceptions after which a request surely was not acted on: there was no connection to send it
over."""

SERVICES: Mapping[str, str] = {
    "acm": "ACM",
    "cloudfront": "CloudFront",
    "resourcegroupstaggingapi": "the tagging API",
    "route53": "Route 53",
    "s3": "S3",
    "s3control": "S3 Control",
    "sts": "STS",
}

REASONS: Mapping[str, str] = {
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "no answer in time",
    "ProxyConnectionError": "the proxy does not answer",
    "SSLError": "no trusted TLS connection came about",
    "EndpointConnectionError": "no connection",
    "ConnectionClosedError": "the connection was closed before the answer came",
    "IncompleteReadError": "it broke off",
    "HTTPClientError": "the connection broke",
    "ConnectionError": "the connection broke",
    "ResponseParserError": "it is not what AWS sends",
}
"""What botocore's exceptions about connections and answers tell a reader, the more telling ones first."""

ADVICE: Mapping[str, str] = {
    "CNAMEAlreadyExists": "take the alias off what holds it (for this account: cfstream list)",
    "BucketAlreadyExists": "bucket names are shared by all of AWS: choose another",
    "OptInRequired": "sign the account up for the service first",
    "Throttling": "run the same command again in a minute",
}
"""What to do about a refusal that says it all by its code."""
