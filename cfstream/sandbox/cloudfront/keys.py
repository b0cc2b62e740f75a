"""Public keys, and the key groups that distributions trust."""

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from .distributions import LOCATION
from .records import Json, PublicKey, Record
from .refusal import CloudFrontError, demand, refuse_unless
from .rules import judge_comment
from .shapes import check
from .state import CloudFrontState

_NAME = re.compile(r"[0-9A-Za-z_-]{1,128}")
_HEADER = "-----BEGIN PUBLIC KEY-----"


class PublicKeys:
    """CreatePublicKey and the other operations on public keys. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.public_keys

    def create_public_key(self, params: Json) -> Json:
        state, sent = self._state, params["PublicKeyConfig"]
        _judge_key(sent)
        reference, name = sent["CallerReference"], sent["Name"]
        fresh = not self._store.spent(reference) and all(key.config["Name"] != name for key in self._store)
        refuse_unless(fresh, "PublicKeyAlreadyExists")
        refuse_unless(len(self._store) < state.settings.quota("public_keys"), "TooManyPublicKeys")
        now = state.now()
        key = PublicKey(state.new_id("K"), state.new_etag(), now, _kept(sent), created=now)
        self._store.add(key)
        self._store.references[reference] = key.id
        return {**_public_key(key), "Location": f"{LOCATION}public-key/{key.id}"}

    def get_public_key(self, params: Json) -> Json:
        return _public_key(self._store.seen(params["Id"]))

    def get_public_key_config(self, params: Json) -> Json:
        key = self._store.seen(params["Id"])
        return {"PublicKeyConfig": key.config, "ETag": key.etag}

    def update_public_key(self, params: Json) -> Json:
        check("PublicKeyConfig", params["PublicKeyConfig"])
        key = self._store.held(params["Id"], params.get("IfMatch"))
        config = _kept(params["PublicKeyConfig"])
        same = {**config, "Comment": ""} == {**key.config, "Comment": ""}
        refuse_unless(same, "CannotChangeImmutablePublicKeyFields")
        judge_comment(config["Comment"])
        self._state.rewrite(self._store, key, config)
        return _public_key(key)

    def delete_public_key(self, params: Json) -> Json:
        key = self._store.held(params["Id"], params.get("IfMatch"))
        used = any(key.id in group.config["Items"] for group in self._state.key_groups)
        refuse_unless(not used, "PublicKeyInUse")
        self._store.remove(key)
        return {}

    def list_public_keys(self, params: Json) -> Json:
        return {"PublicKeyList": self._state.page(self._store.listed(), params, _key_summary)}


def _judge_key(sent: Json) -> None:
    check("PublicKeyConfig", sent)
    named = _NAME.fullmatch(sent["Name"])
    demand(named, "The parameter Name may hold 1 to 128 letters, digits, '_' and '-'.")
    judge_comment(sent.get("Comment", ""))
    try:
        key = load_pem_public_key(sent["EncodedKey"].encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    fine = (isinstance(key, rsa.RSAPublicKey) and key.key_size == 2048) or (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    )
    message = "The parameter EncodedKey must be a public key in PEM: RSA of 2048 bits, or ECDSA P-256."
    demand(fine and sent["EncodedKey"].lstrip().startswith(_HEADER), message)


def _kept(sent: Json) -> Json:
    # The key always reads back with one newline at its end.
    return {"Comment": "", **sent, "EncodedKey": sent["EncodedKey"].strip() + "\n"}


def _public_key(key: PublicKey) -> Json:
    body = {"Id": key.id, "CreatedTime": key.created, "PublicKeyConfig": key.config}
    return {"PublicKey": body, "ETag": key.etag}


def _key_summary(key: PublicKey) -> Json:
    shown = {member: key.config[member] for member in ("Name", "EncodedKey", "Comment")}
    return {"Id": key.id, "CreatedTime": key.created, **shown}


class KeyGroups:
    """CreateKeyGroup and the other operations on key groups. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.key_groups

    def create_key_group(self, params: Json) -> Json:
        state = self._state
        config = self._judged(params["KeyGroupConfig"], None)
        refuse_unless(len(self._store) < state.settings.quota("key_groups"), "TooManyKeyGroups")
        group = Record(state.new_uuid(), state.new_etag(), state.now(), config)
        self._store.add(group)
        return {**_key_group(group), "Location": f"{LOCATION}key-group/{group.id}"}

    def _judged(self, sent: Json, own: Record | None) -> Json:
        check("KeyGroupConfig", sent)
        state, keys = self._state, sent.get("Items", [])
        demand(sent["Name"], "The parameter Name is required.")
        judge_comment(sent.get("Comment", ""))
        demand(keys, "The parameter Items must hold at least one public key.")
        demand(len(set(keys)) == len(keys), "The parameter Items contains duplicates.")
        limit = state.settings.quota("public_keys_per_key_group")
        refuse_unless(len(keys) <= limit, "TooManyPublicKeysInKeyGroup")
        for key in keys:
            if state.public_keys.find(key) is None:
                raise CloudFrontError(
                    "InvalidArgument", f"The parameter Items names a public key that does not exist: {key}."
                )
        fine = all(group is own or group.config["Name"] != sent["Name"] for group in self._store)
        refuse_unless(fine, "KeyGroupAlreadyExists")
        return {"Comment": "", **sent}

    def get_key_group(self, params: Json) -> Json:
        return _key_group(self._store.seen(params["Id"]))

    def get_key_group_config(self, params: Json) -> Json:
        group = self._store.seen(params["Id"])
        return {"KeyGroupConfig": group.config, "ETag": group.etag}

    def update_key_group(self, params: Json) -> Json:
        state = self._state
        group = self._store.held(params["Id"], params.get("IfMatch"))
        config = self._judged(params["KeyGroupConfig"], group)
        # First update the distributions that use it, whose edges still have the group's current keys.
        state.touch_users("TrustedKeyGroups", group.id)
        state.rewrite(self._store, group, config)
        return _key_group(group)

    def delete_key_group(self, params: Json) -> Json:
        group = self._store.held(params["Id"], params.get("IfMatch"))
        refuse_unless(not self._state.users("TrustedKeyGroups", group.id), "ResourceInUse")
        self._store.remove(group)
        return {}

    def list_key_groups(self, params: Json) -> Json:
        page = self._state.page(
            self._store.listed(), params, lambda group: {"KeyGroup": _key_group(group)["KeyGroup"]}
        )
        return {"KeyGroupList": page}


def _key_group(group: Record) -> Json:
    body = {"Id": group.id, "LastModifiedTime": group.modified, "KeyGroupConfig": group.config}
    return {"KeyGroup": body, "ETag": group.etag}
