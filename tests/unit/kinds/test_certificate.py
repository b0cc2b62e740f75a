"""`certificate: auto`: which certificate of the account serves the cnames, and the problem if none does."""

from datetime import timedelta
from typing import Any

import pytest

from cfstream.domain import LiveDistribution
from cfstream.domain.tls import covers_name
from cfstream.errors import Missing, NotAuthorized
from cfstream.kinds.distribution.certificate import Choice, choose, observe
from cfstream.stack.context import StackContext
from cfstream.values import Json
from tests.unit.kinds.live import NOW, context, live
from tests.world.configs import config, listing
from tests.world.distributions import shown

MEDIA, CLIPS = "media.example.com", "clips.example.com"


def site(*cnames: str, certificate: str = "auto") -> StackContext:
    """Return a stack with these cnames."""
    return context(
        "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
        f"cnames: [{', '.join(f'{name!r}' for name in cnames or [MEDIA])}]\nhttp: {{certificate: {certificate}}}\n"
    )


def arn(id_: str) -> str:
    """Return the ARN of the certificate with this id."""
    return f"arn:aws:acm:us-east-1:123456789012:certificate/{id_}"


def row(id_: str, *names: str, days: float = 200, **fields: Any) -> Json:
    """Return a row of ListCertificates: an issued certificate, except for `fields`."""
    return {
        "CertificateArn": arn(id_),
        "DomainName": names[0],
        "SubjectAlternativeNameSummaries": list(names),
        "HasAdditionalSubjectAlternativeNames": False,
        "Status": "ISSUED",
        "Type": "AMAZON_ISSUED",
        "KeyAlgorithm": "RSA_2048",
        "NotAfter": NOW + timedelta(days=days),
        **fields,
    }


def carrying(id_: str = "", *aliases: str, iam: str = "") -> LiveDistribution:
    """Return a live distribution with this certificate and these aliases."""
    certificate = {"IAMCertificateId": iam} if iam else {"ACMCertificateArn": arn(id_)}
    return shown(config(ViewerCertificate=certificate, Aliases=listing(*aliases)))


def chosen(
    stack: StackContext, *rows: Json, held: LiveDistribution | None = None, described: Any = None
) -> Choice:
    """Return the certificate that is chosen from these."""
    aws = live(list_certificates=list(rows), describe_certificate=described or {})
    return choose(stack, held, observe(aws, stack))


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        (MEDIA, MEDIA, True),
        ("Media.Example.com", MEDIA, True),
        ("*.example.com", MEDIA, True),
        ("*.example.com", "a.media.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "*.media.example.com", False),
        ("example.com", MEDIA, False),
        ("*.com", "*.example.com", False),
    ],
)
def test_a_wildcard_matches_one_label(name: str, host: str, covered: bool) -> None:
    """A wildcard of a certificate covers one label. A wildcard cname needs the same name in the certificate."""
    assert covers_name(name, host) is covered


BETTER: dict[str, tuple[list[Json], str]] = {
    "by name before wildcard": ([row("w", "*.example.com", days=300), row("n", MEDIA)], "n"),
    "the one that lasts longest": ([row("a", MEDIA), row("b", MEDIA, days=201)], "b"),
    "lasting before by name": ([row("n", MEDIA, days=10), row("w", "*.example.com")], "w"),
    "the first by ARN of equals": ([row("b", MEDIA), row("a", MEDIA)], "a"),
    "never one that is not issued": (
        [row("p", MEDIA, Status="PENDING_VALIDATION"), row("w", "*.example.com")],
        "w",
    ),
    "never one on its last day": ([row("n", MEDIA, days=0.9), row("w", "*.example.com", days=1.1)], "w"),
    "never one whose key is not taken": (
        [row("n", MEDIA, KeyAlgorithm="EC_secp384r1"), row("w", "*.example.com")],
        "w",
    ),
    "never one of a private authority": ([row("n", MEDIA, Type="PRIVATE"), row("w", "*.example.com")], "w"),
    "however the key's type is spelled": ([row("n", MEDIA, KeyAlgorithm="EC-prime256v1")], "n"),
}


@pytest.mark.parametrize(("rows", "best"), BETTER.values(), ids=BETTER)
def test_the_best_of_those_that_cover(rows: list[Json], best: str) -> None:
    """The order in which ACM lists them does not matter."""
    assert chosen(site(), *rows).arn == arn(best)
    assert chosen(site(), *reversed(rows)).arn == arn(best)


def test_one_certificate_covers_every_cname() -> None:
    """A certificate that covers only some of them is not chosen."""
    rows = [row("a", MEDIA), row("b", CLIPS), row("w", "*.example.com")]
    assert chosen(site(MEDIA, CLIPS), *rows).arn == arn("w")


KEPT: dict[str, tuple[list[Json], str]] = {
    "though a better one is there": ([row("old", "*.example.com"), row("new", MEDIA, days=390)], "old"),
    "not in its last month, where one lasts": (
        [row("old", MEDIA, days=20), row("new", "*.example.com")],
        "new",
    ),
    "in its last month, where none lasts": ([row("old", MEDIA, days=5), row("new", MEDIA, days=20)], "old"),
    "not when it no longer covers": ([row("old", CLIPS), row("new", MEDIA)], "new"),
    "not when it is expired": ([row("old", MEDIA, Status="EXPIRED"), row("new", MEDIA)], "new"),
}


