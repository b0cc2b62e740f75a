"""A word of another tool that is not a command here gets the command that means it, never the most similar one."""

import pytest

from cfstream.cli.other_words import ALSO, NOT_HERE, OF_GROUPS, OTHER_WORDS, instead
from cfstream.cli.table import ENTRIES


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("rotate", "did you mean `cfstream keys rotate`?"),
        ("drift", "did you mean `cfstream plan`?"),
        ("Deploy", "did you mean `cfstream apply`?"),
        ("status", "did you mean `cfstream show` or `cfstream list`?"),
        ("rm", "did you mean `cfstream delete` or `cfstream destroy`?"),
        ("verfy", "did you mean `cfstream verify`?"),
        ("frobnicate", "see: cfstream --help"),
        ("invalidate", NOT_HERE["invalidate"]),
        ("create_invalidation", NOT_HERE["invalidate"]),
    ],
)
def test_a_word_gets_the_command_that_means_it(word: str, advice: str) -> None:
    """Words of Terraform, the CDK and the AWS CLI, then misspelt commands."""
    assert instead(word, ENTRIES) == advice


@pytest.mark.parametrize(
    ("path", "word", "advice"),
    [
        ("cfstream sandbox", "start", "did you mean `cfstream sandbox up`?"),
        ("cfstream sandbox", "statsu", "did you mean `cfstream sandbox status`?"),
        ("cfstream keys", "rotte", "did you mean `cfstream keys rotate`?"),
        ("cfstream keys", "frobnicate", "see: cfstream keys --help"),
    ],
)
def test_a_group_has_words_of_its_own(path: str, word: str, advice: str) -> None:
    """`start` means the sandbox's `up`."""
    assert instead(word, ["new", "rotate", "up", "down", "status", "reset"], path) == advice


def test_the_table_is_consistent() -> None:
    """Each command exists, no word is a command, and no word has two meanings that the table does not know."""
    assert {name.split()[0] for name in (*OTHER_WORDS, *ALSO.values())} - {"--version"} <= {*ENTRIES}
    words = [word for each in OTHER_WORDS.values() for word in each]
    assert len({*words, *NOT_HERE}) == len(words) + len(NOT_HERE)
    assert not {*words, *NOT_HERE} & {*ENTRIES}
    for group, meant in OF_GROUPS.items():
        assert not {*meant} & {name.removeprefix(f"{group} ") for name in meant.values()}
