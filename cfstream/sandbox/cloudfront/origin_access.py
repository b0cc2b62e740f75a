"""Origin access identities (OAI) and origin access controls (OAC), with which CloudFront reads a bucket."""

from .distributions import LOCATION
from .records import Identity, Json, Record
from .refusal import CloudFrontError, demand, refuse_unless
from .rules import control_users, identity_of, judge_comment
from .shapes import check
from .state import CloudFrontState


class OriginAccessIdentities:
    """The operations on origin access identities. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.identities

    def create_cloud_front_origin_access_identity(self, params: Json) -> Json:
        config = params["CloudFrontOriginAccessIdentityConfig"]
        self._judge(config)
        existing = self._store.spent(config["CallerReference"])
        record = self._store.find(existing) if existing else None
        if existing and (record is None or record.config != config):
            raise CloudFrontError(
                "CloudFrontOriginAccessIdentityAlreadyExists",
                "The caller reference that you are using to create a CloudFront origin access identity is "
                "associated with another identity.",
            )
        if record is None:
            record = self._make(config)
        location = f"{LOCATION}origin-access-identity/cloudfront/{record.id}"
        return {**_identity(record), "Location": location}

    def _judge(self, config: Json) -> None:
        check("CloudFrontOriginAccessIdentityConfig", config)
        judge_comment(config["Comment"])

    def _make(self, config: Json) -> Identity:
        state = self._state
        limit = state.settings.quota("origin_access_identities")
        refuse_unless(len(self._store) < limit, "TooManyCloudFrontOriginAccessIdentities")
        etag, user = state.new_etag(), state.new_canonical_user()
        record = Identity(state.new_id("E"), etag, state.now(), config, canonical_user=user)
        self._store.add(record)
        self._store.references[config["CallerReference"]] = record.id
        return record

    def get_cloud_front_origin_access_identity(self, params: Json) -> Json:
        return _identity(self._store.seen(params["Id"]))

    def get_cloud_front_origin_access_identity_config(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        return {"CloudFrontOriginAccessIdentityConfig": record.config, "ETag": record.etag}

    def update_cloud_front_origin_access_identity(self, params: Json) -> Json:
        config = params["CloudFrontOriginAccessIdentityConfig"]
        self._judge(config)
        record = self._store.held(params["Id"], params.get("IfMatch"))
        same = config["CallerReference"] == record.config["CallerReference"]
        refuse_unless(same, "IllegalUpdate", "You cannot update the value of CallerReference.")
        self._state.rewrite(self._store, record, config)
        return _identity(record)

    def delete_cloud_front_origin_access_identity(self, params: Json) -> Json:
        record = self._store.held(params["Id"], params.get("IfMatch"))
        refuse_unless(not self._used(record.id), "CloudFrontOriginAccessIdentityInUse")
        self._store.remove(record)
        return {}

    def _used(self, identity: str) -> bool:
        state = self._state
        origins = [origin for record in state.distributions for origin in state.origins(record)]
        sides = [origin["S3OriginConfig"] for origin in origins if "S3OriginConfig" in origin]
        sides += [record.config["S3Origin"] for record in state.streaming]
        return any(identity_of(side["OriginAccessIdentity"]) == identity for side in sides)

    def list_cloud_front_origin_access_identities(self, params: Json) -> Json:
        page = self._state.page(self._store.listed(), params, _identity_summary)
        return {"CloudFrontOriginAccessIdentityList": page}


def _identity(record: Identity) -> Json:
    body = {
        "Id": record.id,
        "S3CanonicalUserId": record.canonical_user,
        "CloudFrontOriginAccessIdentityConfig": record.config,
    }
    return {"CloudFrontOriginAccessIdentity": body, "ETag": record.etag}


def _identity_summary(record: Identity) -> Json:
    return {"Id": record.id, "S3CanonicalUserId": record.canonical_user, "Comment": record.config["Comment"]}


class OriginAccessControls:
    """The operations on origin access controls. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.controls

    def create_origin_access_control(self, params: Json) -> Json:
        state = self._state
        config = self._judged(params["OriginAccessControlConfig"], None)
        limit = state.settings.quota("origin_access_controls")
        refuse_unless(len(self._store) < limit, "TooManyOriginAccessControls")
        record = Record(state.new_id("E"), state.new_etag(), state.now(), config)
        self._store.add(record)
        return {**_control(record), "Location": f"{LOCATION}origin-access-control/{record.id}"}

    def _judged(self, sent: Json, own: Record | None) -> Json:
        check("OriginAccessControlConfig", sent)
        name = sent["Name"]
        demand(1 <= len(name) <= 64, "The parameter Name must have 1 to 64 characters.")
        fine = all(record is own or record.config["Name"] != name for record in self._store)
        refuse_unless(fine, "OriginAccessControlAlreadyExists")
        return {"Description": "", **sent}

    def get_origin_access_control(self, params: Json) -> Json:
        return _control(self._store.seen(params["Id"]))

    def get_origin_access_control_config(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        return {"OriginAccessControlConfig": record.config, "ETag": record.etag}

    def update_origin_access_control(self, params: Json) -> Json:
        record = self._store.held(params["Id"], params.get("IfMatch"))
        self._state.rewrite(self._store, record, self._judged(params["OriginAccessControlConfig"], record))
        return _control(record)

    def delete_origin_access_control(self, params: Json) -> Json:
        record = self._store.held(params["Id"], params.get("IfMatch"))
        refuse_unless(not control_users(self._state, record.id), "OriginAccessControlInUse")
        self._store.remove(record)
        return {}

    def list_origin_access_controls(self, params: Json) -> Json:
        page = self._state.page(
            self._store.listed(), params, lambda record: {"Id": record.id, **record.config}
        )
        return {"OriginAccessControlList": page}


def _control(record: Record) -> Json:
    return {
        "OriginAccessControl": {"Id": record.id, "OriginAccessControlConfig": record.config},
        "ETag": record.etag,
    }
