"""Types of single values with their rules, and their JSON Schema.

Rules between fields are in `rules`, sections in `model`. Each rule raises a `fault` with what is wrong and how to fix
it; `complaints` adds the place.
"""

import re
import unicodedata
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from cfstream.spec.wording import shown, too_long

T = TypeVar("T")

Many = Annotated[tuple[T, ...], Strict(strict=False)]
"""A list in the file, a tuple in the model. Only the container is lenient; its members stay strict."""

STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
RESOURCE_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
RESOURCE_ID = re.compile(r"[A-Z0-9]{2,40}")
HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BUCKET_HOST = re.compile(r"(.+?)\.s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?")
_BUCKET_PATH = re.compile(r"s3[.-][a-z0-9.-]*amazonaws\.com(?:\.cn)?/([^/]+)(?:/.*)?")
REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-[0-9]+")
CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:(?P<region>[a-z0-9-]+):[0-9]{12}:certificate/[0-9A-Za-z-]+")
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{0,64}")
"""Botocore's shape FunctionName; empty for none."""
PATH_PATTERN = re.compile("[A-Za-z0-9_.*?$/~\"'@:+&-]{1,255}")
SIGNER = re.compile(r"self|[0-9]{12}")
ACCOUNT = re.compile(r"[0-9]{12}")
ROLE = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}):role/(?P<name>[\w+=,.@/-]{1,576})", re.ASCII
)
"""The ARN of a role, with its path (botocore's sts shape arnType; IAM, roleNameType and pathType)."""
INVENTORY = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+){2,}/?")
"""Bucket, then an optional prefix, the name of the source bucket, and the id of the configuration."""
ORIGIN = re.compile(r"\*|https?://(\*\.)?[a-z0-9.-]+(:[0-9]{1,5})?")

MAX_COMMENT = 128
"""CloudFront: comments of distributions, identities, keys and key groups, in characters."""

_BUCKET_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def fault(what: str, do: str, note: str = "") -> PydanticCustomError:
    """The error that a rule raises: `what` is wrong, what to `do`, and the note at the caret."""
    return PydanticCustomError("fault", "{what}", {"what": what, "do": do, "note": note})


def _pattern(expression: re.Pattern[str] | str, *examples: str) -> WithJsonSchema:
    text = expression if isinstance(expression, str) else expression.pattern
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{text})$", "examples": list(examples)})


def _short(most: int, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "maxLength": most, "examples": list(examples)})


def _stack_name(name: str) -> str:
    if not STACK_NAME.fullmatch(name):
        what = (
            f"{shown(name)} is not a valid stack name: it needs a-z first, then at most 31 of a-z, 0-9 and -"
        )
        plain = re.sub("[^a-z0-9]+", "-", _ascii(name.lower())).strip("-0123456789")[:32].rstrip("-")
        raise fault(what, f"write {plain}" if STACK_NAME.fullmatch(plain) else "write a name like lectures")
    return name


