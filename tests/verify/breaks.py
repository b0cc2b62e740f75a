"""The ways in which others break a good stack, each a function of the stage."""

# ruff: noqa: D103 (where a name says it all)

import json

from tests.promises.studio import Json, allow, behavior, listing, set_to, signers
from tests.verify.stage import Stage

NOBODY = signers()
OPEN = {"TrustedKeyGroups": NOBODY, "TrustedSigners": NOBODY}


def drop_signers(stage: Stage) -> None:
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(OPEN))


def open_segments(stage: Stage) -> None:
    """Add an unsigned behavior that the spec does not name, before all others."""
    add(stage, "*.m4s", OPEN)


def open_playlists(stage: Stage) -> None:
    """Remove the signers of the second behavior in the spec."""
    stage.edit(lambda config: behavior(config, "*.m3u8").update(OPEN))


def open_everything_first(stage: Stage) -> None:
    """Add a catch-all without signers before everything else."""
    add(stage, "/*", OPEN)


def answer_plain_http(stage: Stage) -> None:
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(ViewerProtocolPolicy="allow-all"))


def public_policy(stage: Stage) -> None:
    stage.unblocked()
    stage.add_statement(allow("Open", "*"))


def policy_by_referer(stage: Stage) -> None:
    """Add a statement for anyone who sends a header."""
    condition = {"StringLike": {"aws:Referer": "https://www.example.com/*"}}
    stage.unblocked()
    stage.add_statement(allow("Referer", {"AWS": "*"}, Condition=condition))


def policy_for_all_but_one(stage: Stage) -> None:
    statement = {key: value for key, value in allow("AllButOne", "").items() if key != "Principal"}
    stage.unblocked()
    stage.add_statement({**statement, "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}})


def policy_for_one_folder(stage: Stage) -> None:
    stage.unblocked()
    stage.add_statement(allow("HlsOpen", "*", "arn:aws:s3:::media/hls/*"))


def old_versions(stage: Stage) -> None:
    """Allow anyone who knows the id of a version to read it."""
    stage.unblocked()
    stage.add_statement({**allow("Versions", "*"), "Action": "s3:GetObjectVersion"})


def listed_by_anyone(stage: Stage) -> None:
    stage.unblocked()
    stage.add_statement({**allow("List", "*"), "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::media"})


def website(stage: Stage) -> None:
    """Make the bucket a web site, with the usual policy."""
    stage.s3.put_bucket_website(
        Bucket="media", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    public_policy(stage)


def public_object(stage: Stage) -> None:
    stage.unblocked()
    stage.s3.put_object_acl(Bucket="media", Key="a/one.mp4", ACL="public-read")


def object_for_all_accounts(stage: Stage) -> None:
    stage.unblocked()
    stage.s3.put_object_acl(Bucket="media", Key="hls/low/1.m4s", ACL="authenticated-read")


def public_bucket_acl(stage: Stage) -> None:
    stage.unblocked()
    stage.s3.put_bucket_acl(Bucket="media", ACL="public-read")


def public_access_point(stage: Stage) -> None:
    """Create a public access point, and delegate to it in the bucket's policy."""
    points = {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}}
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    stage.unblocked()
    stage.add_statement(allow("Points", "*", Condition=points))
    stage.access_point("wide", json.dumps(policy), open_=True)


def any_distribution(stage: Stage) -> None:
    """Remove the SourceArn from the stack's statement."""
    stage.unblocked()
    stage.change_statement(Condition={})


def wrong_source(stage: Stage) -> None:
    arn = "arn:aws:cloudfront::123456789012:distribution/E000000000000"
    stage.change_statement(Condition={"StringEquals": {"AWS:SourceArn": arn}})


def wider_action(stage: Stage) -> None:
    stage.change_statement(Action="s3:*")


def wildcard_resource(stage: Stage) -> None:
    stage.change_statement(Resource="arn:aws:s3:::media/*")


def narrower_resource(stage: Stage) -> None:
    stage.change_statement(Resource="arn:aws:s3:::media/posters/*")


def statement_gone(stage: Stage) -> None:
    stage.s3.delete_bucket_policy(Bucket="media")


def refused_by_policy(stage: Stage) -> None:
    """Add a Deny that keeps CloudFront from reading the videos."""
    denied = allow("NoMp4", "*", "arn:aws:s3:::media/a/*")
    stage.add_statement({**denied, "Effect": "Deny"})


def other_distribution(stage: Stage) -> None:
    """Create an unsigned distribution of the account that the policy allows to read."""
    made = stage.other_distribution()
    condition = {"StringEquals": {"AWS:SourceArn": made["ARN"]}}
    stage.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))


def signed_distribution(stage: Stage) -> None:
    """Create a distribution that the policy admits, with signers that the spec does not name."""
    group = stage.make_group("theirs", stage.make_key("theirs", file="old"))
    made = stage.other_distribution(behavior={"TrustedKeyGroups": signers(group)})
    condition = {"StringEquals": {"AWS:SourceArn": made["ARN"]}}
    stage.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))


