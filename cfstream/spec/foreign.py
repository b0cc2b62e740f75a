"""Recognise a YAML file of another tool in a folder of specs, to report it once and not field by field."""

import re
from collections.abc import Collection, Iterator, Mapping

from cfstream.errors import Problem
from cfstream.spec.compose import ELSEWHERE, documents
from cfstream.spec.fault import Fault
from cfstream.spec.model import Spec
from cfstream.spec.source import EXTENSION, Document, Scalar, Source
from cfstream.spec.syntax import FROM_TERRAFORM, TERRAFORM
from cfstream.spec.unknown_keys import meant_here
from cfstream.spec.wording import choices, shown, some_of

SHARED = frozenset(
    {
        "version",
        "name",
        "account",
        "role",
        "comment",
        "enabled",
        "protect",
        "public",
        "logging",
        "dns",
        "wait",
        "tags",
    }
)
"""Fields of a spec whose names files of other tools have too."""

TELLING = frozenset(Spec.model_fields) - SHARED
"""Fields that only a spec has."""

OTHERS: Mapping[str, tuple[Collection[str], ...]] = {
    "a Kubernetes manifest": ({"apiVersion", "kind"},),
    "a Helm chart": ({"apiVersion", "name", "version"},),
    "a values file of a Helm chart": ({"replicaCount"}, {"image", "serviceAccount"}),
    "a Docker Compose file": ({"services"},),
    "a workflow of GitHub Actions": ({"on", "jobs"},),
    "a GitHub action": ({"runs", "description"},),
    "a pipeline of GitLab": ({"stages"}, {"image", "script"}),
    "a CloudFormation template": ({"Resources"}, {"AWSTemplateFormatVersion"}),
    "a description of an API (OpenAPI)": ({"openapi"}, {"swagger"}),
    "a configuration of Terraform in JSON": ({"resource"}, {"provider"}),
    "a configuration of pre-commit": ({"repos"},),
    "a configuration of MkDocs": ({"site_name"},),
}
"""Files of other tools, and the keys by which each is recognised: all of one set."""


def specs_of(source: Source, problems: list[Problem]) -> Iterator[Document]:
    """Yield the documents of a file that may be specs, and add what is wrong with the file to `problems`.

    A file of another tool has one problem, whatever else is wrong with it. So have the documents of other tools beside
    specs.
    """
    wrong: list[Problem] = []
    found = list(documents(source, wrong))
    faults = [(document, fault) for document in found if (fault := foreign(document)) is not None]
    if faults:
        document, fault = faults[0]
        one = source.problem(document.key_spot(*fault.path), fault.what, fault.do)
        problems += [one] if len(faults) == len(found) else [*wrong, one]
    elif wrong and not found and (other := _of_text(source.text)):
        kind, do = other
        problems.append(source.problem((1, 1), f"this looks like {kind}, not a spec", do))
    else:
        problems += wrong
    others = {id(document) for document, _ in faults}
    yield from (document for document in found if id(document) not in others)


def foreign(document: Document) -> Fault | None:
    """Return the fault of a document that is not a spec; None if it may be one.

    It does not have ``version: 1``, and has the keys of another tool; or it has keys that no spec has, and no field
    that only a spec has, nor a misspelt one.
    """
    keys = [key for key in document.root.fields if not key.startswith(EXTENSION)]
    others = [key for key in keys if key not in Spec.model_fields]
    version = document.root.fields.get("version")
    if not others or (isinstance(version, Scalar) and version.value == 1):
        return None
    if kind := _kind(keys):
        named = [key for key in keys if key in {*kind[1]}]
        has = choices(map(shown, named), "and")
        return Fault(
            f"this looks like {kind[0]}, not a spec: it has {has}", ELSEWHERE, (named[0],), at_key=True
        )
    if TELLING & {*keys, *(meant_here(key, ()) for key in others)}:
        return None
    what = f"this is not a spec: it has {some_of([shown(key) for key in others], 3)}, and no bucket, key_groups or http"
    return Fault(what, ELSEWHERE, (others[0],), at_key=True)


def _kind(keys: Collection[str]) -> tuple[str, Collection[str]] | None:
    """Return the tool that has a file with these keys, and the keys that show it; None if it is not known."""
    return next(
        ((kind, each) for kind, sets in OTHERS.items() for each in sets if {*each} <= {*keys}),
        None,
    )


_TOP_KEY = re.compile(r"^([A-Za-z_][\w-]*):(?:\s|$)", re.MULTILINE)


_PEM = re.compile(r"^-----BEGIN ([A-Z0-9 ]+)-----", re.MULTILINE)


def _of_text(text: str) -> tuple[str, str] | None:
    """Return what a file probably is that cannot be read as YAML, and what to do; None if it is not known."""
    keys = _TOP_KEY.findall(text)
    if TELLING & {*keys}:
        return None
    if pem := _PEM.search(text):
        return _of_pem(pem[1])
    if any(map(TERRAFORM.match, text.splitlines())):
        return "a configuration of Terraform", FROM_TERRAFORM
    if text.startswith("#!"):
        return "a script", ELSEWHERE
    if "{{" in text and (_kind(keys) or not keys):
        return "a template", ELSEWHERE
    known = _kind(keys)
    return (known[0], ELSEWHERE) if known else None


def _of_pem(label: str) -> tuple[str, str]:
    """Return what a PEM file is, by its label, and what to do with it."""
    if "PRIVATE KEY" in label:
        return (
            "a private key",
            "move it elsewhere; to sign with it: cfstream sign URL --spec SPEC --key FILE --expires 1h",
        )
    if label.endswith("PUBLIC KEY"):
        return "a public key", "name it in a spec, as the file of a key under key_groups.public_keys"
    return "a PEM file", ELSEWHERE