def _ascii(text: str) -> str:
    """Return a text without accents, and without the characters that are not in ASCII."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _resource_name(name: str) -> str:
    if not RESOURCE_NAME.fullmatch(name):
        what = f"{shown(name)} is not a valid CloudFront name: 1 to 128 of A-Z, a-z, 0-9, _ and -"
        plain = re.sub("[^0-9A-Za-z_-]+", "-", _ascii(name)).strip("-")[:128]
        raise fault(what, f"write {plain}" if plain else "write a name like lectures-2026-11")
    return name


def _resource_id(text: str) -> str:
    if not RESOURCE_ID.fullmatch(text):
        what = f"{shown(text)} is not a CloudFront id: capital letters and digits only"
        raise fault(what, 'write the id as "cfstream list" shows it, like E2QWRUHAPOMQZL')
    return text


def bucket_at(address: str) -> str:
    """Return the name of the bucket in a host name or URL of S3; empty if it is not one."""
    host, _, path = re.sub(r"^https?://", "", address).partition("/")
    found = _BUCKET_HOST.fullmatch(host) or _BUCKET_PATH.fullmatch(f"{host}/{path}")
    return found[1] if found else ""


def _bucket_name(name: str) -> str:
    do = "write the bucket's name as S3 lists it, like lectures-media"
    if bucket := bucket_at(name):
        raise fault(f"{shown(name)} is the address of a bucket, not its name", f"write {bucket}")
    if name.startswith(("s3://", "arn:")):
        bare = name.removeprefix("s3://").split(":")[-1].split("/")[0]
        raise fault(f"{shown(name)} is more than a bucket name", f"write {bare}" if bare else do)
    if not BUCKET.fullmatch(name):
        what = f"{shown(name)} is not a bucket name: 3 to 63 of a-z, 0-9, . and -, a letter or digit at both ends"
        raise fault(what, f"write {name.lower()}" if BUCKET.fullmatch(name.lower()) else do)
    if ".." in name or ".-" in name or "-." in name or re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        raise fault(
            f"{shown(name)} is not a bucket name: S3 needs host name labels between the dots, and no IP address",
            do,
        )
    if name.startswith(_BUCKET_PREFIXES) or name.endswith(_BUCKET_SUFFIXES):
        raise fault(f"{shown(name)} begins or ends in a way that S3 reserves", do)
    return name


def _region(region: str) -> str:
    if not REGION.fullmatch(region):
        plain = re.sub("(?<=[0-9])[a-z]$", "", region.lower().replace("_", "-"))  # eu-west-1a is a zone
        do = f"write {plain}" if REGION.fullmatch(plain) else "write one like eu-west-1"
        raise fault(f"{shown(region)} is not an AWS region", do)
    return region


def _host_name(name: str) -> str:
    if "://" in name or "/" in name:
        host = re.sub("^[a-z]*://", "", name.lower()).partition("/")[0].partition(":")[0]
        do = f"write {host}" if _is_host_name(host) else "write only the host, like media.example.com"
        raise fault(f"{shown(name)} is a URL; a cname is a host name", do)
    if name != name.lower():
        raise fault(
            f"{shown(name)} has capital letters; CloudFront accepts host names in lower case only",
            f"write {name.lower()}",
        )
    if not name.isascii():
        raise fault(f"{shown(name)} is not in the form that DNS uses", _punycode(name))
    labels = name.removeprefix("*.").split(".")
    if "*" in "".join(labels):
        domain = ".".join(labels).rpartition("*")[2].partition(".")[2]
        do = f'write "*.{domain}"' if _is_host_name(f"*.{domain}") else 'write it like "*.example.com"'
        raise fault(f"{shown(name)}: a wildcard must be the whole first label", do)
    if not _is_host_name(name):
        plain = name.rstrip(".")
        do = "write one like media.example.com, without a dot at the end"
        raise fault(f"{shown(name)} is not a host name", f"write {plain}" if _is_host_name(plain) else do)
    if name.endswith(".cloudfront.net"):
        what = f"{shown(name)} belongs to CloudFront; a cname is a name of your own"
        raise fault(what, "delete it: the distribution always has its own name")
    return name


def _is_host_name(name: str) -> bool:
    labels = name.removeprefix("*.").split(".")
    return len(labels) > 1 and len(name) <= 253 and all(HOST_LABEL.fullmatch(label) for label in labels)


def _punycode(name: str) -> str:
    try:
        return f"write {name.encode('idna').decode()}"
    except UnicodeError:
        return "write its xn-- form"


def _signer(signer: str) -> str:
    if not SIGNER.fullmatch(signer):
        what = f"{shown(signer)} is not a trusted signer"
        raise fault(*(account_number(signer) or (what, 'write self, or one like "111122223333"')))
    return signer


def account_number(text: str, *, least: int = 5) -> tuple[str, str] | None:
    """Return what is wrong with a text that is meant as an account number, and what to write; None if it is not.

    It is if it has at least so many digits, and nothing else. They decide first: with another number of them, quotes or
    hyphens are not the mistake.
    """
    digits = re.sub("[ -]", "", text)
    if len(digits) < least or not re.fullmatch("[0-9]+", digits):
        return None
    if len(digits) != 12:
        what = f"{shown(text)} is not an account number: it has {len(digits)} digits, not 12"
        return what, 'write all 12 digits in quotes, like "111122223333"'
    return f"{shown(text)} is not an account number: it must have digits only", f'write "{digits}"'


def _account(text: str) -> str:
    if not ACCOUNT.fullmatch(text):
        what = f"{shown(text)} is not an account number"
        raise fault(*(account_number(text, least=1) or (what, 'write one like "123456789012"')))
    return text


def _role(text: str) -> str:
    if not ROLE.fullmatch(text):
        session = re.fullmatch(r"arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role/([^/]+)/.+", text)
        do = "write the ARN as IAM shows it, like arn:aws:iam::123456789012:role/video-deploy"
        if session:
            what = f"{shown(text)} is the ARN of a session, not of a role"
            raise fault(
                what, f"write arn:{session[1]}:iam::{session[2]}:role/{session[3]}, with the role's path"
            )
        raise fault(f"{shown(text)} is not the ARN of a role", do)
    return text


def _inventory(text: str) -> str:
    if not INVENTORY.fullmatch(text):
        do = "write its bucket and folder: s3://lectures-inventory/lectures-media/all"
        raise fault(f"{shown(text)} is not the folder of an inventory", do)
    return text.rstrip("/")


def _path_pattern(path: str) -> str:
    if not path:
        raise fault(
            f"{shown(path)} is the default behavior, which needs no path", "write its fields under http"
        )
    if len(path) > 255:
        raise fault(too_long("the path pattern", len(path), 255), "shorten it")
    if not PATH_PATTERN.fullmatch(path):
        odd = next(char for char in path if not PATH_PATTERN.fullmatch(char))
        what = f"{shown(odd)} is not allowed in a path pattern"
        raise fault(
            what, "use letters, digits, _ - . * ? $ / ~ \" ' @ : + and &; ? stands for any one character"
        )
    return path


def _certificate(text: str) -> str:
    found = CERTIFICATE.fullmatch(text)
    if text == "auto" or (found and found["region"] == "us-east-1"):
        return text
    if found:
        what = (
            f"the certificate is in {found['region']}, and CloudFront accepts only certificates in us-east-1"
        )
        raise fault(what, "request or import the certificate in us-east-1, and write its ARN")
    what = f"{shown(text)} is neither auto nor the ARN of an ACM certificate"
    raise fault(what, "write auto, or arn:aws:acm:us-east-1:111122223333:certificate/…")


def _cache_policy(text: str) -> str:
    if not RESOURCE_NAME.fullmatch(text):
        what = f"{shown(text)} is not a name or id of a cache policy"
        raise fault(what, "write CachingOptimized, CachingDisabled, or the name or id of your own")
    return text


def _function_name(text: str) -> str:
    if ":lambda:" in text:
        what = f"{shown(text)} is a Lambda@Edge function, which cfstream does not manage"
        raise fault(what, "write the name of a CloudFront function; Lambda@Edge functions stay as they are")
    name = text.rpartition(":function/")[2]
    if not FUNCTION_NAME.fullmatch(name):
        what = f"{shown(text)} is not a valid name of a CloudFront function: write 1 to 64 of A-Z, a-z, 0-9, _ and -"
        raise fault(what, "write the name that CloudFront lists, like rewrite")
    if name != text:
        raise fault(f"{shown(text)} is the ARN of a function, not its name", f"write {name}")
    return name


def _root_object(text: str) -> str:
    if text.startswith("/"):
        raise fault(
            f"{shown(text)} begins with /, and a default root object must not",
            f"write {text.lstrip('/') or 'index.html'}",
        )
    if len(text) > 255:
        raise fault(too_long("the default root object", len(text), 255), "shorten it")
    return _legible(text)


def _prefix(text: str) -> str:
    if text.startswith("/"):
        raise fault(
            "this prefix matches nothing: it begins with /, and keys in S3 do not",
            f'write "{text.lstrip("/")}"',
        )
    if odd := re.search(r"[*?]|\$\{", text):
        what = f"the prefix has {odd.group()}, a pattern in a bucket policy; a prefix is literal text"
        raise fault(what, f'write "{text[: odd.start()]}"')
    if len(text.encode()) > 1024:
        raise fault(too_long("the prefix", len(text.encode()), 1024, "bytes"), "shorten it")
    return _legible(text)


def _legible(text: str) -> str:
    """Return the text. Raises a fault for characters that XML cannot transport."""
    if odd := re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", text):
        raise fault(f"the character U+{ord(odd.group()):04X} cannot be sent to AWS", "delete it")
    return text


def _comment(text: str) -> str:
    if len(text) > MAX_COMMENT:
        raise fault(too_long("the comment", len(text), MAX_COMMENT), "shorten it")
    return _legible(text)


def _cors_origin(origin: str) -> str:
    if not ORIGIN.fullmatch(origin):
        what = f"{shown(origin)} is not an origin: scheme and host only"
        found = re.match(r"(https?://)?((?:\*\.)?[a-z0-9.-]+(?::[0-9]{1,5})?)(?=/|$)", origin.lower())
        plain = f"{found[1] or 'https://'}{found[2]}" if found and "." in found[2] else ""
        raise fault(what, f"write {plain or 'one like https://www.example.com'}")
    return origin


def _version(number: Any) -> Any:
    # True equals 1, but it is not a version.
    if type(number) is not int or number != 1:
        raise fault("this cfstream reads only version 1 of the spec language", "write version: 1")
    return number


def _off(value: Any) -> Any:
    # 0 equals False, but it does not mean none.
    return value if isinstance(value, bool) else str(value)


Version = Annotated[Literal[1], BeforeValidator(_version)]
Off = Annotated[Literal[False], BeforeValidator(_off)]
"""The value that means none."""

StackName = Annotated[str, AfterValidator(_stack_name), _pattern(STACK_NAME, "lectures")]
ResourceName = Annotated[str, AfterValidator(_resource_name), _pattern(RESOURCE_NAME, "lectures-2026-11")]
ResourceId = Annotated[str, AfterValidator(_resource_id), _pattern(RESOURCE_ID, "E2QWRUHAPOMQZL")]
BucketName = Annotated[str, AfterValidator(_bucket_name), _pattern(BUCKET, "lectures-media")]
Region = Annotated[str, AfterValidator(_region), _pattern(REGION, "eu-west-1")]
HostName = Annotated[
    str,
    AfterValidator(_host_name),
    _pattern(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+", "media.example.com", "*.example.com"),
]
Signer = Annotated[str, AfterValidator(_signer), _pattern(SIGNER, "self", "111122223333")]
AccountNumber = Annotated[str, AfterValidator(_account), _pattern(ACCOUNT, "123456789012")]
RoleArn = Annotated[
    str,
    AfterValidator(_role),
    _pattern(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}",
        "arn:aws:iam::123456789012:role/video-deploy",
    ),
]
InventoryFolder = Annotated[
    str,
    AfterValidator(_inventory),
    _pattern(r"s3://[a-z0-9.-]{3,63}(/[^/]+){2,}/?", "s3://lectures-inventory/lectures-media/all"),
]
PathPattern = Annotated[str, AfterValidator(_path_pattern), _pattern(PATH_PATTERN, "/posters/*", "*.m3u8")]
Certificate = Annotated[
    str,
    AfterValidator(_certificate),
    _pattern(
        r"auto|arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/[0-9A-Za-z-]+",
        "auto",
        "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    ),
]
CachePolicy = Annotated[
    str, AfterValidator(_cache_policy), _pattern(RESOURCE_NAME, "CachingOptimized", "CachingDisabled")
]
FunctionName = Annotated[str, AfterValidator(_function_name), _pattern(FUNCTION_NAME, "rewrite")]
RootObject = Annotated[str, AfterValidator(_root_object), _short(255, "index.html")]
Prefix = Annotated[str, AfterValidator(_prefix), _short(1024, "lectures/")]
Comment = Annotated[str, AfterValidator(_comment), _short(MAX_COMMENT, "Private lectures")]
CorsOrigin = Annotated[str, AfterValidator(_cors_origin), _pattern(ORIGIN, "https://www.example.com", "*")]
