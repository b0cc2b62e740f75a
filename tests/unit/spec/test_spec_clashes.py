"""If two stacks claim the same thing, the problem is at the second, and names the place of the first."""

from pathlib import Path

import pytest

from cfstream.errors import SpecProblems
from cfstream.spec.clashes import clashes_in
from cfstream.spec.load import load

ROOT = Path(__file__).parents[3]
ARN = "arn:aws:acm:us-east-1:111122223333:certificate/1-2"
SPEC = f"version: 1\nname: {{name}}\nbucket: films\nhttp: {{{{certificate: {ARN}}}}}\n{{rest}}\n"
PEM = ROOT / "examples/keys/lectures-2026-11.pub.pem"
GROUP = f"key_groups: [{{name: signers, public_keys: [{{name: k, file: {PEM}}}]}}]"


def clashes(folder: Path, first: str, second: str) -> list[tuple[str, str, str]]:
    """Return the problems of a folder with two files of these texts."""
    (folder / "a.yaml").write_text(first)
    (folder / "b.yaml").write_text(second)
    try:
        load([str(folder)])
    except SpecProblems as found:
        return [(str(each.where), each.what, each.do) for each in found.problems]
    return []


@pytest.mark.parametrize(
    ("rest", "places", "claim", "do"),
    [
        (
            "public: true\ncnames: [x.example.com, media.example.com]",
            ("6:25", "6:25"),
            'the cname "media.example.com"',
            "delete it from one of them: a host name belongs to one distribution",
        ),
        (
            "public: true\nadopt: E1UGDLB9XZBD79",
            ("6:8", "6:8"),
            'the distribution "E1UGDLB9XZBD79"',
            "let one of the stacks adopt it",
        ),
        (
            GROUP,
            ("5:21", "5:21"),
            'the key group "signers"',
            "write {use: signers} in the stack that does not own it",
        ),
    ],
)
def test_a_resource_that_two_stacks_declare(
    tmp_path: Path, rest: str, places: tuple[str, str], claim: str, do: str
) -> None:
    """A cname, an adopted distribution and an own key group belong to one stack."""
    second = SPEC.format(name="b", rest=rest.replace("x.example.com", "y.example.com"))
    assert clashes(tmp_path, SPEC.format(name="a", rest=rest), second) == [
        (
            f"{tmp_path}/b.yaml:{places[1]}",
            f"{claim} is taken by the stack at {tmp_path}/a.yaml:{places[0]}",
            do,
        )
    ]


def test_one_name_of_two_stacks(tmp_path: Path) -> None:
    """The name is the identity of a stack in the account, so two files cannot both have it."""
    text = SPEC.format(name="a", rest="public: true")
    assert clashes(tmp_path, text, text) == [
        (
            f"{tmp_path}/b.yaml:2:7",
            f'the name "a" is taken by the stack at {tmp_path}/a.yaml:2:7',
            "give this stack another name",
        )
    ]


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ('account: "111122223333"', 'account: "999988887777"', False),
        ('account: "111122223333"', "role: arn:aws:iam::999988887777:role/video", False),
        ('account: "111122223333"', "role: arn:aws:iam::111122223333:role/video", True),
        ("role: arn:aws:iam::111122223333:role/a", "role: arn:aws:iam::111122223333:role/b", True),
        ('account: "111122223333"', "", False),
        ("", "", True),
    ],
)
def test_one_name_in_accounts(tmp_path: Path, first: str, second: str, clash: bool) -> None:
    """A name, a key group and a distribution are of one account, and a stack may have them again in another one."""
    texts = [SPEC.format(name="a", rest=f"{GROUP}\n{each}") for each in (first, second)]
    found = [what for _, what, _ in clashes(tmp_path, *texts)]
    both = 'both have the name "a", the key group "signers"'
    copied = f"this stack and the one at {tmp_path}/a.yaml:2:7 are copies: {both}"
    assert found == ([copied] if clash else [])


def test_a_copied_spec_is_one_problem(tmp_path: Path) -> None:
    """Everything that a copy has twice is in one problem, at its name."""
    rest = f"{GROUP}\ncnames: [a.example.com, b.example.com]\nadopt: E1UGDLB9XZBD79"
    text = SPEC.format(name="a", rest=rest)
    assert clashes(tmp_path, text, text) == [
        (
            f"{tmp_path}/b.yaml:2:7",
            (
                f'this stack and the one at {tmp_path}/a.yaml:2:7 are copies: both have the name "a", '
                'the cname "a.example.com", the cname "b.example.com", the key group "signers", '
                'the distribution "E1UGDLB9XZBD79"'
            ),
            "give this stack its own name, cname, key group and distribution; or delete one of the two",
        )
    ]


def test_a_cname_in_two_accounts(tmp_path: Path) -> None:
    """A host name belongs to one distribution of all accounts."""
    rest = 'public: true\ncnames: [media.example.com]\naccount: "%s"'
    texts = [SPEC.format(name="a", rest=rest % number) for number in ("111122223333", "999988887777")]
    assert [what for _, what, _ in clashes(tmp_path, *texts)] == [
        f'the cname "media.example.com" is taken by the stack at {tmp_path}/a.yaml:6:10'
    ]


def test_the_account_of_the_credentials(tmp_path: Path) -> None:
    """A stack without account and role clashes with one of the same account once the credentials are known."""
    (tmp_path / "a.yaml").write_text(SPEC.format(name="a", rest="public: true"))
    (tmp_path / "b.yaml").write_text(SPEC.format(name="a", rest='public: true\naccount: "111122223333"'))
    stacks = load([str(tmp_path)])
    assert list(clashes_in(stacks, "999988887777")) == []
    assert [each.what for each in clashes_in(stacks, "111122223333")] == [
        f'the name "a" is taken by the stack at {tmp_path}/a.yaml:2:7'
    ]


def test_resources_that_stacks_may_share(tmp_path: Path) -> None:
    """A bucket, a used key group and overlapping wildcards may be shared."""
    rest = "key_groups: [{use: signers}]\ncnames: ['%s']"
    second = SPEC.format(name="b", rest=rest % "media.example.com")
    assert clashes(tmp_path, SPEC.format(name="a", rest=rest % "*.example.com"), second) == []


def test_an_invalid_claim_is_reported_once(tmp_path: Path) -> None:
    """Two stacks with the same invalid name have one problem each, and no clash."""
    text = SPEC.format(name="A", rest="public: true")
    places = [place for place, _, _ in clashes(tmp_path, text, text)]
    assert places == [f"{tmp_path}/a.yaml:2:7", f"{tmp_path}/b.yaml:2:7"]
