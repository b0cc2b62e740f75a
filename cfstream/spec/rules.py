"""Rules between the fields of one spec.

Lives here: what two fields may not say together, and lists that repeat themselves. Does not live here: rules about
one value (`fields`), and rules between stacks (`clashes`). A rule is a pure function from a spec to faults; it names
the top-level fields that it reads, and is not asked when one of them has a problem already.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cfstream.spec.fields import MAX_COMMENT
from cfstream.spec.model import AnyKeyGroup, Behavior, KeyGroup, PublicKey, Spec
from cfstream.spec.source import Step
from cfstream.spec.wording import choices, shown

Path: TypeAlias = tuple[Step, ...]

MAX_TRUSTED_SIGNERS = 5
"""Of a behavior, and of a streaming distribution (TooManyTrustedSigners). Not adjustable."""

Signers: TypeAlias = Spec | Behavior
"""What may name signers."""


@dataclass(frozen=True)
class Fault:
    """What is wrong, what to do, and the path of the field; `at_key` points at the key instead of the value."""

    what: str
    do: str
    path: Path
    at_key: bool = False


def faults(spec: Spec, trouble: frozenset[str]) -> Iterator[Fault]:
    """Every fault between the fields of `spec`, but for rules that read a field in `trouble`."""
    for reads, rule in RULES:
        if trouble.isdisjoint(reads):
            yield from rule(spec)


def key_sites(spec: Spec) -> Iterator[tuple[Path, KeyGroup, PublicKey]]:
    """Each place where a public key is written, with its group and its path."""
    lists: list[tuple[Path, Sequence[AnyKeyGroup] | None]] = [(("key_groups",), spec.key_groups)]
    lists += [
        (("http", "behaviors", n, "key_groups"), b.key_groups) for n, b in enumerate(spec.http.behaviors)
    ]
    for path, groups in lists:
        for number, group in enumerate(groups or ()):
            if isinstance(group, KeyGroup):
                for place, key in enumerate(group.public_keys):
                    yield (*path, number, "public_keys", place), group, key


def _one_identity(spec: Spec) -> Iterator[Fault]:
    named = [name for name in ("oac", "oai", "origin_access") if getattr(spec, name) is not None]
    if len(named) > 1:
        what = f"{' and '.join(named)} exclude each other: CloudFront reads the bucket in one way"
        yield Fault(what, f"keep one of {choices(named)}", (named[-1],), at_key=True)


def _rtmp_lacks(spec: Spec) -> Iterator[Fault]:
    if spec.delivery != "rtmp":
        return
    instead = {"oac": "write oai: {}", "key_groups": "write trusted_signers: [self]", "http": "take it out"}
    for name, do in instead.items():
        if name in spec.model_fields_set:
            yield Fault(
                f"{name} is for delivery http; a streaming distribution has no such thing", do, (name,), True
            )


def _means_of_the_grant(spec: Spec) -> Iterator[Fault]:
    grant = spec.grant
    if spec.identity == "none" and "grant" in spec.model_fields_set:
        what = "with origin_access: none there is no identity to grant anything to"
        yield Fault(
            what, "take grant out, or write oac: {} instead of origin_access", ("grant",), at_key=True
        )
    elif grant.via == "object-acl" and spec.identity != "oai":
        what = "a grant by object-acl needs an origin access identity; an ACL cannot name an OAC"
        yield Fault(what, "write oai: {}, or via: bucket-policy", ("grant", "via"))
    if grant.permission == "FULL_CONTROL" and grant.via != "object-acl":
        what = "FULL_CONTROL is a permission of ACLs; a bucket policy grants reading alone"
        yield Fault(what, "write permission: READ, or via: object-acl", ("grant", "permission"))


def _identity_in_use(spec: Spec) -> Iterator[Fault]:
    if spec.oai is None or spec.oai.comment is None:
        return
    room = MAX_COMMENT - len(f"cfstream:{spec.name} ")
    if spec.oai.id is not None:
        what = "an identity that is used by its id is never changed, so it takes no comment"
        yield Fault(what, "take comment or id out", ("oai", "comment"), at_key=True)
    elif len(spec.oai.comment) > room:
        what = f"beside the mark cfstream:{spec.name} there is room for {room} characters, and these are "
        yield Fault(what + str(len(spec.oai.comment)), "shorten it", ("oai", "comment"))


def _somebody_may_sign(spec: Spec) -> Iterator[Fault]:
    if spec.public or spec.key_groups or spec.trusted_signers:
        return
    empty = next(
        (name for name in ("key_groups", "trusted_signers") if getattr(spec, name) is not None), None
    )
    add = "key_groups" if spec.delivery == "http" else "trusted_signers: [self]"
    what = "this spec names nobody who may sign, so everybody could watch"
    yield Fault(what, f"add {add}, or public: true if that is meant", (empty,) if empty else (), at_key=True)


def _signers_of_the_default(spec: Spec) -> Iterator[Fault]:
    yield from _signers(spec, ())


def _signers_of_behaviors(spec: Spec) -> Iterator[Fault]:
    for number, behavior in enumerate(spec.http.behaviors):
        path: Path = ("http", "behaviors", number)
        yield from _signers(behavior, path)
        for name in ("key_groups", "trusted_signers"):
            if getattr(behavior, name) == () and not (
                behavior.public or behavior.key_groups or behavior.trusted_signers
            ):
                what = f"an empty {name} takes no signers off: a behavior without signers of its own has the default's"
                yield Fault(
                    what, "write public: true if nobody needs to sign, or take it out", (*path, name), True
                )
                break


def _signers(signers: Signers, path: Path) -> Iterator[Fault]:
    groups, accounts = signers.key_groups, signers.trusted_signers
    if groups and accounts:
        what = "key_groups and trusted_signers exclude each other: CloudFront takes one of them"
        yield Fault(
            what, "keep key_groups, and take trusted_signers out", (*path, "trusted_signers"), at_key=True
        )
    if signers.public and (groups or accounts):
        named = "key_groups" if groups else "trusted_signers"
        what = f"public: true says that nobody needs to sign, and {named} says who may"
        yield Fault(what, f"take public or {named} out", (*path, "public"), at_key=True)
    if accounts and len(accounts) > MAX_TRUSTED_SIGNERS:
        what = (
            f"CloudFront takes at most {MAX_TRUSTED_SIGNERS} trusted signers, and these are {len(accounts)}"
        )
        yield Fault(
            what, "use a key group, which has no such limit", (*path, "trusted_signers", MAX_TRUSTED_SIGNERS)
        )
    yield from _repeated(accounts, (*path, "trusted_signers"))
    names = [group.name if isinstance(group, KeyGroup) else group.use for group in groups or ()]
    yield from _repeated(names, (*path, "key_groups"))


def _repeated(words: Sequence[str] | None, path: Path) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, word in enumerate(words or ()):
        if word in seen:
            yield Fault(f"{shown(word)} stands here twice", "take one of them out", (*path, number))
        seen.add(word)


def _cnames_once(spec: Spec) -> Iterator[Fault]:
    yield from _repeated(spec.cnames, ("cnames",))


def _paths_once(spec: Spec) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, behavior in enumerate(spec.http.behaviors):
        # CloudFront takes "posters/*" and "/posters/*" for the same pattern.
        pattern = behavior.path.removeprefix("/")
        if pattern in first:
            what = f"{shown(behavior.path)} is the pattern of behaviors[{first[pattern]}] already, which comes first"
            yield Fault(what, "join the two, or take one out", ("http", "behaviors", number, "path"))
        first.setdefault(pattern, number)


def _keys_of_groups(spec: Spec) -> Iterator[Fault]:
    files: dict[str, str] = {}
    groups: dict[str, KeyGroup] = {}
    for path, group, key in key_sites(spec):
        if groups.setdefault(group.name, group) != group and path[-1] == 0:
            what = f"the key group {shown(group.name)} is written twice, with different keys"
            yield Fault(what, f"write {{use: {group.name}}} the second time", (*path[:-2], "name"))
        if files.setdefault(key.name, key.file) != key.file:
            what = f"the key {shown(key.name)} has two files, {shown(files[key.name])} and {shown(key.file)}"
            yield Fault(what, "give the new key a new name", (*path, "file"))
        if key.name in key.replaces:
            place = key.replaces.index(key.name)
            yield Fault(
                f"{shown(key.name)} cannot replace itself", "name the older key", (*path, "replaces", place)
            )
        yield from _repeated(key.replaces, (*path, "replaces"))
        if path[-1] == 0:
            yield from _keys_of_group(group, path[:-1])


def _keys_of_group(group: KeyGroup, path: Path) -> Iterator[Fault]:
    keys = {key.name: key for key in group.public_keys}
    seen: set[str] = set()
    for number, key in enumerate(group.public_keys):
        if key.name in seen:
            yield Fault(
                f"{shown(key.name)} stands in this group twice", "take one out", (*path, number, "name")
            )
        seen.add(key.name)
        for place, old in enumerate(key.replaces):
            if old != key.name and old in keys and key.name in keys[old].replaces and old in seen:
                what = f"{shown(key.name)} and {shown(old)} cannot replace each other"
                yield Fault(
                    what, "let only the newer key replace the older", (*path, number, "replaces", place)
                )


def _cors_credentials(spec: Spec) -> Iterator[Fault]:
    cors = spec.http.cors
    if cors and cors.credentials and "*" in cors.origins:
        what = "browsers send no credentials where every origin is allowed"
        yield Fault(what, "name the origins, or take credentials out", ("http", "cors", "credentials"))


RULES: tuple[tuple[tuple[str, ...], Callable[[Spec], Iterator[Fault]]], ...] = (
    (("oac", "oai", "origin_access"), _one_identity),
    (("delivery", "oac", "key_groups", "http"), _rtmp_lacks),
    (("delivery", "oac", "oai", "origin_access", "grant"), _means_of_the_grant),
    (("name", "oai"), _identity_in_use),
    (("delivery", "key_groups", "trusted_signers", "public"), _somebody_may_sign),
    (("key_groups", "trusted_signers", "public"), _signers_of_the_default),
    (("http",), _signers_of_behaviors),
    (("cnames",), _cnames_once),
    (("http",), _paths_once),
    (("key_groups", "http"), _keys_of_groups),
    (("http",), _cors_credentials),
)
