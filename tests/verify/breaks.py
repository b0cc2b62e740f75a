"""The ways in which others break a good stack, each a function of the account."""

# ruff: noqa: D103 (where a name says it all)

import json

from tests.verify.account import VerifiedAccount
from tests.world.configs import behavior_of, listing, set_to, signers
from tests.world.specs import Json
from tests.world.statements import allow

NOBODY = signers()
OPEN = {"TrustedKeyGroups": NOBODY, "TrustedSigners": NOBODY}


def drop_signers(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["DefaultCacheBehavior"].update(OPEN))


def open_segments(account: VerifiedAccount) -> None:
    """Add an unsigned behavior that the spec does not name, before all others."""
    add(account, "*.m4s", OPEN)


def open_playlists(account: VerifiedAccount) -> None:
    """Remove the signers of the second behavior in the spec."""
    account.edit(lambda config: behavior_of(config, "*.m3u8").update(OPEN))


def open_everything_first(account: VerifiedAccount) -> None:
    """Add a catch-all without signers before everything else."""
    add(account, "/*", OPEN)


def answer_plain_http(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["DefaultCacheBehavior"].update(ViewerProtocolPolicy="allow-all"))


def public_policy(account: VerifiedAccount) -> None:
    account.unblocked()
    account.add_statement(allow("Open", "*"))


def policy_by_referer(account: VerifiedAccount) -> None:
    """Add a statement for anyone who sends a header."""
    condition = {"StringLike": {"aws:Referer": "https://www.example.com/*"}}
    account.unblocked()
    account.add_statement(allow("Referer", {"AWS": "*"}, Condition=condition))


def policy_for_all_but_one(account: VerifiedAccount) -> None:
    statement = {key: value for key, value in allow("AllButOne", "").items() if key != "Principal"}
    account.unblocked()
    account.add_statement({**statement, "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"}})


def policy_for_one_folder(account: VerifiedAccount) -> None:
    account.unblocked()
    account.add_statement(allow("HlsOpen", "*", "arn:aws:s3:::media/hls/*"))


def old_versions(account: VerifiedAccount) -> None:
    """Allow anyone who knows the id of a version to read it."""
    account.unblocked()
    account.add_statement({**allow("Versions", "*"), "Action": "s3:GetObjectVersion"})


def listed_by_anyone(account: VerifiedAccount) -> None:
    account.unblocked()
    account.add_statement({**allow("List", "*"), "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::media"})


def website(account: VerifiedAccount) -> None:
    """Make the bucket a web site, with the usual policy."""
    account.s3.put_bucket_website(
        Bucket="media", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
    )
    public_policy(account)


def public_object(account: VerifiedAccount) -> None:
    account.unblocked()
    account.s3.put_object_acl(Bucket="media", Key="a/one.mp4", ACL="public-read")


def object_for_all_accounts(account: VerifiedAccount) -> None:
    account.unblocked()
    account.s3.put_object_acl(Bucket="media", Key="hls/low/1.m4s", ACL="authenticated-read")


def public_bucket_acl(account: VerifiedAccount) -> None:
    account.unblocked()
    account.s3.put_bucket_acl(Bucket="media", ACL="public-read")


