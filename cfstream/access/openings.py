"""Finds who can read, list, write or manage without being part of the account or listed in the spec. Pure.

Everyone outside the account is an opening, unless the spec lists them or AWS's services need the access.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from cfstream.access.closing import (
    OpenedByAcls,
    closing_distribution,
    closing_statements,
    listing_field,
)
from cfstream.access.evaluation import Evaluation, General, ReadAccess
from cfstream.access.expected import Expected, declared_public
from cfstream.access.partition import Cell
from cfstream.access.policy import Classification, Declared, ReaderClass, Requester, classify, classify_reader
from cfstream.access.readable import readable_paths
from cfstream.access.reader import ANYONE, May, Reader, ReaderKind
from cfstream.access.report import Opening
from cfstream.access.route import path_of
from cfstream.access.statements import OBJECT_ACL
from cfstream.spec.wording import some_of
from cfstream.startup.frozen import dataclass
from cfstream.values import plain

POLICY, ACLS, DISTRIBUTIONS = "policy", "ACLs", "distributions"
"""The part that gives the access: the sort of an opening, and its heading in `verify`."""

_WHAT = {
    May.READ: "can read",
    May.LIST: "can list the objects",
    May.WRITE: "can write objects",
    May.MANAGE: "can change who can read",
}


@dataclass(frozen=True)
class JudgedOpenings:
    """The openings, and notes about readers that are not openings."""

    openings: tuple[Opening, ...]
    notes: tuple[str, ...]


def openings(found: Evaluation, expected: Expected) -> JudgedOpenings:
    """Return the openings of a model, one for each reader and way, the widest first."""
    notes: dict[str, None] = dict.fromkeys(_public_elsewhere(found, expected))
    accesses = _opened_accesses(found, expected, notes)
    general = _opened_general(found, expected, notes)
    notes.update(dict.fromkeys(_public_past_cloudfront(found, expected, [each.by for _, each in accesses])))
    acls = OpenedByAcls.of(found, [access for _, access in accesses], general)
    judged = [
        *(_of_access(acls, cell, access, expected) for cell, access in accesses),
        *(_of_general(acls, each, expected) for each in general),
    ]
    return JudgedOpenings(tuple(sorted(judged, key=_order)), tuple(notes))


def _opened_accesses(
    found: Evaluation, expected: Expected, notes: dict[str, None]
) -> Collection[tuple[Cell, ReadAccess]]:
    """Return who can read and should not, once for each reader and way. Add the notes about others to `notes`."""
    opened: dict[tuple[object, ...], tuple[Cell, ReadAccess]] = {}
    for cell, access in found.rows:
        point = classify_access(found, cell, access, expected)
        if point.note:
            notes[point.note] = None
        if point.reader_class is ReaderClass.OPENING:
            path = access.behavior.path if access.behavior else None
            key = (access.reader, access.distribution_id, path, access.by)
            opened.setdefault(key, (cell, access))
    return opened.values()


def _opened_general(found: Evaluation, expected: Expected, notes: dict[str, None]) -> Collection[General]:
    """Return who may list, write or manage and should not, as `_opened_accesses`."""
    opened: dict[tuple[object, ...], General] = {}
    for each in found.general:
        point = classify_general(found, each, expected)
        if point.note:
            notes[point.note] = None
        if point.reader_class is ReaderClass.OPENING:
            path = (each.access.distribution_id, each.access.behavior) if each.access else None
            opened.setdefault((each.reader, each.may, each.by, path), each)
    return opened.values()


def _public_elsewhere(found: Evaluation, expected: Expected) -> Iterator[str]:
    """Yield a note with the paths that other stacks open, because specs of the run declare that."""
    places: dict[str, dict[str, None]] = {}
    for cell, access in found.rows:
        stack = found.model.stacks.get(access.distribution_id)
        if (
            stack not in (None, expected.stack)
            and access.behavior is not None
            and access.reader == ANYONE
            and declared_public(cell, access, expected)
        ):
            places.setdefault(stack, {}).update(dict.fromkeys(paths(found, cell, access)))
    if places:
        named = [f"{stack} ({', '.join(sorted(own))})" for stack, own in sorted(places.items())]
        declared = "anyone can read paths of other stacks of this run, whose specs declare them public"
        yield f"{declared}: {some_of(named, 5)}"


def _public_past_cloudfront(
    found: Evaluation, expected: Expected, opened: Collection[tuple[str, ...]]
) -> Iterator[str]:
    """Yield a note with the paths that S3 also serves to anyone, for each grant that opens only declared paths.

    A spec that lets CloudFront read as anyone declares the grant itself.
    """
    places: dict[tuple[str, ...], dict[str, None]] = {}
    for cell, access in found.rows if expected.public else ():
        declared = expected.public.get(cell, ())
        if (
            access.direct
            and who(access) == ANYONE.prose
            and access.by not in opened
            and not any(each.by == access.by for each in declared)
            and declared_public(cell, access, expected)
        ):
            places.setdefault(access.by, {}).update(dict.fromkeys(paths(found, cell, access)))
    for by, read in places.items():
        text = f"S3 also serves {_some(list(read))} to anyone, without CloudFront: {', '.join(_named(by))}"
        yield f"{text}. These paths are declared public, so it is not an opening"


def classify_access(found: Evaluation, cell: Cell, access: ReadAccess, expected: Expected) -> Classification:
    """Return the class of a reader towards the stack, for one of its ways into a cell."""
    if access.reader == ANYONE and declared_public(cell, access, expected):
        return Classification(ReaderClass.INSIDE)
    if access.behavior is None:
        return _direct(found, access, expected)
    if access.reader == ANYONE:
        return _unsigned(found, access, expected)
    return _signed(found, access, expected)


def classify_general(seen: Evaluation, found: General, expected: Expected) -> Classification:
    """Return the class of a reader that may list, write or manage."""
    if found.access is not None:
        ask = _unsigned if found.reader == ANYONE else _signed
        return ask(seen, found.access, expected, found.may)
    if found.requester is None:
        return classify_reader(found.reader, found.may, expected.declared)
    return classify(found.requester, found.may, _declared(seen, expected), found.statements)


def _direct(found: Evaluation, access: ReadAccess, expected: Expected) -> Classification:
    if access.requester is None:
        return classify_reader(access.reader, May.READ, expected.declared)
    return classify(access.requester, May.READ, _declared(found, expected), access.statements)


def _declared(found: Evaluation, expected: Expected) -> Declared:
    return replace(expected.declared, unplaced=found.unplaced) if found.unplaced else expected.declared


def _unsigned(_: Evaluation, access: ReadAccess, expected: Expected, may: May = May.READ) -> Classification:
    """Return the class of unsigned access, which is an opening unless the spec lists the distribution."""
    if access.distribution is None or _listed(access, expected, may) is None:
        return Classification(ReaderClass.OPENING)
    note = f"the distribution {plain(access.distribution_id)} is listed in {listing_field(may)}, and serves anyone"
    return Classification(ReaderClass.EXPECTED, note)


def _signed(found: Evaluation, access: ReadAccess, expected: Expected, may: May = May.READ) -> Classification:
    """Return the class of signed access: signers of cfstream stacks, and the account itself, are inside."""
    inside = (
        access.reader in expected.signers
        or access.distribution_id == found.model.own
        or access.distribution_id in found.model.stacks
        or access.reader == Reader(ReaderKind.SIGNER, expected.declared.account)
    )
    if inside:
        return Classification(ReaderClass.INSIDE)
    if _listed(access, expected, may) is not None or _lists_signer(access.reader, expected, may):
        return Classification(ReaderClass.EXPECTED)
    return Classification(ReaderClass.OPENING)


def _listed(access: ReadAccess, expected: Expected, may: May) -> str | None:
    """Return the entry of the spec that lists the distribution, if there is one. Its account covers it too."""
    arn = access.distribution.arn if access.distribution else ""
    if not isinstance(arn, str):
        return None
    account = arn.split(":")[4] if arn.count(":") >= 5 else ""
    return next((each for each in expected.declared.listed(may) if each in (arn, account)), None)


def _lists_signer(reader: Reader, expected: Expected, may: May) -> bool:
    return reader.kind is ReaderKind.SIGNER and reader.name in expected.declared.listed(may)


def _of_access(acls: OpenedByAcls, cell: Cell, access: ReadAccess, expected: Expected) -> Opening:
    found = acls.found
    sort = DISTRIBUTIONS if access.behavior else ACLS if access.by == (OBJECT_ACL,) else POLICY
    keys = acls.objects(access.reader, May.READ) if sort == ACLS else ()
    named = _some([f"/{key}" for key in keys]) if keys else ", ".join(paths(found, cell, access))
    text = f"{who(access)} can read {named}: {how(found, access)}"
    if sort == POLICY:
        do = closing_statements(found.model, access.reader, May.READ, access.statements)
    elif sort == ACLS:
        do = acls.closing_objects(access.reader, May.READ)
    else:
        do = _closing_distribution(found, access, expected)
    return Opening(
        text + _unless(access.certain, access.undecided), do, sort, access.reader, witness_path(cell, access)
    )


def _of_general(acls: OpenedByAcls, each: General, expected: Expected) -> Opening:
    found = acls.found
    sort = DISTRIBUTIONS if each.access else ACLS if each.requester is None else POLICY
    by = how(found, each.access) if each.access else ", ".join(_named(each.by))
    of = "" if each.may is May.MANAGE else " of"
    named = f"{of} {_some(each.paths)}" if each.paths else ""
    text = f"{_reader_text(each.reader, each.requester)} {_WHAT[each.may]}{named}: {by}"
    if each.access:
        do = _closing_distribution(found, each.access, expected, each.may)
    elif sort == POLICY:
        do = closing_statements(found.model, each.reader, each.may, each.statements)
    elif each.by == (OBJECT_ACL,):
        do = acls.closing_objects(each.reader, each.may)
    else:
        do = acls.closing_bucket(each.reader, each.may)
    return Opening(
        text + _unless(each.certain, each.undecided),
        do,
        sort,
        each.reader,
        each.paths[0] if each.paths else "",
    )


def _some(paths: Sequence[str]) -> str:
    """Return the first three of the paths."""
    return f"{', '.join(paths[:3])}{', …' if len(paths) > 3 else ''}"


def _closing_distribution(
    found: Evaluation, access: ReadAccess, expected: Expected, may: May = May.READ
) -> str:
    if _is_own(found, access):
        return _closing_own(access, expected)
    return closing_distribution(found.model, access, may, expected.flags)


def _is_own(found: Evaluation, access: ReadAccess) -> bool:
    return access.behavior is not None and access.distribution_id == found.model.own


def _closing_own(access: ReadAccess, expected: Expected) -> str:
    """Return how to close what the stack's own distribution opens: its spec decides who must sign there."""
    path = access.behavior.path if access.behavior else ""
    declare = (
        f'write `{{path: "{path}", public: true}}` in http.behaviors' if path else "write `public: true`"
    )
    if expected.repair:
        return f"require signatures again (or, if it is intended, {declare}); {expected.repair}"
    return f"give {f'the behavior {path}' if path else 'the default behavior'} signers, or {declare}"


