"""Three-valued answers: True, False, and None for what the request alone cannot decide."""

from collections.abc import Iterable

Answer = bool | None


def all_of(answers: Iterable[Answer]) -> Answer:
    """False if one is False, else None if one is None, else True."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """True if one is True, else None if one is None, else False."""
    result: Answer = False
    for answer in answers:
        if answer is True:
            return True
        if answer is None:
            result = None
    return result


def negated(answer: Answer) -> Answer:
    """The opposite; None stays None."""
    return None if answer is None else not answer