def public_access_point(account: VerifiedAccount) -> None:
    """Create a public access point, and delegate to it in the bucket's policy."""
    points = {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}}
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/wide/object/*"
    policy = {"Version": "2012-10-17", "Statement": [allow("Wide", "*", arn)]}
    account.unblocked()
    account.add_statement(allow("Points", "*", Condition=points))
    account.access_point("wide", json.dumps(policy), open_=True)


def any_distribution(account: VerifiedAccount) -> None:
    """Remove the SourceArn from the stack's statement."""
    account.unblocked()
    account.change_statement(Condition={})


def wrong_source(account: VerifiedAccount) -> None:
    arn = "arn:aws:cloudfront::123456789012:distribution/E000000000000"
    account.change_statement(Condition={"StringEquals": {"AWS:SourceArn": arn}})


def wider_action(account: VerifiedAccount) -> None:
    account.change_statement(Action="s3:*")


def wildcard_resource(account: VerifiedAccount) -> None:
    account.change_statement(Resource="arn:aws:s3:::media/*")


def narrower_resource(account: VerifiedAccount) -> None:
    account.change_statement(Resource="arn:aws:s3:::media/posters/*")


def statement_gone(account: VerifiedAccount) -> None:
    account.s3.delete_bucket_policy(Bucket="media")


def refused_by_policy(account: VerifiedAccount) -> None:
    """Add a Deny that keeps CloudFront from reading the videos."""
    denied = allow("NoMp4", "*", "arn:aws:s3:::media/a/*")
    account.add_statement({**denied, "Effect": "Deny"})


def other_distribution(account: VerifiedAccount) -> None:
    """Create an unsigned distribution of the account that the policy allows to read."""
    created = account.other_distribution()
    condition = {"StringEquals": {"AWS:SourceArn": created["ARN"]}}
    account.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))


def signed_distribution(account: VerifiedAccount) -> None:
    """Create a distribution that the policy admits, with signers that the spec does not name."""
    group = account.make_group("theirs", account.make_key("theirs", file="old"))
    created = account.other_distribution(behavior={"TrustedKeyGroups": signers(group)})
    condition = {"StringEquals": {"AWS:SourceArn": created["ARN"]}}
    account.add_statement(allow("Mirror", {"Service": "cloudfront.amazonaws.com"}, Condition=condition))


def no_access_control(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["Origins"]["Items"][0].update(OriginAccessControlId=""))


def never_signs(account: VerifiedAccount) -> None:
    _signing(account, "never")


def signs_unless(account: VerifiedAccount) -> None:
    _signing(account, "no-override")


def old_key_left(account: VerifiedAccount) -> None:
    """Leave a key in the group that the spec no longer names."""
    key = account.make_key("lectures-2025-11", file="old")
    _group(account, lambda items: [*items, key])


def key_swapped(account: VerifiedAccount) -> None:
    """Replace the key in the group."""
    key = account.make_key("somebodys", file="old")
    _group(account, lambda _: [key])


def foreign_group(account: VerifiedAccount) -> None:
    """Add someone else's key group."""
    group = account.make_group("strangers", account.make_key("somebodys", file="old"))
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            TrustedKeyGroups=signers(*config["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"], group)
        )
    )


def other_signer(account: VerifiedAccount) -> None:
    """Replace the key group with an account."""
    theirs = {"TrustedKeyGroups": NOBODY, "TrustedSigners": signers("111122223333")}
    account.edit(lambda config: config["DefaultCacheBehavior"].update(theirs))


def poster_closed(account: VerifiedAccount) -> None:
    """Set signers on a public path."""

    def change(config: Json) -> None:
        ours = config["DefaultCacheBehavior"]["TrustedKeyGroups"]
        behavior_of(config, "/posters/*").update(TrustedKeyGroups=ours)

    account.edit(change)


def poster_gone(account: VerifiedAccount) -> None:
    """Delete the public behavior."""

    def change(config: Json) -> None:
        left = [each for each in config["CacheBehaviors"]["Items"] if each["PathPattern"] != "/posters/*"]
        config["CacheBehaviors"] = listing(*left)

    account.edit(change)


def cname_gone(account: VerifiedAccount) -> None:
    account.edit(set_to(Aliases=listing()))


def disabled(account: VerifiedAccount) -> None:
    account.edit(set_to(Enabled=False))


def old_tls(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1"))


def other_bucket(account: VerifiedAccount) -> None:
    account.bucket("elsewhere", "a/one.mp4")
    domain = "elsewhere.s3.us-east-1.amazonaws.com"
    account.edit(lambda config: config["Origins"]["Items"][0].update(DomainName=domain))


def encrypted_by_kms(account: VerifiedAccount) -> None:
    """Encrypt an object with a key whose policy does not allow CloudFront."""
    kms = account.clients("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    account.s3.put_object(
        Bucket="media", Key="a/one.mp4", Body=b"0123456789", ServerSideEncryption="aws:kms", SSEKMSKeyId=key
    )


def cors_for_all(account: VerifiedAccount) -> None:
    """Allow pages of all sites to read with the viewer's cookies."""
    _cors(account, AccessControlAllowOrigins=listing("https://*.example.net", "https://www.example.com"))


def cors_for_everyone(account: VerifiedAccount) -> None:
    _cors(account, AccessControlAllowOrigins=listing("*"))


def cors_without_cookies(account: VerifiedAccount) -> None:
    _cors(account, AccessControlAllowCredentials=False)


def cors_detached(account: VerifiedAccount) -> None:
    account.edit(lambda config: config["DefaultCacheBehavior"].pop("ResponseHeadersPolicyId"))


def tag_gone(account: VerifiedAccount) -> None:
    arn = account.live()["ARN"]
    account.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["cfstream:name"]})


def add(account: VerifiedAccount, path: str, fields: Json, *, first: bool = True) -> None:
    """Return an edit that adds a behavior like the default one, except for `fields`."""

    def change(config: Json) -> None:
        behavior = {**config["DefaultCacheBehavior"], "PathPattern": path, **fields}
        live = config["CacheBehaviors"].get("Items", [])
        config["CacheBehaviors"] = listing(*([behavior, *live] if first else [*live, behavior]))

    account.edit(change)


def _signing(account: VerifiedAccount, how: str) -> None:
    (control,) = account.controls()
    reply = account.cloudfront.get_origin_access_control_config(Id=control)
    config = {**reply["OriginAccessControlConfig"], "SigningBehavior": how}
    account.cloudfront.update_origin_access_control(
        Id=control, IfMatch=reply["ETag"], OriginAccessControlConfig=config
    )


def _group(account: VerifiedAccount, change: object) -> None:
    group = account.groups()["viewers"]["Id"]
    reply = account.cloudfront.get_key_group_config(Id=group)
    config = reply["KeyGroupConfig"]
    items = change(config["Items"])  # type: ignore[operator]
    account.cloudfront.update_key_group(
        Id=group, IfMatch=reply["ETag"], KeyGroupConfig={**config, "Items": items}
    )


def _cors(account: VerifiedAccount, **fields: object) -> None:
    rows = account.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    (row,) = rows["Items"]
    policy = row["ResponseHeadersPolicy"]["Id"]
    reply = account.cloudfront.get_response_headers_policy_config(Id=policy)
    config = reply["ResponseHeadersPolicyConfig"]
    config["CorsConfig"].update(fields)
    account.cloudfront.update_response_headers_policy(
        Id=policy, IfMatch=reply["ETag"], ResponseHeadersPolicyConfig=config
    )
