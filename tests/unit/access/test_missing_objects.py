"""Error pages for objects that do not exist."""

from dataclasses import replace
from typing import Any

import pytest

from cfstream.access.missing_objects import missing_object_warnings
from cfstream.domain.distribution import ErrorPage
from cfstream.values import Json
from tests.unit.access.models import BUCKET, OAI, behavior, distribution, model, to_oac, to_oai

PAGE = ErrorPage(404, "/errors/404.html", "404")


def texts(*pages: ErrorPage, policy: tuple[Json, ...] = (), **access: Any) -> list[str]:
    """Return the warnings of a distribution with these error pages."""
    own = replace(distribution("E1", behavior(""), **access), error_pages=pages)
    return [each.text for each in missing_object_warnings(model(own, policy=policy), own)]


def listing(statement: Json) -> Json:
    """Return the statement with the right to list the bucket."""
    return {**statement, "Sid": "list", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}


@pytest.mark.parametrize(("policy", "access"), [(to_oac(), {"oac": "C1"}), (to_oai(), {"oai": OAI})])
def test_a_page_for_404_is_not_shown(policy: Json, access: dict[str, str]) -> None:
    """Without s3:ListBucket, S3 answers 403. A page for 403 is shown then, and a cache time needs no page."""
    (text,) = texts(PAGE, policy=(policy,), **access)
    assert "viewers do not get /errors/404.html" in text
    assert texts(PAGE, ErrorPage(403, "/errors/403.html"), policy=(policy,), **access) == []
    assert texts(ErrorPage(404), policy=(policy,), **access) == []
    assert texts(PAGE, policy=(policy, listing(policy)), **access) == []
    assert texts(PAGE, policy=(policy,), enabled=False, **access) == []
