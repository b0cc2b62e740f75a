"""Find what two stacks both claim: a name, a cname, a key group, an adopted distribution."""

from collections.abc import Iterator, Sequence

from cfstream.errors import Problem
from cfstream.spec.draft import SpecDraft
from cfstream.spec.fault import Path
from cfstream.spec.model import Spec
from cfstream.spec.signers import key_sites
from cfstream.spec.wording import shown
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Claim:
    """Something that only one stack can have, and the place of the claim."""

    kind: str
    word: str
    path: Path
    do: str


def clashes(drafts: Sequence[SpecDraft]) -> Iterator[Problem]:
    """Yield a problem for every claim that an earlier stack makes too; it names both places.

    Fields that have problems already claim nothing.
    """
    first: dict[tuple[str, str], tuple[SpecDraft, Path]] = {}
    for draft in drafts:
        for claim in _claims(draft.spec):
            if claim.path[0] in draft.trouble:
                continue
            other, path = first.setdefault((claim.kind, claim.word), (draft, claim.path))
            if other is not draft:
                there = other.document.source.where(other.document.spot(*path))
                what = f"{claim.kind} {shown(claim.word)} is taken by the stack at {there}"
                spot = draft.document.spot(*claim.path)
                yield draft.document.source.problem(spot, what, claim.do)


def _claims(spec: Spec) -> Iterator[Claim]:
    yield Claim("the name", spec.name, ("name",), "give this stack another name")
    for number, cname in enumerate(spec.cnames or ()):
        do = "delete it from one of them: a host name belongs to one distribution"
        yield Claim("the cname", cname, ("cnames", number), do)
    for path, group, _ in key_sites(spec):
        do = f"write {{use: {group.name}}} in the stack that does not own it"
        yield Claim("the key group", group.name, (*path[:-2], "name"), do)
    if spec.adopt:
        yield Claim("the distribution", spec.adopt, ("adopt",), "let one of the stacks adopt it")
