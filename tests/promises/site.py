"""What a site is tried with beyond the studio: zones and their records, certificates that differ, headers policies."""

from typing import Any

from cfstream.kinds.response_headers_policy import KIND
from cfstream.planning import StackPlan
from tests.promises.studio import Json, Studio, listing, signed

CNAME = "media.example.com"
PAGE = "https://www.example.com"
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
"""Id of a policy that AWS manages (Developer Guide, "Use managed response headers policies")."""
SECURITY = {"ContentTypeOptions": {"Override": True}}
"""Headers that a policy may have beside those of CORS."""


def named(*cnames: str, **fields: Any) -> Json:
    """A spec with these cnames and their records in Route 53."""
    return signed(**{"cnames": list(cnames or [CNAME]), "dns": {"route53": "example.com"}, **fields})


def read_by(*origins: str, **fields: Any) -> Json:
    """A spec whose media pages of these origins may read; `fields` stand beside it under http."""
    return signed(http={"cors": {"origins": list(origins or [PAGE])}, **fields})


def zone(studio: Studio, name: str = "example.com", reference: str = "1", **settings: Any) -> str:
    """The id of a hosted zone made by hand."""
    route53 = studio.clients("route53")
    made = route53.create_hosted_zone(Name=name, CallerReference=reference, **settings)
    return str(made["HostedZone"]["Id"])


def change(studio: Studio, zone_id: str, action: str, record: Json) -> None:
    """A change of one record by hand."""
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
    studio.clients("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def record(value: str, kind: str = "A", name: str = CNAME, **fields: Any) -> Json:
    """A plain record."""
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}], **fields}


def alias(studio: Studio, kind: str = "A", name: str = CNAME, **fields: Any) -> Json:
    """An alias of the stack's distribution."""
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": studio.live()["DomainName"],
        "EvaluateTargetHealth": False,
    }
    return {"Name": name, "Type": kind, "AliasTarget": target, **fields}


def records(studio: Studio, zone_id: str) -> dict[str, Json]:
    """The zone's records by name and type, but for those that it was made with."""
    rows = studio.clients("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    apex = {"NS", "SOA"}
    return {
        f"{row['Name']} {row['Type']}{' ' + row['SetIdentifier'] if 'SetIdentifier' in row else ''}": row
        for row in rows
        if not (row["Type"] in apex and row["Name"].count(".") == 2)
    }


def policies(studio: Studio) -> dict[str, Json]:
    """The configs of the account's own response headers policies, by name, with the id as ``Id``."""
    reply = studio.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    rows = [row["ResponseHeadersPolicy"] for row in reply.get("Items", [])]
    configs = [{**row["ResponseHeadersPolicyConfig"], "Id": row["Id"]} for row in rows]
    return {config["Name"]: config for config in configs}


def make_policy(studio: Studio, name: str, comment: str = "by hand", **parts: Any) -> str:
    """The id of a response headers policy made by hand."""
    config = {"Name": name, "Comment": comment, **parts}
    made = studio.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    return str(made["ResponseHeadersPolicy"]["Id"])


def edit_policy(studio: Studio, name: str, **parts: Any) -> None:
    """Changes parts of a policy by hand."""
    policy = policies(studio)[name]["Id"]
    reply = studio.cloudfront.get_response_headers_policy_config(Id=policy)
    studio.cloudfront.update_response_headers_policy(
        Id=policy,
        IfMatch=reply["ETag"],
        ResponseHeadersPolicyConfig={**reply["ResponseHeadersPolicyConfig"], **parts},
    )


def cors_of(*origins: str, headers: str = "*", methods: str = "GET", credentials: bool = False) -> Json:
    """The part of a policy that is about CORS, as somebody might have made it."""
    return {
        "AccessControlAllowOrigins": listing(*origins),
        "AccessControlAllowHeaders": listing(headers),
        "AccessControlAllowMethods": listing(methods),
        "AccessControlAllowCredentials": credentials,
        "OriginOverride": False,
    }


def members(plan: StackPlan, kind: str = KIND) -> list[str]:
    """The ids of the steps of one kind."""
    return [step.id for step in plan.steps if step.address.kind == kind]
