"""Rules about who may sign: public or not, key groups or trusted signers, and the keys in the groups."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from cfstream.spec.fault import Fault, Path, repeated
from cfstream.spec.http import Behavior
from cfstream.spec.key_groups import AnyKeyGroup, KeyGroup, PublicKey
from cfstream.spec.model import Spec
from cfstream.spec.wording import choices, shown

MAX_TRUSTED_SIGNERS = 5
"""Per behavior, and per streaming distribution (TooManyTrustedSigners). Not adjustable."""

WITH_KEYS = ("key_groups", "http")
"""The fields of a spec that name public keys."""

WHO_SIGNS = ("key_groups", "trusted_signers")
"""The fields of a spec, or of a behavior, that name signers."""

Signers: TypeAlias = Spec | Behavior
"""The sections that may name signers."""


def key_sites(spec: Spec) -> Iterator[tuple[Path, KeyGroup, PublicKey]]:
    """Yield each public key with its group and its path."""
    lists: list[tuple[Path, Sequence[AnyKeyGroup] | None]] = [(("key_groups",), spec.key_groups)]
    lists += [
        (("http", "behaviors", n, "key_groups"), b.key_groups) for n, b in enumerate(spec.http.behaviors)
    ]
    for path, groups in lists:
        for number, group in enumerate(groups or ()):
            if isinstance(group, KeyGroup):
                for place, key in enumerate(group.public_keys):
                    yield (*path, number, "public_keys", place), group, key


def somebody_may_sign(spec: Spec) -> Iterator[Fault]:
    """Yield a fault for a spec without signers that is not `public: true`."""
    if spec.public or spec.key_groups or spec.trusted_signers:
        return
    empty = next(((name,) for name in WHO_SIGNS if getattr(spec, name) is not None), ())
    add = "key_groups" if spec.delivery == "http" else "trusted_signers: [self]"
    what = "this spec names no signer, so anyone could watch"
    yield Fault(what, f"add {add}, or public: true if this is intended", empty, at_key=True)


def signers_of_the_default(spec: Spec) -> Iterator[Fault]:
    """Yield a fault for two kinds of signers, or for signers of a public spec."""
    yield from _one_sort(spec, ())


def signers_of_behaviors(spec: Spec) -> Iterator[Fault]:
    """Yield the same faults for each behavior, and one for an empty list."""
    for number, behavior in enumerate(spec.http.behaviors):
        path: Path = ("http", "behaviors", number)
        yield from _one_sort(behavior, path)
        if behavior.public or behavior.key_groups or behavior.trusted_signers:
            continue
        for name in WHO_SIGNS:
            if getattr(behavior, name) is not None:
                what = f"an empty {name} removes no signers: this behavior has those of the default one"
                do = "write public: true if nobody needs to sign, or delete it"
                yield Fault(what, do, (*path, name), at_key=True)
                break


def _one_sort(signers: Signers, path: Path) -> Iterator[Fault]:
    groups, accounts = signers.key_groups, signers.trusted_signers
    if groups and accounts:
        what = "key_groups and trusted_signers exclude each other in CloudFront"
        yield Fault(
            what, "keep key_groups, and delete trusted_signers", (*path, "trusted_signers"), at_key=True
        )
    if signers.public and (groups or accounts):
        named = "key_groups" if groups else "trusted_signers"
        what = f"`public: true` and {named} exclude each other"
        do = f"delete one of the two: `public: true` lets anyone watch, and {named} requires signatures"
        yield Fault(what, do, (*path, "public"), at_key=True)
    if accounts and len(accounts) > MAX_TRUSTED_SIGNERS:
        what = f"this list has {len(accounts)} trusted signers, and CloudFront accepts at most {MAX_TRUSTED_SIGNERS}"
        one_too_many = (*path, "trusted_signers", MAX_TRUSTED_SIGNERS)
        yield Fault(what, "use a key group, which has no such limit", one_too_many)
    yield from repeated(accounts, (*path, "trusted_signers"))
    names = [group.name if isinstance(group, KeyGroup) else group.use for group in groups or ()]
    yield from repeated(names, (*path, "key_groups"))


def keys_of_groups(spec: Spec) -> Iterator[Fault]:
    """Yield a fault for a group with two sets of keys, or a key with two files."""
    files: dict[str, str] = {}
    groups: dict[str, KeyGroup] = {}
    for path, group, key in key_sites(spec):
        first_of_group = path[-1] == 0
        if first_of_group and groups.setdefault(group.name, group) != group:
            what = f"the key group {shown(group.name)} is listed twice, with different keys"
            yield Fault(what, f"write {{use: {group.name}}} the second time", (*path[:-2], "name"))
        if files.setdefault(key.name, key.file) != key.file:
            what = f"the key {shown(key.name)} has two files, {shown(files[key.name])} and {shown(key.file)}"
            yield Fault(what, "give the new key a new name", (*path, "file"))
        if first_of_group:
            yield from repeated([each.name for each in group.public_keys], path[:-1])
        yield from repeated(key.replaces, (*path, "replaces"))
        if key.name in key.replaces:
            place = (*path, "replaces", key.replaces.index(key.name))
            yield Fault(f"{shown(key.name)} cannot replace itself", "name the older key", place)


def order_of_keys(spec: Spec) -> Iterator[Fault]:
    """Yield a fault for keys that replace each other in a circle."""
    for path, group, _ in key_sites(spec):
        if path[-1] != 0:
            continue
        names = [key.name for key in group.public_keys]
        try:
            TopologicalSorter({key.name: {*key.replaces} - {key.name} for key in group.public_keys}).prepare()
        except CycleError as error:
            circle = sorted(set(error.args[1]), key=names.index)
            what = f"{choices(map(shown, circle), 'and')} replace each other in a circle"
            place = (*path[:-1], names.index(circle[0]), "replaces")
            yield Fault(what, "let only newer keys replace older ones", place)
