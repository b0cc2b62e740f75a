"""SimulatePrincipalPolicy of IAM for a role, which moto does not have. Other operations are moto's."""

from collections.abc import Callable
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from cfstream.sandbox.listener import Answer, Environ
from cfstream.sandbox.roles import decision, find_role

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def answer(environ: Environ, body: bytes, moto: Callable[[Environ], Answer]) -> Answer:
    """Answer SimulatePrincipalPolicy: whether the role's policies allow each action on each resource."""
    asked = parse_qs(body.decode("utf-8", "replace"))
    if asked.get("Action") != ["SimulatePrincipalPolicy"]:
        return moto(environ)
    arn = asked.get("PolicySourceArn", [""])[0]
    role = find_role(arn)
    if role is None:
        return _reply(
            404, "ErrorResponse", f"<Error><Code>NoSuchEntity</Code><Message>{escape(arn)}</Message></Error>"
        )
    resources = _members(asked, "ResourceArns") or ["*"]
    rows = "".join(
        f"<member><EvalActionName>{escape(action)}</EvalActionName><EvalResourceName>{escape(resource)}"
        f"</EvalResourceName><EvalDecision>{decision(role, action, resource)}</EvalDecision></member>"
        for action in _members(asked, "ActionNames")
        for resource in resources
    )
    result = f"<EvaluationResults>{rows}</EvaluationResults><IsTruncated>false</IsTruncated>"
    inner = f"<SimulatePrincipalPolicyResult>{result}</SimulatePrincipalPolicyResult>"
    return _reply(200, "SimulatePrincipalPolicyResponse", inner)


def _members(asked: dict[str, list[str]], name: str) -> list[str]:
    rows = {key: values[0] for key, values in asked.items() if key.startswith(f"{name}.member.")}
    return [rows[key] for key in sorted(rows, key=lambda key: int(key.rpartition(".")[2]))]


def _reply(status: int, root: str, inner: str) -> Answer:
    body = f'<{root} xmlns="{_NAMESPACE}">{inner}</{root}>'
    return Answer(status, [("Content-Type", "text/xml")], body.encode())
