"""The documents of ``plan --format json`` and ``apply --format json`` as types, and as JSON Schemas for other programs.

The schemas are checked in as ``schemas/plan.v1.json`` and ``schemas/report.v1.json``. Members may be added, so they
allow unknown ones.
"""

from typing import (
    Any,
    Literal,
    NotRequired,  # pydantic needs this one before Python 3.12
)

from pydantic import TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from cfstream.access.reader import May
from cfstream.applying import StackOutcome, StepOutcome
from cfstream.steps.hazards import HazardName
from cfstream.values import Verb

described = with_config(use_attribute_docstrings=True)
"""Makes the docstrings below members their descriptions in the schema."""


@described
class ProblemDocument(TypedDict):
    """Something that prevents apply."""

    file: str
    """The spec or plan file, as it was given."""
    line: int
    col: int
    what: str
    do: str
    """How to fix it."""


@described
class ErrorDocument(TypedDict):
    """What a command prints in place of its own document if it ends before."""

    format_version: Literal[1]
    exit_code: int
    error: "WhatAndDo"
    problems: list[ProblemDocument]


@described
class WhatAndDo(TypedDict):
    """An error and its fix."""

    what: str
    do: str


@described
class NoticeDocument(TypedDict):
    """Something that a person should know."""

    text: str
    warning: bool
    do: NotRequired[str]


@described
class LiveDocument(TypedDict):
    """The stack's distribution before the plan; all null if there is none."""

    distribution_id: str | None
    domain_name: str | None
    status: str | None
    etag: str | None


@described
class ReliedDocument(TypedDict):
    """Something that the plan was made from. A saved plan is stale if its content has changed."""

    address: str
    etag: str | None
    sha256: str


@described
class HazardDocument(TypedDict):
    """A dangerous effect of a step, which ``apply --allow NAME`` must allow."""

    name: HazardName
    step: str | None
    """The id of the step."""
    text: str
    allowed: NotRequired[bool]
    """True if the run allows it; absent if not."""


@described
class AccessRowDocument(TypedDict):
    """What one reader may do with the same paths in the same way."""

    reader: str
    """``anyone``, ``key-group N``, ``signer A``, ``account A``, ``principal ARN``, ``oai E`` and so on."""
    may: May
    paths: list[str]
    """The path patterns of viewers' requests."""
    witness: str
    """An example of an object key. The object need not exist."""
    certain: bool
    """False if a clause could not be decided. The answer then counts as yes."""
    before: bool | None
    """Whether it holds before the plan; null without a plan."""
    after: bool | None
    by: str
    """The way: the distribution, identity, statement or ACL."""
    opening: bool
    """Whether the spec does not name this reader."""
    undecided: NotRequired[list[str]]
    """The clauses that could not be decided."""
    excluded: NotRequired[list[str]]
    """The path patterns that `paths` include and that this reader cannot read: behaviors with other signers."""


@described
class ExposureDocument(TypedDict):
    """Who can read, before and after the plan."""

    before: list[str]
    after: list[str]
    openings: list[str]
    """Readers and managers that the spec does not name."""
    access: list[AccessRowDocument]


@described
class ChangeDocument(TypedDict):
    """One changed field."""

    field: str
    """The path in the spec."""
    before: Any
    after: Any
    """``{"known_after": STEP}`` if only that step's reply shows the value."""
    added: NotRequired[list[Any]]
    """The new members, if both values are lists."""
    removed: NotRequired[list[Any]]
    """The members that the new list no longer has."""
    kept: NotRequired[int]
    """The number of members that both lists have."""


@described
class StepDocument(TypedDict):
    """One step, in the order in which they run."""

    id: str
    verb: Verb
    address: str
    because: str
    if_match: str | None
    """The ETag that the write requires."""
    needs: list[str]
    """The ids of the steps that must be done before."""
    spec_line: int | None
    changes: list[ChangeDocument]
    sends: str
    """The digest of the whole document that the step writes."""


