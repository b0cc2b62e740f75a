"""Read a state: a file of version 4, or what ``terraform show -json`` prints.

Sources: Terraform's `internal/states/statefile/version4.go` and the page "JSON Output Format"; for an encrypted state,
OpenTofu's page "State and Plan Encryption".
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cfstream.errors import WrongUsage
from cfstream.terraform.state import TerraformResource, TerraformState

VERSION = 4
"""The version of state files since Terraform 0.12."""

SHOWN = ("0", "1")
"""The major versions of the output of ``show -json``: 0 until Terraform 1.0."""

EMPTY = frozenset({"format_version", "terraform_version", "timestamp", "checks", "values"})
"""The members of that output for a state without resources."""

TOFU = "registry.opentofu.org/"
_NAMED_ESCAPES: Mapping[str, str] = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
AGAIN = "run: {program} show -json > state.json\nthen: cfstream import --from-terraform state.json"


class NotAState(WrongUsage):
    """The file is not a Terraform state that cfstream can read."""


def decoded(data: bytes) -> str:
    """Return the text of a state. PowerShell's ``>`` writes UTF-16, with a byte order mark."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8", errors="replace")


def read_state(text: str, name: str) -> TerraformState:
    """Return the state in a text. Raises NotAState, with `name` for the file, if it is something else."""
    document = _parsed(text.removeprefix("\ufeff"), name)
    _check(document, name)
    try:
        found = list(_of_show(document["values"]) if "values" in document else _of_file(document))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        do = AGAIN.format(program="terraform")
        raise NotAState(f"{name} is damaged: a resource lacks what every resource has", do) from error
    return TerraformState(
        tuple(each for each, deposed in found if not deposed),
        "tofu" if TOFU in text else "terraform",
        tuple(each for each, deposed in found if deposed),
    )


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    do = AGAIN.format(program="terraform")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.startswith("PK"):
            raise NotAState(f"{name} is a saved plan of Terraform, not a state", do) from error
        if re.search(r"^# \S+:( \(.*\))?$", text, re.MULTILINE):
            raise NotAState(f"{name} is what terraform show prints without -json", do) from error
        if re.search(r"^\s*(resource|module|terraform|provider|data|variable)\b[^:=]*\{", text, re.MULTILINE):
            raise NotAState(f"{name} is a configuration of Terraform, not a state", do) from error
        if not text.strip():
            raise NotAState(f"{name} is empty", do) from error
        raise NotAState(f"{name} is not a state of Terraform: it is not valid JSON", do) from error
    if not isinstance(document, Mapping):
        raise NotAState(f"{name} is not a state of Terraform", do)
    return document


def _check(document: Mapping[str, Any], name: str) -> None:
    """Raise NotAState if the document is not a state, or has no resources that can be read."""
    do = AGAIN.format(program="terraform")
    if "encrypted_data" in document:
        raise NotAState(f"{name} is encrypted by OpenTofu", AGAIN.format(program="tofu"))
    if "planned_values" in document or "resource_changes" in document:
        raise NotAState(f"{name} is a plan of Terraform, not a state", do)
    if document.get("backend"):
        kind = document["backend"].get("type", "") if isinstance(document["backend"], Mapping) else ""
        what = f"{name} only names the place of a remote state (backend {kind}), and has no resources"
        raise NotAState(what, do)
    if "format_version" in document:
        _check_shown(document, name)
        return
    version = document.get("version")
    if version in (1, 2, 3):
        what = f"{name} is a state of version {version}, which Terraform before 0.12 wrote"
        raise NotAState(what, f"with a newer Terraform, {do}")
    if version != VERSION or not isinstance(document.get("resources"), list):
        raise NotAState(f"{name} is not a state of Terraform, or of a version that cfstream cannot read", do)


def _check_shown(document: Mapping[str, Any], name: str) -> None:
    """Raise NotAState if what Terraform has printed as JSON is not a state with resources."""
    do = AGAIN.format(program="terraform")
    if str(document["format_version"]).partition(".")[0] not in SHOWN:
        raise NotAState(f"{name} is of a version that cfstream cannot read", do)
    if isinstance(document.get("values"), Mapping):
        return
    if "resource" in document:
        raise NotAState(f"{name} has one resource, from terraform state show, and not the whole state", do)
    if document.keys() - EMPTY:
        raise NotAState(f"{name} is not a state of Terraform", do)
    raise NotAState(f"{name} is an empty state: it has no resources", "run: terraform state list")


def _of_file(document: Mapping[str, Any]) -> Iterator[tuple[TerraformResource, bool]]:
    """Yield the managed resources of a state file, and whether each was replaced and is not deleted yet."""
    for row in document["resources"]:
        if row["mode"] != "managed":
            continue
        where = f"{row['module']}." if row.get("module") else ""
        for instance in row.get("instances") or ():
            index = _index(instance["index_key"]) if "index_key" in instance else ""
            attributes = dict(instance.get("attributes") or instance.get("attributes_flat") or {})
            address = _escaped(f"{where}{row['type']}.{row['name']}{index}")
            yield TerraformResource(address, row["type"], attributes), "deposed" in instance


def _of_show(values: Mapping[str, Any]) -> Iterator[tuple[TerraformResource, bool]]:
    """Yield the same of the output of ``show -json``, module by module."""
    modules = [values.get("root_module") or {}]
    while modules:
        module = modules.pop(0)
        modules += module.get("child_modules") or ()
        for row in module.get("resources") or ():
            if row.get("mode") == "managed":
                attributes = dict(row.get("values") or {})
                resource = TerraformResource(_escaped(row["address"]), row["type"], attributes)
                yield resource, "deposed_key" in row


def _index(key: object) -> str:
    """Return an index as in an address: ``[0]`` for `count`, ``["eu"]`` for `for_each`.

    Terraform writes a quotation mark, a backslash and the start of a template with an escape.
    """
    if isinstance(key, int):
        return f"[{key}]"
    text = re.sub(r'["\\]', r"\\\g<0>", str(key))
    return f'["{text.replace("${", "$${").replace("%{", "%%{")}"]'


def _escaped(address: str) -> str:
    """Return an address with HCL's escapes for characters that are not printable. Terraform reads them as the same.

    The address is printed as part of a command, and a control character could change what the terminal shows.
    """
    if address.isprintable():
        return address
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in address)


def _escape(sign: str) -> str:
    code = ord(sign)
    return _NAMED_ESCAPES.get(sign) or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
