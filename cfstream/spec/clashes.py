"""Find what two stacks both claim: a name, a key group or an adopted distribution of one account, or a cname.

A stack without `account` and `role` is in the account of the credentials, which is not known here. Such stacks are
compared with each other only. `clashes_in` compares them with all others once the account is known.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from cfstream.errors import Problem
from cfstream.spec.draft import SpecDraft
from cfstream.spec.fault import Path
from cfstream.spec.model import Spec
from cfstream.spec.signers import key_sites
from cfstream.spec.source import Document
from cfstream.spec.stack import Stack
from cfstream.spec.wording import choices, shown
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class Claim:
    """Something that only one stack can have, and the place of the claim."""

    kind: str
    word: str
    path: Path
    do: str
    everywhere: bool = False
    """Whether only one stack of all accounts can have it."""
    also: str = ""
    """The other claims of a copied spec."""


def clashes(drafts: Sequence[SpecDraft]) -> Iterator[Problem]:
    """Yield a problem for every claim that an earlier stack makes too; it names both places.

    Fields that have problems already claim nothing.
    """
    yield from _clashes((draft.document, draft.spec, _account(draft), draft.trouble) for draft in drafts)


def clashes_in(stacks: Iterable[Stack], account: str) -> Iterator[Problem]:
    """Yield the same problems for valid stacks, with `account` as the account of the credentials."""
    nothing: frozenset[str] = frozenset()
    yield from _clashes((each.document, each.spec, each.spec.home or account, nothing) for each in stacks)


def _clashes(claimants: Iterable[tuple[Document, Spec, str, Collection[str]]]) -> Iterator[Problem]:
    first: dict[tuple[str, str, str], tuple[Document, Path]] = {}
    for document, spec, account, trouble in claimants:
        taken: dict[int, list[tuple[Claim, Document, Path]]] = {}
        for claim in _claims(spec):
            if claim.path[0] in trouble:
                continue
            key = (claim.kind, claim.word, "" if claim.everywhere else account)
            other, path = first.setdefault(key, (document, claim.path))
            if other is not document:
                taken.setdefault(id(other), []).append((claim, other, path))
        for found in taken.values():
            yield from _taken(document, found)


def _taken(document: Document, found: Sequence[tuple[Claim, Document, Path]]) -> Iterator[Problem]:
    """Yield the problems for the claims that one other stack makes too; one for a copy, which has its name too."""
    claim, other, path = found[0]
    if claim.path == ("name",):
        found = found[:1] if len(found) == 1 else [(_copied(found), other, path)]
    for each, there, place in found:
        where = there.source.where(there.spot(*place))
        what = f"{each.kind} {shown(each.word)} is taken by the stack at {where}"
        if each.also:
            what = f"this stack and the one at {where} are copies: both have {each.kind} {shown(each.word)}{each.also}"
        yield document.source.problem(document.spot(*each.path), what, each.do)


def _copied(found: Sequence[tuple[Claim, Document, Path]]) -> Claim:
    """Return the claims of a copied spec as one."""
    name, *others = dict.fromkeys(claim for claim, _, _ in found)
    words = dict.fromkeys(f"{each.kind} {shown(each.word)}" for each in others)
    also = "".join(f", {each}" for each in words)
    kinds = [each.kind.removeprefix("the ") for each in (name, *others)]
    do = f"give this stack its own {choices(dict.fromkeys(kinds), 'and')}; or delete one of the two"
    return replace(name, do=do, also=also)


def _account(draft: SpecDraft) -> str:
    return "" if {"account", "role"} & draft.trouble else draft.spec.home


def _claims(spec: Spec) -> Iterator[Claim]:
    yield Claim("the name", spec.name, ("name",), "give this stack another name")
    for number, cname in enumerate(spec.cnames or ()):
        do = "delete it from one of them: a host name belongs to one distribution"
        yield Claim("the cname", cname, ("cnames", number), do, everywhere=True)
    for path, group, _ in key_sites(spec):
        do = f"write {{use: {group.name}}} in the stack that does not own it"
        yield Claim("the key group", group.name, (*path[:-2], "name"), do)
    if spec.adopt:
        yield Claim(
            "the distribution", spec.adopt, ("adopt",), "let one of the stacks adopt it", everywhere=True
        )
