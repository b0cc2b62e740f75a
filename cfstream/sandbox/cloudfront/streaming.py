"""The operations on streaming distributions (the RTMP kind), as they were before AWS retired them."""

from .defaults import filled_streaming
from .distributions import LOCATION, active_signers, head
from .records import Distribution, Json
from .refusal import CloudFrontError, refuse_unless
from .rules import judge_streaming
from .shapes import check
from .state import CloudFrontState
from .tags import judged_tags

_SUMMARY = ("S3Origin", "Aliases", "TrustedSigners", "Comment", "PriceClass", "Enabled")


class StreamingDistributions:
    """The operations on streaming distributions. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.streaming

    def create_streaming_distribution(self, params: Json) -> Json:
        return self._create(params["StreamingDistributionConfig"], {})

    def create_streaming_distribution_with_tags(self, params: Json) -> Json:
        both = params["StreamingDistributionConfigWithTags"]
        check("StreamingDistributionConfigWithTags", both)
        return self._create(both["StreamingDistributionConfig"], judged_tags(self._state, {}, both["Tags"]))

    def _create(self, sent: Json, tags: dict[str, str]) -> Json:
        state, store = self._state, self._store
        if state.settings.refuse_rtmp:
            raise CloudFrontError("UnsupportedOperation", "RTMP distributions are no longer supported.")
        check("StreamingDistributionConfig", sent)
        # It is not known whether AWS includes the id here, as for the other kind. The sandbox does not.
        refuse_unless(
            not store.spent(sent["CallerReference"]),
            "StreamingDistributionAlreadyExists",
            "The caller reference that you are using to create a streaming distribution is associated with "
            "another streaming distribution.",
        )
        config = filled_streaming(sent, state.account)
        judge_streaming(state, config, None)
        fine = len(store) < state.settings.quota("streaming_distributions")
        refuse_unless(fine, "TooManyStreamingDistributions")
        record = state.new_distribution("streaming-distribution", config, tags)
        store.add(record)
        store.references[config["CallerReference"]] = record.id
        location = f"{LOCATION}streaming-distribution/{record.id}"
        return {"StreamingDistribution": self._written(record), "ETag": record.etag, "Location": location}

    def get_streaming_distribution(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        return {"StreamingDistribution": self._state.show(record, _render), "ETag": record.etag}

    def get_streaming_distribution_config(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        config = self._state.show(record, lambda _record, _status, config: config)
        return {"StreamingDistributionConfig": config, "ETag": record.etag}

    def update_streaming_distribution(self, params: Json) -> Json:
        state, sent = self._state, params["StreamingDistributionConfig"]
        check("StreamingDistributionConfig", sent)
        record = self._store.held(params["Id"], params.get("IfMatch"))
        live = record.config
        same = sent["CallerReference"] == live["CallerReference"]
        same = same and sent["S3Origin"]["DomainName"] == live["S3Origin"]["DomainName"]
        refuse_unless(same, "IllegalUpdate", "You cannot update Origin or CallerReference.")
        config = filled_streaming(sent, state.account)
        judge_streaming(state, config, record)
        state.deploy(self._store, record, config)
        return {"StreamingDistribution": self._written(record), "ETag": record.etag}

    def delete_streaming_distribution(self, params: Json) -> Json:
        record = self._store.held(params["Id"], params.get("IfMatch"))
        gone_from_edges = not record.config["Enabled"] and self._state.deployed(record)
        refuse_unless(gone_from_edges, "StreamingDistributionNotDisabled")
        self._store.remove(record)
        return {}

    def list_streaming_distributions(self, params: Json) -> Json:
        state = self._state
        page = state.page(self._store.listed(), params, lambda record: state.show(record, _summary))
        return {"StreamingDistributionList": page}

    def _written(self, record: Distribution) -> Json:
        return _render(record, "InProgress", record.config)


def _render(record: Distribution, status: str, config: Json) -> Json:
    return {
        **head(record, status),
        "ActiveTrustedSigners": active_signers(record),
        "StreamingDistributionConfig": config,
    }


def _summary(record: Distribution, status: str, config: Json) -> Json:
    # No ETag here, unlike rows of the other kind (StreamingDistributionSummary).
    return {**head(record, status), **{member: config[member] for member in _SUMMARY}}
