"""Convert botocore's exceptions to the errors of `cfstream.errors`.

The error code decides, never the HTTP status alone: CloudFront answers 400 for limits and throttling, 404 for a missing
cache policy and 400 for a missing key group. Texts never contain a secret: AWS's message about a rejected signature
contains the session token, so it is left out.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cfstream import errors
from cfstream.aws.codes import ADVICE, CODES, REASONS, SERVICES, SETTINGS, SIGNATURES, UNREACHED, UNSURE
from cfstream.aws.permissions import permission
from cfstream.ports import Call

DO_REACH = "check the network, --endpoint-url, --region and proxy settings"
DO_AGAIN = "run the same command again; it resumes"
DO_LATER = "run the same command again in a minute"


def translate(error: Any, call: Call, *, write: bool, account: str = "") -> errors.CfstreamError:
    """Return the error for `error`, which botocore raised for `call`; ReplyLost if a write may have taken effect."""
    known = _setting(error)
    if known is not None:
        return known
    names = _names(error)
    if "ClientError" in names:
        return answered(error.response, call, write=write, account=account)
    if "BotoCoreError" in names and not names & REASONS.keys():
        return errors.Refused(_camel(call), type(error).__name__, _oneline(str(error)))
    service = SERVICES.get(call.service, call.service)
    if names & UNREACHED:
        why = f"{_reason(names)}{_of_tls(error)}" if "SSLError" in names else _reason(names)
        return errors.Unreachable(f"{service} could not be reached{_place(error)}: {why}", DO_REACH)
    return unanswered(f"{service} gave no valid answer to {_camel(call)}: {_reason(names)}", write=write)


def invalid_reply(call: Call, *, write: bool) -> errors.CfstreamError:
    """Return the error for a reply without any of its required members, which AWS would not send."""
    service = SERVICES.get(call.service, call.service)
    return unanswered(f"the service that answered {_camel(call)} is not {service}", write=write)


def about_settings(error: Exception) -> errors.CfstreamError | None:
    """Return the error for an exception from making a session or a client; None if it is a bug."""
    if isinstance(error, ValueError) and "endpoint" in str(error).lower():
        return errors.WrongUsage(
            "the endpoint is not a valid URL", "write it with its scheme, like http://127.0.0.1:4566"
        )
    return _setting(error)


def _setting(error: Exception) -> errors.CfstreamError | None:
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in SETTINGS:
            kind, do = SETTINGS[ancestor.__name__]
            return kind(_without_output(error), do if isinstance(do, str) else do())
    return None


def _without_output(error: Exception) -> str:
    """Return the exception's message, without the output of a credential process, which may contain anything."""
    if type(error).__name__ == "CredentialRetrievalError":
        provider = getattr(error, "kwargs", {}).get("provider", "the profile")
        return f"{provider} returned no credentials"
    return _oneline(str(error))


def answered(
    response: Mapping[str, Any], call: Call, *, write: bool, account: str = ""
) -> errors.CfstreamError:
    """Return the error for a response with an error code, as botocore parses it."""
    about = response.get("Error", {})
    meta = response.get("ResponseMetadata", {})
    code, message = str(about.get("Code", "")), _oneline(str(about.get("Message", "")))
    status = int(meta.get("HTTPStatusCode", 0))
    if code in SIGNATURES:
        what, do = SIGNATURES[code]
        return errors.NoCredentials(f"{what} ({code})", do)
    if not code:
        return invalid_reply(call, write=write)
    kind = CODES.get(code, errors.Refused)
    if kind is not errors.Throttled and (code in UNSURE or status in (500, 502, 503, 504)):
        text = f"{message or 'no message'} ({code}{_request(meta)})"
        return unanswered(f"{_camel(call)} failed inside AWS: {text}", write=write, do=DO_LATER)
    if code.isdigit():
        message = f"{message} for {_subject(call)}"
    do = permission(call, message, account) if kind is errors.NotAuthorized else ADVICE.get(code, "")
    refusal = kind(
        _camel(call), code, message, request_id=str(meta.get("RequestId", "")), status=status, do=do
    )
    refusal.region = str(
        meta.get("HTTPHeaders", {}).get("x-amz-bucket-region", "") or about.get("Region", "")
    )
    return refusal


def unanswered(what: str, *, write: bool, do: str = DO_REACH) -> errors.CfstreamError:
    """Return the error for a call without a valid answer; ReplyLost for a write, which may have taken effect."""
    if write:
        return errors.ReplyLost(f"{what}; it is not known whether the write took effect", DO_AGAIN)
    return errors.Unreachable(what, do)


def _subject(call: Call) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f"s3://{bucket}/{key}" if key else f"bucket {bucket}"
    return str(call.params.get("Id") or call.service)


def _camel(call: Call) -> str:
    """Return the API's name of an operation from botocore's: HeadBucket for ``head_bucket``."""
    return "".join(word.capitalize() for word in call.operation.split("_"))


def _place(error: Any) -> str:
    """Return `` at https://host:port`` of the endpoint, without user, password and query, which may be secret."""
    url = getattr(error, "kwargs", {}).get("endpoint_url")
    if not isinstance(url, str):
        return ""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f" at {parts.scheme}://{parts.hostname}{port}"


def _reason(names: frozenset[str]) -> str:
    return next((text for name, text in REASONS.items() if name in names), REASONS["ResponseParserError"])


def _of_tls(error: Any) -> str:
    """Return OpenSSL's reason, which shows what to fix: a certificate, a clock, a proxy."""
    reason = getattr(error, "kwargs", {}).get("error", "")
    return f" ({_oneline(str(reason))})" if reason else ""


def _request(meta: Mapping[str, Any]) -> str:
    return f", request {meta['RequestId']}" if meta.get("RequestId") else ""


def _names(error: Exception) -> frozenset[str]:
    return frozenset(ancestor.__name__ for ancestor in type(error).__mro__)


def _oneline(text: str) -> str:
    return " ".join(text.split())