@pytest.mark.parametrize(("rows", "best"), KEPT.values(), ids=KEPT)
def test_the_one_in_place_is_kept_while_it_serves(rows: list[Json], best: str) -> None:
    """A new certificate does not replace a current one that still works."""
    assert chosen(site(), *rows, held=carrying("old", MEDIA)).arn == arn(best)


def test_a_certificate_of_iam_is_kept_for_names_that_cloudfront_accepted() -> None:
    """Another name needs a certificate in ACM."""
    held = carrying("", MEDIA, iam="ASCAEXAMPLE")
    assert chosen(site(MEDIA), held=held) == Choice()
    assert chosen(site(MEDIA, CLIPS), row("w", "*.example.com"), held=held).arn == arn("w")


def test_a_certificate_that_expires_soon_is_reported() -> None:
    """A notice mentions a certificate that expires within a month, because ACM should have renewed it."""
    (notice,) = chosen(site(), row("n", MEDIA, days=12)).notices
    assert notice.warning
    assert "expires on 2026-12-06: see in ACM why it was not renewed" in notice.text
    (notice,) = chosen(site(), row("n", MEDIA, days=12, Type="IMPORTED")).notices
    assert "import its successor" in notice.text
    assert chosen(site(), row("n", MEDIA, days=31)).notices == ()


def test_nothing_is_read_where_there_is_nothing_to_choose() -> None:
    """Nothing is read without cnames, or if the spec names a certificate."""
    bare = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
    for stack in (
        site(certificate=arn("named")),
        context(bare),
        context(f"{bare}cnames: []\n"),
        context(f"{bare}delivery: rtmp\ncnames: [{MEDIA}]\n"),
    ):
        refuses = live(list_certificates=AssertionError)
        assert choose(stack, None, observe(refuses, stack)) == Choice()


def test_a_certificate_that_was_requested_must_be_validated() -> None:
    """Another request would not help."""
    (problem,) = chosen(site(), row("n", MEDIA, Status="PENDING_VALIDATION")).problems
    show = f"`aws acm describe-certificate --region us-east-1 --certificate-arn {arn('n')}`"
    assert problem.do == f"create the CNAME that {show} shows, and wait until it is ISSUED"


PENDING = (
    "there is one for b, c, d, …, which is PENDING_VALIDATION; one for *.example.org, which is valid until "
    "2027-06-12"
)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "there are no certificates"),
        (
            [row("a", "www.example.org", days=7.2)],
            "there is one for www.example.org, which is valid until 2026-12-01",
        ),
        (
            [row("a", "*.example.org"), row("n", MEDIA, "b", "c", "d", Status="PENDING_VALIDATION")],
            PENDING,
        ),
        (
            [row("n", MEDIA, days=-1)],
            "there is one for media.example.com, which expired on 2026-11-23T12:00:00+00:00",
        ),
    ],
)
def test_a_name_without_a_certificate_is_a_problem(rows: list[Json], message: str) -> None:
    """It lists the existing certificates, the nearest one first, and why that one does not work."""
    (problem,) = chosen(site(), *rows).problems
    what = f"no certificate in us-east-1 that CloudFront accepts covers {MEDIA}; "
    assert problem.what == what + message
    assert str(problem.where) == "lectures.yaml:5:10"


def test_names_that_no_one_certificate_covers() -> None:
    """Each name has a certificate, but CloudFront uses one for all names."""
    (problem,) = chosen(site(MEDIA, CLIPS), row("a", MEDIA), row("b", CLIPS)).problems
    assert problem.what.startswith(
        "no single certificate in us-east-1 covers all cnames; there is one for media"
    )
    names = f"--domain-name {MEDIA} --subject-alternative-names {CLIPS}"
    assert problem.do.startswith(
        "write the ARN of one as http.certificate, or request one: "
        f"`aws acm request-certificate --region us-east-1 --validation-method DNS {names}`"
    )


def test_a_long_list_is_cut() -> None:
    """The problem lists five of them."""
    rows = [row(f"{number}", f"n{number}.example.org") for number in range(8)]
    (problem,) = chosen(site(), *rows).problems
    assert problem.what.count("one for") == 5
    assert problem.what.endswith("; and 3 more")


def test_names_beyond_the_hundredth_are_read() -> None:
    """A list shows only the first hundred names, so the others are read."""
    many = row("many", "a.example.com", HasAdditionalSubjectAlternativeNames=True)
    whole = {
        "Certificate": {"DomainName": "a.example.com", "SubjectAlternativeNames": ["a.example.com", MEDIA]}
    }
    assert chosen(site(), many, described=whole).arn == arn("many")
    gone = Missing("DescribeCertificate", "ResourceNotFoundException", "gone")
    assert chosen(site(), many, described=gone).problems


def test_a_list_that_may_not_be_read() -> None:
    """The current certificate stays, with a notice. For a new distribution it is a problem."""
    refusal = NotAuthorized(
        "ListCertificates", "AccessDeniedException", "no", do="allow acm:ListCertificates on *"
    )
    aws = live(list_certificates=refusal)
    have = observe(aws, site())
    kept = choose(site(), carrying("old", MEDIA), have)
    assert (kept.arn, kept.problems, len(kept.notices)) == ("", (), 1)
    (problem,) = choose(site(), None, have).problems
    assert "cannot be chosen" in problem.what
    assert problem.do.startswith("allow acm:ListCertificates on *")
