"""The wildcards of CloudFront's patterns and policies."""


def like(wildcards: str, text: str) -> bool:
    """Return whether `text` matches the wildcards: ``*`` is any characters, ``?`` is one.

    The time is at most the product of the lengths, because only the last ``*`` is tried again. Patterns may come from
    an untrusted source.
    """
    here = there = anchor = 0
    star = -1
    while there < len(text):
        if here < len(wildcards) and wildcards[here] == "*":
            star, anchor, here = here, there, here + 1
        elif here < len(wildcards) and wildcards[here] in ("?", text[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            anchor += 1
            here, there = star + 1, anchor
        else:
            return False
    return not wildcards[here:].strip("*")