@described
class EngineEstimateDocument(TypedDict):
    """The estimate for one engine."""

    engine: Literal["local", "s3-batch"]
    objects: int
    """The objects that it goes through."""
    calls: int
    """The calls of this machine."""
    minutes: int
    fast_minutes: int | None
    """The minutes with the extra fast; null if it makes no difference."""
    unconfirmed_dollars: float | None
    """The price without S3's requests; null for an engine without a price of its own."""


@described
class GrantEstimateDocument(TypedDict):
    """What a grant on objects takes with each engine. All numbers are estimates."""

    objects: int
    lacking: int
    """Objects without the grant."""
    at_least: bool
    """Whether there may be many more objects, because only a sample was read."""
    engine: Literal["local", "s3-batch"]
    """The engine that the plan uses."""
    because: str
    engines: list[EngineEstimateDocument]


@described
class StackDocument(TypedDict):
    """The plan of one stack."""

    name: str
    account: str
    role: NotRequired[str]
    """The role that is assumed for the stack."""
    spec: str
    spec_sha256: str
    in_sync: bool
    after: NotRequired[list[str]]
    """The stacks that must be applied before."""
    live: LiveDocument
    relied_on: list[ReliedDocument]
    problems: list[ProblemDocument]
    notices: list[NoticeDocument]
    hazards: list[HazardDocument]
    exposure: ExposureDocument
    steps: list[StepDocument]
    grant_estimate: NotRequired[GrantEstimateDocument]
    """Absent without a grant on objects, and for small buckets."""


@described
class SnapshotDocument(TypedDict):
    """The snapshot that a plan was made from in place of AWS: ``plan --live``."""

    file: str
    taken: str
    """The time at which it was recorded, in ISO 8601."""
    age_seconds: int
    """Its age when the plan was made."""
    text: str
    """The same for people, with a warning if it is old."""


@described
class PlanDocument(TypedDict):
    """What apply would do."""

    format_version: Literal[1]
    cfstream_version: str
    account: str | None
    """Null if the run covers several accounts."""
    in_sync: bool
    fingerprint: str
    """A saved plan is applied only if planning again gives the same fingerprint."""
    summary: dict[Verb, int]
    """The number of steps by verb."""
    stacks: list[StackDocument]
    snapshot: NotRequired[SnapshotDocument]
    """Absent if the plan was made from AWS."""
    exit_code: NotRequired[int]
    """That of the command which printed the plan; a saved plan has none."""


@described
class RecordDocument(TypedDict):
    """A DNS record that makes a cname work."""

    name: str
    type: str
    value: str


@described
class OutputsDocument(TypedDict):
    """What other programs need of a stack; null if it is not known."""

    distribution_id: str | None
    domain_name: str | None
    status: str | None
    etag: str | None
    oai_id: str | None
    s3_canonical_user_id: str | None
    oac_id: str | None
    key_group_ids: dict[str, str] | None
    """By name."""
    public_key_ids: dict[str, str] | None
    """By name."""
    dns_records: list[RecordDocument] | None


@described
class StepReportDocument(TypedDict):
    """The outcome of one step."""

    id: str
    verb: Verb
    address: str
    outcome: StepOutcome
    seconds: float
    error: str | None


@described
class StackReportDocument(TypedDict):
    """The outcome of one stack."""

    name: str
    account: str
    outcome: StackOutcome
    outputs: OutputsDocument
    steps: list[StepReportDocument]
    why: NotRequired[str]
    """Why the stack was left out, or what failed."""
    do: NotRequired[str]
    """How to fix it."""
    gave: NotRequired[dict[str, str]]
    """The host names that other stacks of the run have taken from it, with the stack that has each now."""
    verify: NotRequired[dict[str, Any] | None]
    """The proof of ``cfstream verify``; null if the stack was not verified."""


@described
class ReportDocument(TypedDict):
    """What apply has done."""

    format_version: Literal[1]
    stacks: list[StackReportDocument]
    exit_code: int


DOCUMENTS: dict[str, Any] = {"plan": PlanDocument | ErrorDocument, "report": ReportDocument | ErrorDocument}
"""What can be on stdout, by the name of the schema."""


def document_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the documents with this name: ``plan`` or ``report``."""
    schema = TypeAdapter(DOCUMENTS[name]).json_schema(mode="serialization")
    title = f"cfstream {name}, format version 1"
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": title, **schema}
