"""The fields that distributions of both deliveries have, and how their signers are compared."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from typing import Any

from cfstream.domain import Signers, bucket_of, document
from cfstream.stack.context import StackContext
from cfstream.stack.fields import OwnedField, scalar
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import Json


def common_fields(context: StackContext, apart: Set[str] = frozenset()) -> list[OwnedField]:
    """Return the fields that both kinds of distribution have in the same place, without those that the spec omits.

    The names in `apart` are moved by a separate call. They stay as they are here.
    """
    spec = context.stack.spec
    fields = [scalar("enabled", "Enabled", spec.enabled)]
    if spec.comment is not None:
        fields.append(scalar("comment", "Comment", spec.comment))
    if spec.price_class is not None:
        fields.append(scalar("price_class", "PriceClass", spec.price_class))
    if spec.cnames is not None:
        fields.append(_aliases(spec.cnames, apart))
    if spec.logging is not None:
        fields.append(_logging(spec.logging))
    return fields


def normal(signers: Signers, account: str) -> Signers:
    """Return the signers with the account itself as ``self``: the console and the API write it differently."""
    return replace(signers, accounts=normal_signers(signers.accounts, account))


def normal_signers(accounts: Iterable[str], account: str) -> tuple[str, ...]:
    """Return account numbers, sorted, with the account itself as ``self``."""
    return tuple(sorted({"self" if number == account else number for number in accounts}))


def opened(path: str, signed: Callable[[Json], bool]) -> OwnedField:
    """Return the field that shows a change to public in a plan. The empty fields of the signers write it."""

    def write(_config: dict[str, Any], _value: Any) -> None: ...

    return OwnedField(path, want=True, read=lambda config: not signed(config), write=write)


def _aliases(cnames: Iterable[str], apart: Set[str]) -> OwnedField:
    def write(config: dict[str, Any], value: Any) -> None:
        document.set_aliases(config, {*value, *(document.aliases(config) & apart)})

    def hazards(before: Any, after: Any) -> tuple[Hazard, ...]:
        gone = sorted(set(before) - set(after))
        text = f"{', '.join(gone)}: viewers of this host name get errors"
        return (Hazard(HazardName.CUTS_VIEWERS, text),) if gone else ()

    want = tuple(sorted({name.lower() for name in cnames} - apart))
    return OwnedField(
        "cnames", want, lambda config: tuple(sorted(document.aliases(config) - apart)), write, hazards=hazards
    )


def _logging(logging: Any) -> OwnedField:
    want = {"bucket": logging.bucket, "prefix": logging.prefix} if logging else None

    def read(config: Json) -> Mapping[str, str] | None:
        live = config.get("Logging") or {}
        if not live.get("Enabled"):
            return None
        return {"bucket": bucket_of(live["Bucket"]) or live["Bucket"], "prefix": live.get("Prefix", "")}

    def write(config: dict[str, Any], value: Any) -> None:
        live = dict(config.get("Logging") or {})
        live["Enabled"] = bool(value)
        live["Bucket"] = f"{value['bucket']}.s3.amazonaws.com" if value else ""
        live["Prefix"] = value["prefix"] if value else ""
        if not value and "IncludeCookies" in live:
            # CloudFront turns it off itself, so a document that has it would always differ.
            live["IncludeCookies"] = False
        config["Logging"] = live

    return OwnedField("logging", want, read, write, show=lambda value: value if value else False)
