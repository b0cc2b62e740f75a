"""Only one package knows how CloudFront spells a distribution."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KNOW_THE_DOCUMENT = ("cfstream/domain/", "cfstream/sandbox/")
SPELLINGS = re.compile(
    r"\b(DefaultCacheBehavior|CacheBehaviors|TrustedKeyGroups|TrustedSigners|ViewerProtocolPolicy|S3OriginConfig)\b"
    r"|[\"']streaming-distribution[\"']"
)


def test_only_the_domain_spells_the_members_of_a_distribution() -> None:
    """Other modules only read or write members by name that the values of `domain` do not have."""
    found = {
        f"{name}: {match.group()}"
        for file in sorted((ROOT / "cfstream").rglob("*.py"))
        if not (name := file.relative_to(ROOT).as_posix()).startswith(KNOW_THE_DOCUMENT)
        for match in SPELLINGS.finditer(file.read_text(encoding="utf-8"))
    }
    assert found == set()
