"""The sandbox's edge: what CloudFront answers to viewers, decided from the live state and nothing else.

It counts a request as https unless ``X-Forwarded-Proto: http`` says otherwise, and its viewers have the address
that they connect from. A distribution that was never Deployed answers 503 (for real, its name does not resolve);
one that is InProgress answers by what was Deployed before. No object is cached.
"""

from cfstream.sandbox.edge.edge import Edge

__all__ = ["Edge"]