def no_access_control(stage: Stage) -> None:
    stage.edit(lambda config: config["Origins"]["Items"][0].update(OriginAccessControlId=""))


def never_signs(stage: Stage) -> None:
    _signing(stage, "never")


def signs_unless(stage: Stage) -> None:
    _signing(stage, "no-override")


def old_key_left(stage: Stage) -> None:
    """Leave a key in the group that the spec no longer names."""
    key = stage.make_key("lectures-2025-11", file="old")
    _group(stage, lambda items: [*items, key])


def key_swapped(stage: Stage) -> None:
    """Replace the key in the group."""
    key = stage.make_key("somebodys", file="old")
    _group(stage, lambda _: [key])


def foreign_group(stage: Stage) -> None:
    """Add someone else's key group."""
    group = stage.make_group("strangers", stage.make_key("somebodys", file="old"))
    stage.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            TrustedKeyGroups=signers(*config["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"], group)
        )
    )


def other_signer(stage: Stage) -> None:
    """Replace the key group with an account."""
    theirs = {"TrustedKeyGroups": NOBODY, "TrustedSigners": signers("111122223333")}
    stage.edit(lambda config: config["DefaultCacheBehavior"].update(theirs))


def poster_closed(stage: Stage) -> None:
    """Set signers on a public path."""

    def change(config: Json) -> None:
        ours = config["DefaultCacheBehavior"]["TrustedKeyGroups"]
        behavior(config, "/posters/*").update(TrustedKeyGroups=ours)

    stage.edit(change)


def poster_gone(stage: Stage) -> None:
    """Delete the public behavior."""

    def change(config: Json) -> None:
        left = [each for each in config["CacheBehaviors"]["Items"] if each["PathPattern"] != "/posters/*"]
        config["CacheBehaviors"] = listing(*left)

    stage.edit(change)


def cname_gone(stage: Stage) -> None:
    stage.edit(set_to(Aliases=listing()))


def disabled(stage: Stage) -> None:
    stage.edit(set_to(Enabled=False))


def old_tls(stage: Stage) -> None:
    stage.edit(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1"))


def other_bucket(stage: Stage) -> None:
    stage.bucket("elsewhere", "a/one.mp4")
    domain = "elsewhere.s3.us-east-1.amazonaws.com"
    stage.edit(lambda config: config["Origins"]["Items"][0].update(DomainName=domain))


def encrypted_by_kms(stage: Stage) -> None:
    """Encrypt an object with a key whose policy does not allow CloudFront."""
    kms = stage.clients("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    stage.s3.put_object(
        Bucket="media", Key="a/one.mp4", Body=b"0123456789", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )


def cors_for_all(stage: Stage) -> None:
    """Allow pages of all sites to read with the viewer's cookies."""
    _cors(stage, AccessControlAllowOrigins=listing("https://*.example.net", "https://www.example.com"))


def cors_for_everyone(stage: Stage) -> None:
    _cors(stage, AccessControlAllowOrigins=listing("*"))


def cors_without_cookies(stage: Stage) -> None:
    _cors(stage, AccessControlAllowCredentials=False)


def cors_detached(stage: Stage) -> None:
    stage.edit(lambda config: config["DefaultCacheBehavior"].pop("ResponseHeadersPolicyId"))


def tag_gone(stage: Stage) -> None:
    arn = stage.live()["ARN"]
    stage.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["cfstream:name"]})


def add(stage: Stage, path: str, fields: Json, *, first: bool = True) -> None:
    """Return an edit that adds a behavior like the default one, except for `fields`."""

    def change(config: Json) -> None:
        made = {**config["DefaultCacheBehavior"], "PathPattern": path, **fields}
        live = config["CacheBehaviors"].get("Items", [])
        config["CacheBehaviors"] = listing(*([made, *live] if first else [*live, made]))

    stage.edit(change)


def _signing(stage: Stage, how: str) -> None:
    (control,) = stage.controls()
    reply = stage.cloudfront.get_origin_access_control_config(Id=control)
    config = {**reply["OriginAccessControlConfig"], "SigningBehavior": how}
    stage.cloudfront.update_origin_access_control(
        Id=control, IfMatch=reply["ETag"], OriginAccessControlConfig=config
    )


def _group(stage: Stage, change: object) -> None:
    group = stage.groups()["viewers"]["Id"]
    reply = stage.cloudfront.get_key_group_config(Id=group)
    config = reply["KeyGroupConfig"]
    items = change(config["Items"])  # type: ignore[operator]
    stage.cloudfront.update_key_group(
        Id=group, IfMatch=reply["ETag"], KeyGroupConfig={**config, "Items": items}
    )


def _cors(stage: Stage, **fields: object) -> None:
    rows = stage.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    (row,) = rows["Items"]
    policy = row["ResponseHeadersPolicy"]["Id"]
    reply = stage.cloudfront.get_response_headers_policy_config(Id=policy)
    config = reply["ResponseHeadersPolicyConfig"]
    config["CorsConfig"].update(fields)
    stage.cloudfront.update_response_headers_policy(
        Id=policy, IfMatch=reply["ETag"], ResponseHeadersPolicyConfig=config
    )
