"""Describe one live distribution as a spec, as far as possible. Pure.

A field is written if the spec would otherwise mean something other than what is live (a different enforced default, an
existing identity), or if it helps the reader. Everything else is omitted: an absent field is not managed.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, get_args

from cfstream.adoption.account import Account
from cfstream.adoption.kept import kept
from cfstream.adoption.refusal import CannotImport
from cfstream.adoption.risks import Risk, identity_of, risks
from cfstream.adoption.viewers import guards, is_expressible, signing_values
from cfstream.domain import NAME_TAG, Delivery, LiveDistribution, bucket_of, document
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS
from cfstream.migration import advice as migration
from cfstream.spec.fields import BucketName, Certificate, Comment, HostName, Prefix, ResourceId
from cfstream.spec.http import Behavior, Http
from cfstream.spec.http.connection import MinimumTls
from cfstream.spec.model import PriceClass
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Description:
    """The fields of a spec, and its comments."""

    values: Mapping[str, Any]
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Comments, by the path of their field."""
    kept: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()

    @property
    def bucket(self) -> str:
        return str(self.values["bucket"])

    def having(self, name: str, value: Any, remark: str = "") -> "Description":
        """Return the description with another field."""
        return replace(self, values={**self.values, name: value}, remarks={**self.remarks, name: remark})

    def without_cnames(self, why: str) -> "Description":
        """Return the description without the cnames and their certificate, which then stay as they are."""
        cnames = ", ".join(self.values.get("cnames", ()))
        http = {name: value for name, value in self.values.get("http", {}).items() if name != "certificate"}
        values = {name: value for name, value in self.values.items() if name not in ("cnames", "http")}
        text = f"cnames and their certificate, because {why}: {cnames}"
        return replace(self, values={**values, **({"http": http} if http else {})}, kept=(text, *self.kept))


def describe(live: LiveDistribution, account: Account, name: str) -> Description:
    """Describe the distribution as a spec with this name. Raises CannotImport if no spec can describe it."""
    bucket = _bucket(live)
    found = guards(live, bucket, account)
    signing = signing_values(account, live, found)
    behaviors = signing.pop("behaviors", [])
    streaming = live.delivery is Delivery.RTMP
    http = {} if streaming else _http(live.config, behaviors, account)
    values = {
        "version": 1,
        "name": name,
        **({"delivery": "rtmp"} if streaming else {}),
        **_plain(live),
        "bucket": bucket,
        **_identity(live, account, name),
        **signing,
        **({"http": http} if http else {}),
        "adopt": live.id,
    }
    remarks = _remarks(values, owned=live.tag(NAME_TAG) is not None)
    return Description(values, remarks, _unmanaged(live, values, bucket), risks(live, account, found))


def _bucket(live: LiveDistribution) -> str:
    """Return the bucket that it serves. Raises CannotImport if it serves none."""
    streaming = live.delivery is Delivery.RTMP
    _check_targets(live)
    origin = document.default_origin(live.config)
    domain: str = origin["DomainName"]
    bucket = bucket_of(domain)
    if not is_expressible(ResourceId, live.id):
        raise CannotImport(
            f"{live.id!r} is not a valid distribution id for adopt", "import another distribution"
        )
    if bucket and is_expressible(BucketName, bucket) and (streaming or document.takes_identity(origin)):
        return bucket
    if ".s3-website" in domain:
        what = "the website endpoint of a bucket, which supports neither OAC nor OAI"
        do = "change its default behavior's origin to the bucket's own address, and import again"
    elif bucket:
        what = f"the bucket {bucket}, in a way that a spec cannot express"
        do = "change its default behavior's origin to an S3 origin, and import again"
    else:
        what, do = "not an S3 bucket", "skip it: cfstream only manages private content in a bucket"
    raise CannotImport(f"the default behavior of {live.id} leads to {domain}: {what}", do)


def _check_targets(live: LiveDistribution) -> None:
    """Raise CannotImport if a behavior has no origin. AWS refuses that (NoSuchOrigin); an emulator may not."""
    for behavior in live.behaviors:
        if not behavior.origins:
            where = behavior.path or "the default behavior"
            what = f"{where} of {live.id} leads to {behavior.target}, which does not exist"
            raise CannotImport(what, "fix it in AWS, and import again")


def _plain(live: LiveDistribution) -> dict[str, Any]:
    """Return the fields that both deliveries have in the same place."""
    values: dict[str, Any] = {}
    if live.comment and is_expressible(Comment, live.comment):
        values["comment"] = live.comment
    if not live.enabled:
        values["enabled"] = False
    if live.aliases and all(is_expressible(HostName, alias) for alias in live.aliases):
        values["cnames"] = list(live.aliases)
    if live.price_class in get_args(PriceClass) and live.price_class != "PriceClass_All":
        values["price_class"] = live.price_class
    logging = live.config.get("Logging") or {}
    where = bucket_of(logging.get("Bucket") or "")
    if (
        logging.get("Enabled")
        and is_expressible(BucketName, where)
        and is_expressible(Prefix, logging.get("Prefix", ""))
    ):
        prefix = {"prefix": logging["Prefix"]} if logging.get("Prefix") else {}
        values["logging"] = {"bucket": where, **prefix}
    return values


