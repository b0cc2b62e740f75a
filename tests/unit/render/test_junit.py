"""The page of test results that a CI shows: a case for each check, and the host names in its message."""

from dataclasses import replace
from xml.etree import ElementTree

from cfstream.render.junit import proof_junit
from cfstream.verification.finding import Finding, Proof, StackProof, Verdict

A, B, C = "https://a.example.com", "https://b.example.com", "https://c.example.com"
UNSIGNED = Finding(A, "default behavior", "unsigned", "an unsigned request is refused", saw="403 MissingKey")
SERVED = replace(
    UNSIGNED, verdict=Verdict.SERVED, saw="200", why="the bucket is public", do="run: cfstream apply"
)
UNPROVED = replace(UNSIGNED, verdict=Verdict.UNPROVED, saw="", why="c.example.com does not resolve")
PATH = replace(UNSIGNED, part="/clips/*")


def at(finding: Finding, *addresses: str) -> list[Finding]:
    """Return the finding at each address."""
    return [replace(finding, where=address) for address in addresses]


def suite(*findings: Finding) -> ElementTree.Element:
    """Return the suite of a stack."""
    text = proof_junit(Proof((StackProof("lectures", "lectures.yaml", findings),)))
    (found,) = ElementTree.fromstring(text).findall("testsuite")
    return found


def cases(found: ElementTree.Element) -> list[tuple[str | None, str | None]]:
    """Return the class and the name of each case, by which a page of results follows it."""
    return [(case.get("classname"), case.get("name")) for case in found.findall("testcase")]


def test_a_check_is_one_case_whatever_the_host_names_and_the_result() -> None:
    """A page of results finds the same cases in every run, so a new failure is not a new test."""
    passed = suite(*at(UNSIGNED, A, B), *at(PATH, A, B))
    failed = suite(*at(UNSIGNED, A), *at(SERVED, B), *at(PATH, A, B))
    assert cases(passed) == cases(failed) == cases(suite(*at(UNPROVED, A, B, C), *at(PATH, A)))
    assert cases(passed) == [
        ("lectures", "default behavior: an unsigned request is refused"),
        ("lectures", "/clips/*: an unsigned request is refused"),
    ]
    assert (passed.get("tests"), passed.get("failures"), passed.get("errors")) == ("2", "0", "0")
    assert (failed.get("tests"), failed.get("failures"), failed.get("errors")) == ("2", "1", "0")


def test_a_failure_names_the_host_names_that_have_it() -> None:
    """The message has them with the reason; the text also has the answer and the fix."""
    (failure,) = suite(*at(SERVED, A, B), *at(UNSIGNED, C)).findall("testcase/failure")
    assert failure.attrib == {"type": "let-in", "message": f"{A}, {B}: the bucket is public"}
    assert failure.text == f"{A}, {B}:\nsaw: 200\nthe bucket is public\nfix: run: cfstream apply"


def test_a_check_with_several_results_shows_each_with_its_host_names() -> None:
    """What is broken decides the case, and comes first."""
    found = suite(*at(UNPROVED, C), *at(SERVED, A, B))
    assert found.findall("testcase/error") == []
    (failure,) = found.findall("testcase/failure")
    assert failure.get("message") == f"{A}, {B}: the bucket is public; {C}: c.example.com does not resolve"
    assert (failure.get("type"), found.get("failures"), found.get("errors")) == ("let-in", "1", "0")
    assert f"{C}:\nc.example.com does not resolve" in (failure.text or "")


def test_a_check_that_no_answer_decided_is_an_error() -> None:
    """It has failed nowhere."""
    found = suite(*at(UNPROVED, C))
    (error,) = found.findall("testcase/error")
    assert error.get("message") == f"{C}: c.example.com does not resolve"
    assert (found.get("tests"), found.get("failures"), found.get("errors")) == ("1", "0", "1")
