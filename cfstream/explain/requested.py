"""The object that a request asks for, and whether it exists: CloudFront accepts a signature without looking for it."""

from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class RequestedObject:
    """An object in a bucket. S3 answers 403 for one that does not exist, because CloudFront may not list objects."""

    bucket: str
    key: str
    exists: bool | None = None
    """None if it could not be checked."""
    near: str = ""
    """The key in the same folder that is most similar to a missing one's; empty if there is none."""
    why_not: str = ""
    """Why it could not be checked."""
    rewritten: str = ""
    """The function that may change the path before S3 gets it; empty if there is none."""