def _identity(live: LiveDistribution, account: Account, name: str) -> dict[str, Any]:
    """Return the field for how it reads the bucket. An identity that the stack owns is not referred to by id."""
    oac, oai = identity_of(live)
    if oac:
        row = account.row(oac)
        signing = row.get("SigningBehavior", "always")
        if row.get("OriginAccessControlOriginType", "s3") != "s3" or signing == "never":
            raise CannotImport(
                f"the origin access control {oac} of {live.id} does not sign CloudFront's requests to the bucket",
                'set its signing behavior to "always" and its origin type to s3, and import again',
            )
        own = (
            row.get("Name") == f"cfstream-{name}"
            and row.get("Description", "").split(" ")[0] == f"cfstream:{name}"
        )
        faithful = (signing, row.get("SigningProtocol")) == ("always", "sigv4")
        return {"oac": {} if own and faithful else {"id": oac}}
    return {"oai": {"id": oai}} if oai else {"origin_access": "none"}


def _http(config: Mapping[str, Any], behaviors: list[Any], account: Account) -> dict[str, Any]:
    """Return the fields of an http stack that differ from the defaults or help the reader."""
    default = document.behavior(config, "")
    certificate = config.get("ViewerCertificate") or {}
    arn, iam = certificate.get("ACMCertificateArn"), certificate.get("IAMCertificateId")
    values: dict[str, Any] = {}
    if arn and is_expressible(Certificate, arn):
        values["certificate"] = arn
    minimum = certificate.get("MinimumProtocolVersion")
    if (arn or iam) and minimum != Http.model_fields["minimum_tls"].default:
        if minimum not in get_args(MinimumTls):
            raise CannotImport(
                f"this cfstream does not support the security policy {minimum}", "update cfstream"
            )
        values["minimum_tls"] = minimum
    protocol = document.viewer_protocol(default)
    if protocol != Http.model_fields["viewer_protocol"].default:
        values["viewer_protocol"] = protocol
    values |= _settings(Http, config, account)
    named = [{**each, **_of_behavior(values, config, account, each["path"])} for each in behaviors]
    return {**values, **({"behaviors": named} if named else {})}


def _settings(
    section: type[Http | Behavior], config: Mapping[str, Any], account: Account, path: str = ""
) -> dict[str, Any]:
    """Return the fields of a section that are live with another value than the usual one, and that a spec can have.

    A resource that some stack owns is not one of them: its stack attaches it because of another field, like `cors`.
    """
    found = {
        each.name: each.imported(config, path) for each in HTTP_FIELDS if each.name in section.model_fields
    }
    return {
        name: value
        for name, value in found.items()
        if value is not None
        and is_expressible(section.model_fields[name].annotation, value)
        and not (isinstance(value, str) and account.is_owned(value))
    }


def _of_behavior(
    http: Mapping[str, Any], config: Mapping[str, Any], account: Account, path: str
) -> dict[str, Any]:
    """Return the fields of a behavior. Every behavior has a cache policy: that of the default one is not repeated."""
    found = _settings(Behavior, config, account, path)
    if found.get("cache_policy") == http.get("cache_policy"):
        found.pop("cache_policy", None)
    return found


REMARKS: Mapping[str, str] = {
    "enabled": "disabled: it serves nothing",
    "origin_access": migration.REMARKS["origin_access"],
    "public": "anyone can read, without a signature",
    "adopt": "the distribution that this stack takes over",
    "http.viewer_protocol": "the default is redirect-to-https",
    "http.minimum_tls": "the default is TLSv1.2_2021",
    "http.behaviors": "only those with other signers; all others stay as they are",
}


def _remarks(values: Mapping[str, Any], *, owned: bool) -> dict[str, str]:
    """Return the comments for the fields that are present."""
    paths = {*values, *(f"http.{name}" for name in values.get("http", {}))}
    remarks = {path: remark for path, remark in REMARKS.items() if path in paths}
    remarks["name"] = (
        "from its tag" if owned else "the stack's identity in this account; it cannot be changed after apply"
    )
    if values.get("oac") or values.get("oai"):
        remarks["oac" if values.get("oac") else "oai"] = migration.EXISTS
    if values.get("key_groups"):
        remarks["key_groups"] = "existing groups: referenced, never changed"
    if values.get("trusted_signers"):
        remarks["trusted_signers"] = migration.REMARKS["trusted_signers"]
    return remarks


def _unmanaged(live: LiveDistribution, values: Mapping[str, Any], bucket: str) -> tuple[str, ...]:
    """Return what is kept, including fields of the language whose values a spec cannot express."""
    config, lines = live.config, []
    if live.aliases and "cnames" not in values:
        lines.append(f"cnames, at least one of which a spec cannot express: {', '.join(live.aliases)}")
    if (config.get("Logging") or {}).get("Enabled") and "logging" not in values:
        lines.append(f"access logs to {config['Logging']['Bucket']}/{config['Logging'].get('Prefix', '')}")
    if config.get("Comment") and "comment" not in values:
        lines.append("its comment, which is too long for a spec or has unsupported characters")
    if config.get("PriceClass") == "None":
        lines.append("no price class: it has a pricing plan of its own")
    arn = (config.get("ViewerCertificate") or {}).get("ACMCertificateArn")
    if arn and "certificate" not in values.get("http", {}):
        lines.append(f"certificate: {arn}")
    return (*lines, *kept(live, bucket, values.get("http", {})))
