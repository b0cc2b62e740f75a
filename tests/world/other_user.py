"""Another user of an account in the sandbox: reads and changes its resources without cfstream."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from cfstream.testing.certificates import imported
from tests.world.clients import BotoClients
from tests.world.specs import Json


class OtherUser:
    """Reads and changes the resources of an account."""

    def __init__(self, clients: BotoClients) -> None:
        self.clients = clients
        self.cloudfront: Any = clients("cloudfront")
        self.s3: Any = clients("s3")

    def bucket(self, name: str = "media", *keys: str, **settings: Any) -> str:
        """Create a bucket by hand, closed to the public, with objects of these keys."""
        self.s3.create_bucket(Bucket=name, **settings)
        self.s3.put_public_access_block(
            Bucket=name,
            PublicAccessBlockConfiguration=dict.fromkeys(
                ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
            ),
        )
        for one in keys:
            self.s3.put_object(Bucket=name, Key=one, Body=b"-")
        return name

    def unblocked(self, name: str = "media") -> None:
        """Remove the bucket's block of public access."""
        self.s3.delete_public_access_block(Bucket=name)

    def distributions(self) -> list[Json]:
        """Return every distribution, of both deliveries, as a list shows it."""
        rows = self.cloudfront.list_distributions()["DistributionList"].get("Items", [])
        streaming = self.cloudfront.list_streaming_distributions()["StreamingDistributionList"].get(
            "Items", []
        )
        return [*rows, *streaming]

    def id(self, stack: str = "lectures") -> str:
        """The id of the distribution with the stack's name."""
        named = [
            row["Id"] for row in self.distributions() if self.tags(row["ARN"]).get("cfstream:name") == stack
        ]
        (only,) = named
        return str(only)

    def live(self, stack: str = "lectures") -> Json:
        """Return the stack's distribution."""
        distribution: Json = self.cloudfront.get_distribution(Id=self.id(stack))["Distribution"]
        return distribution

    def config(self, stack: str = "lectures") -> Json:
        """Return the config of the stack's distribution."""
        config: Json = self.live(stack)["DistributionConfig"]
        return config

    def streaming_config(self, stack: str = "lectures") -> Json:
        """Return the config of the stack's streaming distribution."""
        reply = self.cloudfront.get_streaming_distribution_config(Id=self.id(stack))
        config: Json = reply["StreamingDistributionConfig"]
        return config

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a distribution."""
        items = self.cloudfront.list_tags_for_resource(Resource=arn)["Tags"].get("Items", [])
        return {tag["Key"]: tag.get("Value", "") for tag in items}

    def edit(self, change: Callable[[Json], None], stack: str = "lectures", id_: str = "") -> None:
        """Change the config of a distribution by hand."""
        distribution = id_ or self.id(stack)
        reply = self.cloudfront.get_distribution_config(Id=distribution)
        change(reply["DistributionConfig"])
        self.cloudfront.update_distribution(
            Id=distribution, IfMatch=reply["ETag"], DistributionConfig=reply["DistributionConfig"]
        )

    def edit_streaming(self, change: Callable[[Json], None], stack: str = "lectures") -> None:
        """Change the config of a streaming distribution by hand."""
        distribution = self.id(stack)
        reply = self.cloudfront.get_streaming_distribution_config(Id=distribution)
        change(reply["StreamingDistributionConfig"])
        self.cloudfront.update_streaming_distribution(
            Id=distribution,
            IfMatch=reply["ETag"],
            StreamingDistributionConfig=reply["StreamingDistributionConfig"],
        )

    def policy(self, bucket: str = "media") -> Json | None:
        """Return the bucket's policy; None if there is none."""
        try:
            document: Json = json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        except ClientError:
            return None
        return document

    def statements(self, bucket: str = "media") -> dict[str, Json]:
        """Return the statements of the bucket's policy by their Sids."""
        return {each.get("Sid", ""): each for each in (self.policy(bucket) or {"Statement": []})["Statement"]}

    def put_policy(self, *statements: Json, bucket: str = "media") -> None:
        """Replace the bucket's policy by hand."""
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))

    def grants(self, name: str, bucket: str = "media") -> dict[str, list[str]]:
        """Return the permissions that an object's ACL gives, by grantee."""
        given: dict[str, list[str]] = {}
        for grant in self.s3.get_object_acl(Bucket=bucket, Key=name)["Grants"]:
            grantee = grant["Grantee"].get("ID") or grant["Grantee"].get("URI")
            given.setdefault(grantee, []).append(grant["Permission"])
        return given

    def identities(self) -> dict[str, Json]:
        """Return every OAI by its id."""
        listed = self.cloudfront.list_cloud_front_origin_access_identities()
        rows = listed["CloudFrontOriginAccessIdentityList"].get("Items", [])
        return {row["Id"]: row for row in rows}

    def controls(self) -> dict[str, Json]:
        """Return every OAC by its id."""
        rows = self.cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
        return {row["Id"]: row for row in rows}

    def groups(self) -> dict[str, Json]:
        """Return every key group by its name, with its id as ``Id``."""
        rows = self.cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
        configs = [{**row["KeyGroup"]["KeyGroupConfig"], "Id": row["KeyGroup"]["Id"]} for row in rows]
        return {config["Name"]: config for config in configs}

    def keys(self) -> dict[str, Json]:
        """Return every public key by its name."""
        rows = self.cloudfront.list_public_keys()["PublicKeyList"].get("Items", [])
        return {row["Name"]: row for row in rows}

    def certificate(self, *names: str) -> str:
        """Create a certificate in us-east-1 for these names, and return its ARN."""
        return imported(self.clients("acm"), *names, days=30)

    def make_group(self, name: str, *keys: str, comment: str = "by hand") -> str:
        """Create a key group by hand, and return its id."""
        config = {"Name": name, "Items": list(keys), "Comment": comment}
        return str(self.cloudfront.create_key_group(KeyGroupConfig=config)["KeyGroup"]["Id"])

    def make_identity(self, comment: str = "by hand", reference: str = "by-hand") -> str:
        """Create an OAI by hand, and return its id."""
        config = {"CallerReference": reference, "Comment": comment}
        created = self.cloudfront.create_cloud_front_origin_access_identity(
            CloudFrontOriginAccessIdentityConfig=config
        )
        return str(created["CloudFrontOriginAccessIdentity"]["Id"])