def who(access: ReadAccess) -> str:
    """Return a reader as text, with its way if the reader alone does not show it."""
    return _reader_text(access.reader, access.requester)


def _reader_text(reader: Reader, requester: Requester | None) -> str:
    """Return a reader with its kind of request, if the reader alone does not show it."""
    return f"{reader.prose} {requester.via if requester else ''}".rstrip()


def how(found: Evaluation, access: ReadAccess) -> str:
    """Return a way as text: ``distribution E1UGDLB9XZBD79, statement cfstream-lectures-oac``."""
    return ", ".join([*_through(found, access), *_named(access.by)])


def _through(found: Evaluation, access: ReadAccess) -> Iterator[str]:
    if access.behavior is not None:
        signed = "" if access.behavior.signers else " (unsigned)"
        yield distribution_words(found, access) + signed


def distribution_words(found: Evaluation, access: ReadAccess) -> str:
    """Return the distribution of a way as text: its id and its stack; without the id if it does not exist yet."""
    kind = access.distribution.delivery.words if access.distribution else "distribution"
    if access.distribution_id == found.model.own:
        return f"the stack's own {kind}"
    stack = found.model.stacks.get(access.distribution_id)
    if isinstance(access.distribution_id, str):
        return f"{kind} {access.distribution_id}{f' of stack {stack}' if stack else ''}"
    return f"the new {kind} of {stack or 'another stack'}"


