"""Elements of a reply that botocore's model does not have, which AWS may start to send at any time."""

import functools
from typing import Any

import botocore.session
import pytest

from cfstream.aws.unknown_members import unknown_in

CLOUDFRONT = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
TAGS = "<Novelty><Enabled>true</Enabled></Novelty>"


@functools.cache
def output(service: str, operation: str) -> Any:
    """Return what botocore expects in the reply to an operation."""
    return botocore.session.get_session().get_service_model(service).operation_model(operation).output_shape


def found(body: str, operation: str = "GetDistributionConfig", service: str = "cloudfront") -> list[str]:
    """Return the unknown members of a reply."""
    return unknown_in(output(service, operation), body.encode())


def config(inside: str) -> str:
    """Return a distribution's configuration."""
    return f'<DistributionConfig xmlns="{CLOUDFRONT}"><Comment>c</Comment>{inside}</DistributionConfig>'


@pytest.mark.parametrize(
    ("inside", "path"),
    [
        (TAGS, "Novelty"),
        (f"<DefaultCacheBehavior>{TAGS}</DefaultCacheBehavior>", "DefaultCacheBehavior.Novelty"),
        (
            f"<CacheBehaviors><Items><CacheBehavior>{TAGS}</CacheBehavior></Items></CacheBehaviors>",
            "CacheBehaviors.Items.Novelty",
        ),
        (
            f"<Origins><Items><Origin><S3OriginConfig>{TAGS}</S3OriginConfig></Origin></Items></Origins>",
            "Origins.Items.S3OriginConfig.Novelty",
        ),
        ("<Origins><Items><NewOrigin/></Items></Origins>", "Origins.Items.NewOrigin"),
        (f"<Aliases>{TAGS}</Aliases>", "Aliases.Novelty"),
    ],
)
def test_a_member_that_the_model_lacks_is_found_where_it_is(inside: str, path: str) -> None:
    """It may be at the top, in a behavior, in an origin, in a list, or in an item of one."""
    assert found(config(inside)) == [f"DistributionConfig.{path}"]


def test_a_member_of_many_items_is_named_once() -> None:
    """A new setting in twenty behaviors is listed once."""
    behavior = f"<CacheBehavior><PathPattern>/a/*</PathPattern>{TAGS}</CacheBehavior>"
    body = config(f"<CacheBehaviors><Items>{behavior * 3}</Items></CacheBehaviors>")
    assert found(body) == ["DistributionConfig.CacheBehaviors.Items.Novelty"]


def test_a_reply_of_known_members_has_no_unknown_members() -> None:
    """Content and order do not matter."""
    assert found(config("<Enabled>true</Enabled><Aliases><Quantity>0</Quantity></Aliases>")) == []
    whole = f"<Distribution><Id>E1</Id>{config('')}</Distribution>"
    assert found(whole, "GetDistribution") == []


def test_members_beside_the_configuration_are_named_as_such() -> None:
    """Paths start at the top of the reply, so they show what an update would drop."""
    whole = f"<Distribution><Id>E1</Id><Health>good</Health>{config(TAGS)}</Distribution>"
    assert found(whole, "GetDistribution") == [
        "Distribution.DistributionConfig.Novelty",
        "Distribution.Health",
    ]


def test_attributes_are_not_members() -> None:
    """S3 has the type of a grantee in an attribute."""
    grantee = (
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">'
        "<ID>1</ID>{}</Grantee><Permission>READ</Permission>"
    )

    def acl(more: str) -> str:
        grants = f"<AccessControlList><Grant>{grantee.format(more)}</Grant></AccessControlList>"
        return f"<AccessControlPolicy><Owner><ID>1</ID></Owner>{grants}</AccessControlPolicy>"

    assert found(acl(""), "GetObjectAcl", "s3") == []
    assert found(acl("<Until>2027</Until>"), "GetObjectAcl", "s3") == ["Grants.Grantee.Until"]


def test_a_list_without_an_element_of_its_own_is_looked_into() -> None:
    """S3's lists of rules are flattened: each item is an element of the parent."""
    rule = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>{}</CORSRule>"
    body = f"<CORSConfiguration>{rule.format('')}{rule.format('<Until>2027</Until>')}</CORSConfiguration>"
    assert found(body, "GetBucketCors", "s3") == ["CORSRules.Until"]


@pytest.mark.parametrize("body", ["", "not xml", "<DistributionConfig>"])
def test_a_body_that_is_not_xml_is_left_to_the_parser(body: str) -> None:
    """The parser reports what is wrong with it."""
    assert found(body) == []
