"""Writes a reader in the form of `also_read_by` and `also_managed_by`."""

from pydantic_core import PydanticCustomError

from cfstream.access.reader import Reader, ReaderKind
from cfstream.spec.listed_readers import listed_reader

_FORMS = {
    ReaderKind.CANONICAL: "canonical:{}",
    ReaderKind.OAI: "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {}",
}


def text_in_spec(reader: Reader) -> str | None:
    """Return the text that lists `reader` in a spec, or None if a spec cannot list it.

    A spec cannot list anyone, the signers of a distribution, or a reader whose id is only known after a step of this
    run.
    """
    if not isinstance(reader.name, str):
        return None
    text = _FORMS.get(reader.kind, "{}").format(reader.name)
    try:
        listed_reader(text)
    except PydanticCustomError:
        return None
    return text
