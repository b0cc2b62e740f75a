"""The names and values of a spec for what is in AWS's documents, to show a difference between two of them.

A path has the members of the document, and the names of the items of lists: ``CacheBehaviors[/x].Compress``. The names
of fields come from the model of the spec: each field lists the words of CloudFront that mean it.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from cfstream.spec.http import Behavior, Http
from cfstream.spec.http.viewers import ErrorResponse, Geo
from cfstream.spec.model import Spec
from cfstream.spec.section import Section, other_words

_TOP_OF_SPEC = frozenset({"trusted_signers", "key_groups"})
"""The fields of the default behavior that are not under ``http``."""

_ORIGIN: Mapping[str, str] = {
    "DomainName": "bucket",
    "OriginAccessControlId": "oac",
    "S3OriginConfig.OriginAccessIdentity": "oai",
    "OriginAccessIdentity": "oai",
    "oac": "oac",
    "oai": "oai",
}
_SMALLER: Mapping[str, str] = {
    "Items": "public_keys",
    "EncodedKey": "file",
    "Description": "oac.description",
    "OriginAccessControlOriginType": "oac.origin_type",
    "SigningBehavior": "oac.signing_behavior",
    "SigningProtocol": "oac.signing_protocol",
    "Logging.Bucket": "logging.bucket",
    "Logging.Prefix": "logging.prefix",
}
"""Members of a key group, a public key, an OAC, and of a part that is not a section of ``http``."""

_BEHAVIOR_PLACE = re.compile(r"(?:DefaultCacheBehavior|CacheBehaviors\[(?P<path>.*)\])(?:\.(?P<member>.+))?")
_ORIGIN_PLACE = re.compile(r"(?:Origins\[(?P<id>.*)\]|S3Origin)(?:\.(?P<member>.+))?")

_IDENTITY = "origin-access-identity/cloudfront/"


def spec_name(path: str) -> str:
    """Return the path in a spec of a member of a document; a member that no spec has keeps its name."""
    path = path.removeprefix("config.")
    return _known(path) or _unknown(path)


def is_in_spec(path: str) -> bool:
    """Return whether a spec can have the member."""
    return _known(path.removeprefix("config.")) is not None


def spec_value(value: Any) -> Any:
    """Return a value as a spec has it: an OAI by its id alone, ``allow`` and ``block`` for lists of countries."""
    if not isinstance(value, str):
        return value
    return dict(other_words(Geo)).get(value, value.removeprefix(_IDENTITY))


def _known(path: str) -> str | None:
    if found := _BEHAVIOR_PLACE.fullmatch(path):
        return _behavior(found["path"], found["member"] or "")
    if found := _ORIGIN_PLACE.fullmatch(path):
        return _origin(found["id"], found["member"] or "")
    if path.startswith("Statement"):
        return f"s{path.removeprefix('S')}"
    return _SMALLER.get(path) or _top(path)


def _unknown(path: str) -> str:
    """Return the words for a member that no spec has: it is CloudFront's, at a place of the spec."""
    if found := _BEHAVIOR_PLACE.fullmatch(path):
        place = f"http.behaviors[{found['path']}]" if found["path"] else "the default behavior"
    elif found := _ORIGIN_PLACE.fullmatch(path):
        place = f"the origin {found['id'] or ''}".rstrip()
    else:
        return path
    return f"CloudFront's {found['member']} of {place}" if found["member"] else place


def _behavior(path: str | None, member: str) -> str | None:
    if path is not None and path != "*":
        return _below(f"http.behaviors[{path}]", Behavior, member) or _below(
            f"http.behaviors[{path}]", Http, member
        )
    found = _field(Behavior, member) or _field(Http, member)
    if found is None:
        return None
    return found if found.partition("[")[0] in _TOP_OF_SPEC else f"http.{found}"


def _origin(id_: str | None, member: str) -> str | None:
    found = _field(Http, member)
    name = f"http.{found}" if found else _ORIGIN.get(member)
    return f"{name} (origin {id_})" if name and id_ else name


def _top(path: str) -> str | None:
    if found := _field(Spec, path):
        return found
    found = _field(Http, path)
    if found and found.endswith("]"):  # the items of the lists that are left are answers to errors
        return _below(f"http.{found}", ErrorResponse, path.rpartition("].")[2] if "]." in path else "")
    found = found or _field(Http, path.rpartition(".")[2])
    return f"http.{found}" if found else None


def _below(place: str, section: type[Section], member: str) -> str | None:
    if not member:
        return place
    found = _field(section, member)
    return f"{place}.{found}" if found else None


def _field(section: type[Section], member: str) -> str | None:
    """Return the field of a section that a member means, with the name of the item if it is one of a list.

    All other members below it are shown as that field. Names in lower case are cfstream's own.
    """
    name, sign, rest = re.fullmatch(r"([^.\[]*)(\[[^\]]*\])?(.*)", member, re.DOTALL).groups()  # type: ignore[union-attr]
    if name in _TOP_OF_SPEC:
        return str(name)
    found = _words(section).get(_folded(name)) if name[:1].isupper() else None
    return f"{found}{sign or ''}" if found and (found != "certificate" or not rest) else None


@cache
def _words(section: type[Section]) -> Mapping[str, str]:
    own = {_folded(name): name for name in section.model_fields}
    return {**{_folded(word): name for word, name in other_words(section)}, **own}


def _folded(word: str) -> str:
    """Return a word without capitals and underscores: ``web_acl_id`` is also ``WebACLId``."""
    return word.replace("_", "").casefold()
