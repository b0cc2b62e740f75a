"""The web ACL that a spec names: WAF is asked whether it exists, because CloudFront refuses an unknown one.

CloudFront accepts WAFv2 web ACLs of the scope CLOUDFRONT by their ARN (API, `WebACLId`). Ids of WAF Classic are not
checked.
"""

from collections.abc import Iterator

from cfstream.errors import Missing, Notice, Problem, Refused
from cfstream.kinds.distribution.lookup import Lookup
from cfstream.ports import Answer, Call, Reads
from cfstream.spec.model import Spec
from cfstream.stack.calls import Needs, Place, Scope, calls
from cfstream.stack.context import StackContext
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.values import Json

REGION = "us-east-1"
"""WAF has the web ACLs of the scope CLOUDFRONT here."""


def _web_acl(spec: Spec, _place: Place) -> str:
    return spec.http.web_acl or ""


_SCOPE = Scope("WebAcls", _web_acl)


def _read(aws: Reads, context: StackContext) -> Answer | None:
    """Return WAF's answer about the web ACL that the spec names; None if it names none, or one of WAF Classic."""
    arn = context.stack.spec.http.web_acl or ""
    if not arn.startswith("arn:"):
        return None
    name, id_ = arn.split("/")[-2:]
    call = Call("wafv2", "get_web_acl", {"Name": name, "Scope": "CLOUDFRONT", "Id": id_}, region=REGION)
    return aws.together([call])[0]


def _problems(context: StackContext, answer: Answer | None) -> Iterator[Problem]:
    """Yield a problem if the web ACL does not exist in the account."""
    if isinstance(answer, Missing):
        what = f"the web ACL {context.stack.spec.http.web_acl} does not exist in account {context.account}"
        show = f"`aws wafv2 list-web-acls --scope CLOUDFRONT --region {REGION}`"
        do = f"write the ARN of one that {show} shows, or create it with that scope and in that region"
        yield context.stack.problem(what, do, "http", "web_acl")


def _notices(answer: Answer | None) -> Iterator[Notice]:
    """Yield a notice if WAF did not answer."""
    if isinstance(answer, Refused) and not isinstance(answer, Missing):
        yield Notice(f"the web ACL could not be checked: {answer.what}")


def _needs(spec: Spec) -> Needs:
    """Yield the call that checks it."""
    if (spec.http.web_acl or "").startswith("arn:"):
        yield from calls(_SCOPE, "wafv2", "get_web_acl")


LOOKUP = Lookup(_SCOPE, _needs, _read, _problems, _notices)


def other_firewall(before: str, after: str) -> tuple[Hazard, ...]:
    """Return a hazard if the live web ACL no longer applies."""
    if not before:
        return ()
    text = f"the rules of the web ACL {before} no longer apply"
    return (Hazard(HazardName.LOSES_FIREWALL, text if not after else f"{text}; those of {after} do"),)


def new_firewall(_before: str, after: str) -> Iterator[str]:
    """Yield that a web ACL that is added, or that replaces another one, may refuse viewers."""
    if after:
        yield f"the web ACL {_name(after)} is new here, and may refuse viewers: cfstream does not read its rules"


def refusals(config: Json) -> Iterator[str]:
    """Yield that the web ACL of a configuration, if it has one, may refuse viewers."""
    acl = str(config.get("WebACLId") or "")
    if acl:
        yield f"the web ACL {_name(acl)} may refuse viewers with 403: cfstream does not read its rules"


def _name(acl: str) -> str:
    """Return the name of a web ACL. WAF Classic has the id alone."""
    # arn:aws:wafv2:us-east-1:<account>:global/webacl/<name>/<id>
    return acl.split("/")[-2] if acl.count("/") >= 2 else acl