def _named(by: Sequence[str]) -> list[str]:
    return [f"bucket policy {each}" if each.startswith("statement") else each for each in by]


def paths(found: Evaluation, cell: Cell, access: ReadAccess) -> tuple[str, ...]:
    """Return the paths that a way leads to: those of a behavior, the resources of statements, or one object."""
    if access.behavior is not None:
        return readable_paths(found.model, access)
    if not access.statements:
        return (witness_path(cell, access),)
    resources = (each for statement in access.statements for each in statement.resources or ("*",))
    return tuple(dict.fromkeys(key_path(each, found.model.bucket.name) for each in resources))


def key_path(resource: str, bucket: str) -> str:
    """Return the keys of a Resource as a path; ``/*`` if it is wider than the bucket.

    In the policy of an access point the keys follow ``/object/`` (S3 User Guide, "Configuring IAM policies for using
    access points").
    """
    mark = "/object/" if ":accesspoint/" in resource else f":::{bucket}/"
    _, found, key = resource.partition(mark)
    return f"/{key}" if found else "/*"


def witness_path(cell: Cell, access: ReadAccess) -> str:
    """Return the path with which a viewer requests the witness of a cell in this way."""
    return access.path or path_of(access.origin.path if access.origin else "", cell.witness)


def _unless(certain: bool, undecided: Sequence[str]) -> str:  # noqa: FBT001 (a fact about a way)
    return "" if certain else f" (unless this prevents it: {'; '.join(undecided)})"


def _order(opening: Opening) -> tuple[bool, str, str]:
    return (opening.reader.kind is not ReaderKind.ANYONE, opening.sort, opening.text)
