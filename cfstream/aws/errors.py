"""What an answer of AWS means: botocore's exceptions become the errors of `cfstream.errors`.

Error codes decide and never HTTP statuses alone: CloudFront answers 400 for limits and throttling, 404 for a
cache policy that is missing and 400 for a key group that is. Texts never carry a secret: AWS's message about
a refused signature holds the session token, so it is left out.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cfstream import errors
from cfstream.aws.codes import ADVICE, CODES, REASONS, SERVICES, SETTINGS, SIGNATURES, UNREACHED, UNSURE
from cfstream.aws.permissions import permission
from cfstream.ports import Call

DO_REACH = "check the network, --endpoint-url, --region and proxy settings"
DO_AGAIN = "run the same command again: it goes on from what is there"
DO_LATER = "run the same command again in a minute"


def translate(error: Any, call: Call, *, write: bool, account: str = "") -> errors.CfstreamError:
    """What `error`, raised by botocore for `call`, means; ReplyLost when a write may have been acted on."""
    known = _setting(error)
    if known is not None:
        return known
    names = _names(error)
    if "ClientError" in names:
        return _answered(error, call, write=write, account=account)
    if "BotoCoreError" in names and not names & REASONS.keys():
        return errors.Refused(_camel(call), type(error).__name__, _oneline(str(error)))
    service = SERVICES.get(call.service, call.service)
    if names & UNREACHED:
        why = f"{_reason(names)}{_of_tls(error)}" if "SSLError" in names else _reason(names)
        return errors.Unreachable(f"{service} could not be reached{_place(error)}: {why}", DO_REACH)
    return _unanswered(
        f"{service} gave no answer to {_camel(call)} that can be read: {_reason(names)}", write=write
    )


def rubbish(call: Call, *, write: bool) -> errors.CfstreamError:
    """The error for a reply that AWS would not give: no member that such a reply must have is in it."""
    service = SERVICES.get(call.service, call.service)
    return _unanswered(f"what answered {_camel(call)} is not {service}", write=write)


def about_settings(error: Exception) -> errors.CfstreamError | None:
    """What an exception from making a session or a client means; None for one that is a bug."""
    if isinstance(error, ValueError) and "endpoint" in str(error).lower():
        return errors.WrongUsage(
            "the endpoint is no URL that can be used", "write it as http://127.0.0.1:4566, with its scheme"
        )
    return _setting(error)


def _setting(error: Exception) -> errors.CfstreamError | None:
    for ancestor in type(error).__mro__:
        if ancestor.__name__ in SETTINGS:
            kind, do = SETTINGS[ancestor.__name__]
            return kind(_without_output(error), do)
    return None


def _without_output(error: Exception) -> str:
    """The exception's own words, but not what a credential process printed: that may be anything."""
    if type(error).__name__ == "CredentialRetrievalError":
        provider = getattr(error, "kwargs", {}).get("provider", "the profile")
        return f"no credentials came from {provider}"
    return _oneline(str(error))


def _answered(error: Any, call: Call, *, write: bool, account: str) -> errors.CfstreamError:
    about = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, message = str(about.get("Code", "")), _oneline(str(about.get("Message", "")))
    status = int(meta.get("HTTPStatusCode", 0))
    if code in SIGNATURES:
        what, do = SIGNATURES[code]
        return errors.NoCredentials(f"{what} ({code})", do)
    if not code:
        return rubbish(call, write=write)
    kind = CODES.get(code, errors.Refused)
    if kind is not errors.Throttled and (code in UNSURE or status in (500, 502, 503, 504)):
        told = f"{message or 'no more was said'} ({code}{_request(meta)})"
        return _unanswered(f"{_camel(call)} failed inside AWS: {told}", write=write, do=DO_LATER)
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


def _unanswered(what: str, *, write: bool, do: str = DO_REACH) -> errors.CfstreamError:
    if write:
        return errors.ReplyLost(f"{what}; whether it was acted on is not known", DO_AGAIN)
    return errors.Unreachable(what, do)


def _subject(call: Call) -> str:
    bucket, key = call.params.get("Bucket"), call.params.get("Key")
    if bucket:
        return f"s3://{bucket}/{key}" if key else f"bucket {bucket}"
    return str(call.params.get("Id") or call.service)


def _camel(call: Call) -> str:
    """The API's name of an operation, from botocore's: ``head_bucket`` is HeadBucket."""
    return "".join(word.capitalize() for word in call.operation.split("_"))


def _place(error: Any) -> str:
    """`` at https://host:port`` of the endpoint, without what a URL may hide: user, password, query."""
    url = getattr(error, "kwargs", {}).get("endpoint_url")
    if not isinstance(url, str):
        return ""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f" at {parts.scheme}://{parts.hostname}{port}"


def _reason(names: frozenset[str]) -> str:
    return next((text for name, text in REASONS.items() if name in names), REASONS["ResponseParserError"])


def _of_tls(error: Any) -> str:
    """What OpenSSL had to say, which is what a person can mend: a certificate, a clock, a proxy in between."""
    said = getattr(error, "kwargs", {}).get("error", "")
    return f" ({_oneline(str(said))})" if said else ""


def _request(meta: Mapping[str, Any]) -> str:
    return f", request {meta['RequestId']}" if meta.get("RequestId") else ""


def _names(error: Exception) -> frozenset[str]:
    return frozenset(ancestor.__name__ for ancestor in type(error).__mro__)


def _oneline(text: str) -> str:
    return " ".join(text.split())
