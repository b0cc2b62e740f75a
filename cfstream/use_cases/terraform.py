"""A file with Terraform's state, the distributions in it, and the commands that remove resources from it."""

import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage, why_unread
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from cfstream.adoption import Account, Imported
    from cfstream.domain import LiveDistribution
    from cfstream.terraform import ManagedBySpec, TerraformResource, TerraformState

USUAL = "terraform.tfstate"
WORKSPACES = "terraform.tfstate.d"
"""The names of local states: of the default workspace, and of the folder with one folder for each other workspace."""

NAMED = 10
"""How many distributions an error lists."""


@dataclass(frozen=True)
class StateFile:
    """A file with a state. ``-`` is standard input."""

    path: str
    state: "TerraformState"

    def removal(self, *addresses: str) -> str:
        """Return the command that removes resources from the state, and leaves them in AWS.

        For a local state it works in any folder. It selects the workspace of the file first, and removes nothing if
        that fails. `&&` is the same in POSIX shells and in PowerShell 7. The folder of another file is not known.
        """
        place, program, select = Path(self.path), self.state.program, ""
        if self.path != "-" and place.name == USUAL:
            folder, named = place.parent, place.absolute().parent
            if named.parent.name == WORKSPACES:
                inside = folder.parent.name == WORKSPACES
                name, folder = named.name, (folder if inside else named).parent.parent
            else:
                name = "default"
            if folder != Path():
                program += f" -chdir={shlex.quote(folder.as_posix())}"
            select = f"{program} workspace select {shlex.quote(name)} && "
        return f"{select}{program} state rm {shlex.join(addresses)}"

    def chosen(self, target: str | None) -> "TerraformResource":
        """Return the distribution with this address, id, ARN or host name; without `target`, the only one.

        A distribution that Terraform has twice is one. Raises CannotImport if there is none, or if there are several.
        """
        from cfstream.adoption import CannotImport

        all_ = self.all()
        found = (
            all_
            if target is None
            else _once(each for each in self.state.distributions if target in _names(each))
        )
        if len(found) == 1:
            return found[0]
        listed = found or all_
        if not target:
            what = f"{self.path} has {len(all_)} distributions"
        elif found:
            what = f"{target} names {len(found)} distributions of {self.path}"
        else:
            what = f"{target} is not in {self.path}"
        lines = [f"{each.address}: {_named(each)}" for each in listed[:NAMED]]
        more = [f"and {len(listed) - NAMED} more"] if len(listed) > NAMED else []
        file = shlex.quote(self.path)
        do = f"name one of them: `cfstream import {listed[0].id} --from-terraform {file}`"
        if target is None:
            do += f"\nfor all of them: `cfstream import --all specs --from-terraform {file}`"
        raise CannotImport("\n".join([what, *lines, *more]), do)

    def all(self) -> "tuple[TerraformResource, ...]":
        """Return every distribution of the state, each once. Raises CannotImport if there is none."""
        self._refuse_none()
        return _once(self.state.distributions)

    def live(self, each: "TerraformResource", account: "Account") -> "LiveDistribution":
        """Return the live distribution of one in the state. Raises CannotImport if it is not in the account."""
        from cfstream.adoption import CannotImport, find

        try:
            found = find(account, each.text("arn") or each.id)
            if found.id != each.id:
                what = f"its id is {each.id}, and its ARN is that of {found.id}"
                raise CannotImport(
                    what, f"to repair the state, run: {self.state.program} apply -refresh-only"
                )
            return found
        except CannotImport as refusal:
            do = refusal.do
            if not any(row.id == each.id for row in account.rows) and "--profile" not in do:
                do = f"check --profile; if it was deleted, run: `{self.removal(*self.state.addresses(each.id))}`"
            raise CannotImport(f"{each.address} in {self.path}: {refusal.what}", do) from refusal

    def rows(self, account: "Account") -> "tuple[list[LiveDistribution], list[Imported]]":
        """Return the live distributions of the state, and a refusal for each one that is not in the account.

        Raises CannotImport if the state has no distribution.
        """
        from cfstream.adoption import CannotImport, Imported

        live, missing = [], []
        for each in self.all():
            try:
                live.append(self.live(each, account))
            except CannotImport as refusal:
                missing.append(Imported(_row(each), refusal=refusal))
        return live, missing

    def _refuse_none(self) -> None:
        from cfstream.adoption import CannotImport

        if not self.state.distributions:
            what = f"{self.path} has no aws_cloudfront_distribution"
            do = "name the state of the workspace that has it; to import it without a state, run: cfstream list"
            raise CannotImport(what, do)


