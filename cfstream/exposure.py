"""Who can read the objects of a stack, before and after: a question asked of what is live and what is wanted. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Exposure:
    """Who can read. Each entry is a short phrase: ``nobody``, ``signers: key-group lectures-signers``, ``anyone: …``.

    `openings` are ways in that are not ours and that the spec does not ask for: warnings in the plan.
    """

    before: tuple[str, ...] = ("nobody",)
    after: tuple[str, ...] = ("nobody",)
    openings: tuple[str, ...] = ()
