"""What tests of sites need in addition to the account: zones and records, certificates, headers policies."""

from typing import Any

from cfstream.kinds.response_headers_policy import KIND
from cfstream.planning import StackPlan
from tests.world.account import SandboxAccount
from tests.world.configs import listing
from tests.world.specs import Json, signed

CNAME = "media.example.com"
PAGE = "https://www.example.com"
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
"""Id of a policy that AWS manages (Developer Guide, "Use managed response headers policies")."""
SECURITY = {"ContentTypeOptions": {"Override": True}}
"""Headers that a policy may have beside those of CORS."""


def named(*cnames: str, **fields: Any) -> Json:
    """Return a spec with these cnames and their records in Route 53."""
    return signed(**{"cnames": list(cnames or [CNAME]), "dns": {"route53": "example.com"}, **fields})


def read_by(*origins: str, **fields: Any) -> Json:
    """Return a spec whose media can be read by pages of these origins. `fields` are added under http."""
    return signed(http={"cors": {"origins": list(origins or [PAGE])}, **fields})


def zone(account: SandboxAccount, name: str = "example.com", reference: str = "1", **settings: Any) -> str:
    """Create a hosted zone by hand, and return its id."""
    route53 = account.clients("route53")
    created = route53.create_hosted_zone(Name=name, CallerReference=reference, **settings)
    return str(created["HostedZone"]["Id"])


def change(account: SandboxAccount, zone_id: str, action: str, record: Json) -> None:
    """Change one record by hand."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    account.clients("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def record(value: str, kind: str = "A", name: str = CNAME, **fields: Any) -> Json:
    """Return a plain record."""
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}], **fields}


def alias(account: SandboxAccount, kind: str = "A", name: str = CNAME, **fields: Any) -> Json:
    """Return an alias of the stack's distribution."""
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": account.live()["DomainName"],
        "EvaluateTargetHealth": False,
    }
    return {"Name": name, "Type": kind, "AliasTarget": target, **fields}


def records(account: SandboxAccount, zone_id: str) -> dict[str, Json]:
    """Return the zone's records by name and type, without its initial ones."""
    rows = account.clients("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    apex = {"NS", "SOA"}
    return {
        f"{row['Name']} {row['Type']}{' ' + row['SetIdentifier'] if 'SetIdentifier' in row else ''}": row
        for row in rows
        if not (row["Type"] in apex and row["Name"].count(".") == 2)
    }


def policies(account: SandboxAccount) -> dict[str, Json]:
    """Return the configs of the account's own response headers policies, by name, with the id as ``Id``."""
    reply = account.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    rows = [row["ResponseHeadersPolicy"] for row in reply.get("Items", [])]
    configs = [{**row["ResponseHeadersPolicyConfig"], "Id": row["Id"]} for row in rows]
    return {config["Name"]: config for config in configs}


def make_policy(account: SandboxAccount, name: str, comment: str = "by hand", **parts: Any) -> str:
    """Create a response headers policy by hand, and return its id."""
    config = {"Name": name, "Comment": comment, **parts}
    created = account.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    return str(created["ResponseHeadersPolicy"]["Id"])


def edit_policy(account: SandboxAccount, name: str, **parts: Any) -> None:
    """Change parts of a policy by hand."""
    policy = policies(account)[name]["Id"]
    reply = account.cloudfront.get_response_headers_policy_config(Id=policy)
    account.cloudfront.update_response_headers_policy(
        Id=policy,
        IfMatch=reply["ETag"],
        ResponseHeadersPolicyConfig={**reply["ResponseHeadersPolicyConfig"], **parts},
    )


def cors_of(*origins: str, headers: str = "*", methods: str = "GET", credentials: bool = False) -> Json:
    """Return the CORS part of a policy, as someone else could have set it."""
    return {
        "AccessControlAllowOrigins": listing(*origins),
        "AccessControlAllowHeaders": listing(headers),
        "AccessControlAllowMethods": listing(methods),
        "AccessControlAllowCredentials": credentials,
        "OriginOverride": False,
    }


def members(plan: StackPlan, kind: str = KIND) -> list[str]:
    """Return the ids of the steps of one kind."""
    return [step.id for step in plan.steps if step.address.kind == kind]