def open_state(path: str) -> StateFile:
    """Read a state; ``-`` is standard input. Raises WrongUsage if it cannot be read, and NotAState."""
    from cfstream.terraform import decoded, read_state

    if path != "-" and Path(path).is_dir():
        do = "name the file; for a remote state, run: terraform state pull > state.json"
        raise WrongUsage(f"{path} is a directory, not a state of Terraform", do)
    try:
        text = _piped() if path == "-" else decoded(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        do = "name the state; for a remote state, run: terraform state pull > state.json"
        raise WrongUsage(f"{path or 'the empty name'}: {why_unread(error)}", do) from error
    return StateFile(path, read_state(text, "standard input" if path == "-" else path))


def _piped() -> str:
    """Return the text of standard input. It is read as bytes, because its encoding may not be that of the terminal."""
    from cfstream.terraform import decoded

    stream = getattr(sys.stdin, "buffer", None)
    return decoded(stream.read()) if stream else sys.stdin.read()


def with_belonging(file: StateFile, imported: "Mapping[str, Imported]") -> "tuple[Imported, ...]":
    """Return what was imported, by the address of its distribution, with what belongs to each in the state."""
    from cfstream.terraform import belonging

    found = belonging(file.state, {address: _managed(each) for address, each in imported.items()})
    return tuple(replace(each, terraform=found[address]) for address, each in imported.items())


def _managed(imported: "Imported") -> "ManagedBySpec | None":
    """Return what the imported spec manages besides the distribution; None if there is no spec."""
    from cfstream.adoption.planned import read
    from cfstream.spec.model import Dns
    from cfstream.terraform import CONTROL, GROUP, KEY, ManagedBySpec

    if not imported.text:
        return None
    spec = read(imported.text).spec
    grants = spec.grant.via == "bucket-policy" and spec.identity != "none"
    owned = {(GROUP, group.name) for group in spec.made_key_groups}
    owned |= {(KEY, key.name) for group in spec.made_key_groups for key in group.public_keys}
    if spec.identity == "oac" and not (spec.oac and spec.oac.id):
        owned.add((CONTROL, f"cfstream-{spec.name}"))
    return ManagedBySpec(
        bucket=spec.bucket.name if grants else "",
        cnames=frozenset(spec.cnames or ()) if isinstance(spec.dns, Dns) else frozenset(),
        owned=frozenset(owned),
    )


def _row(each: "TerraformResource") -> "LiveDistribution":
    """Return a distribution as the state has it, because it is not in the account."""
    from cfstream.domain import Delivery, LiveDistribution

    return LiveDistribution(
        Delivery.HTTP,
        id=each.id,
        arn=each.text("arn"),
        enabled=each.attributes.get("enabled") is not False,
        origins=(),
        behaviors=(),
        domain_name=each.text("domain_name"),
        aliases=tuple(sorted(each.texts("aliases"))),
    )


def _once(found: "Iterable[TerraformResource]") -> "tuple[TerraformResource, ...]":
    """Return each distribution once, with the first of its addresses."""
    by_id: dict[str, TerraformResource] = {}
    for each in found:
        by_id.setdefault(each.id, each)
    return tuple(by_id.values())


def _names(each: "TerraformResource") -> Sequence[str]:
    """Return everything that names a distribution of the state."""
    return (each.address, each.id, each.text("arn"), each.text("domain_name"), *each.texts("aliases"))


def _named(each: "TerraformResource") -> str:
    """Return a distribution's id and its host names."""
    return ", ".join(filter(None, [each.id, *(each.texts("aliases") or (each.text("domain_name"),))]))
