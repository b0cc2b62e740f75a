"""What a spec names and destroy leaves in the account, besides what other kinds own: policies, functions, logs. Pure.

Destroy does not ask AWS who else uses it.
"""

from collections.abc import Iterator

from cfstream.errors import Notice
from cfstream.kinds.distribution.http_fields import fields_set, sections
from cfstream.spec.model import Spec
from cfstream.spec.wording import by_number


def left_notices(spec: Spec) -> tuple[Notice, ...]:
    """Return the notice of a plan that destroys; none if the spec names nothing like that."""
    left = tuple(dict.fromkeys(_named(spec)))
    stays, them = by_number(left, "stays", "stay"), by_number(left, "it", "them")
    text = f"{', '.join(left)} {stays}, because cfstream did not create {them}"
    return (Notice(text, do="delete in AWS what nothing else needs", left=left),) if left else ()


def _named(spec: Spec) -> Iterator[str]:
    for section, _ in sections(spec.http):
        for each, value in fields_set(section):
            yield from each.resources(value)
    if spec.http.certificate != "auto":
        yield f"the certificate {spec.http.certificate}"
    if spec.logging:
        yield f"the logs in the bucket {spec.logging.bucket}"
