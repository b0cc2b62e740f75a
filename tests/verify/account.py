"""The account of tests of verify: a good stack, changes that break it, and what verify and plan report then.

The modules beside this one have the tests.
"""

import functools
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cfstream.ports import Reply, Viewer, Visit
from cfstream.render.text import plan_text
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.sign.keys import PrivateKey, private_key
from cfstream.testing.certificates import imported
from cfstream.verification import KeyAtHand, Proof, StackProof, VerificationTools
from cfstream.workflow import verify_stacks
from tests.world.account import SandboxAccount
from tests.world.configs import listing
from tests.world.plans import report_lines
from tests.world.sandbox import Sandbox
from tests.world.specs import Json, group, key

MASTER = b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlow/index.m3u8\n"
RENDITION = (
    b'#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\n1.m4s\n#EXT-X-ENDLIST\n'
)

MEDIA = {
    "a/one.mp4": b"0123456789",
    "a/two words+ü~.mp4": b"0123456789",
    "hls/master.m3u8": MASTER,
    "hls/low/index.m3u8": RENDITION,
    "hls/low/init.mp4": b"init",
    "hls/low/1.m4s": b"segment",
    "posters/one.jpg": b"poster",
}
"""The objects of the bucket."""

HOST = "media.example.com"


@functools.cache
def signing_key(name: str) -> PrivateKey:
    """Return a private key for this name, created once."""
    key = rsa.generate_private_key(65537, 2048)
    return private_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), name=name)


class VerifiedAccount(SandboxAccount):
    """An account whose bucket has media, and whose key ``one`` has a private half."""

    def __init__(
        self,
        folder: Path,
        sandbox: Sandbox,
        *,
        viewer: Viewer,
        s3control: Any,
    ) -> None:
        super().__init__(folder, sandbox)
        self.viewer = viewer
        self.s3control = s3control
        self.key = signing_key("one")
        for name in ("one", "old"):
            (folder / f"{name}.pem").write_text(signing_key(name).public_pem)

    def create_media(self) -> None:
        """Make the bucket with its media, and the certificate."""
        self.bucket("media", ObjectOwnership="BucketOwnerPreferred")
        for name, body in MEDIA.items():
            self.s3.put_object(Bucket="media", Key=name, Body=body)
        imported(self.clients("acm"), HOST)

    @property
    def spec(self) -> Json:
        """Return the good stack's spec."""
        return {
            "version": 1,
            "name": "lectures",
            "bucket": "media",
            "cnames": [HOST],
            "key_groups": [group(key("one"))],
            "http": {
                "behaviors": [
                    {"path": "/posters/*", "public": True},
                    {"path": "*.m3u8", "cache_policy": "CachingDisabled"},
                ],
                "cors": {"origins": ["https://www.example.com"], "credentials": True},
            },
        }

    def made(self, document: Json | None = None) -> None:
        """Apply a spec, or the good one. Both may have public paths, which are a hazard."""
        report = self.apply(document or self.spec, allow=["makes-public"])
        assert report.exit_code == 0, report_lines(report)

    def verify(
        self,
        *documents: Json,
        key: PrivateKey | None = None,
        key_id: str | None = None,
        wanted: str | None = None,
        viewer: Viewer | None = None,
    ) -> Proof:
        """Return the proof of these specs, by default of the good stack."""
        at_hand = KeyAtHand(key, key_id) if key is not None else None
        tools = VerificationTools(viewer or self.viewer, self.clock, at_hand, wanted)
        return verify_stacks(self.load(*(documents or (self.spec,))), self.world, tools)

    def proof(self, document: Json | None = None, **tools: Any) -> StackProof:
        """Return the proof of one stack."""
        return self.verify(document or self.spec, **tools).stacks[0]

    def visit(self, url: str) -> Reply:
        """Return the answer to an unsigned request of a viewer."""
        (reply,) = self.viewer.together([Visit(url)])
        assert isinstance(reply, Reply)
        return reply

    def planned(self) -> str:
        """Return the plan of the good stack in one line, without line breaks."""
        return " ".join(plan_text(self.plan(self.spec), color=False, width=1000).split())

    def block(self, **settings: bool) -> None:
        """Block public access to the bucket only in these respects."""
        names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        self.s3.put_public_access_block(
            Bucket="media",
            PublicAccessBlockConfiguration={name: settings.get(name, False) for name in names},
        )

    def blocked(self) -> None:
        """Block all public access to the bucket."""
        self.block(
            BlockPublicAcls=True, IgnorePublicAcls=True, BlockPublicPolicy=True, RestrictPublicBuckets=True
        )

    @functools.cached_property
    def identity(self) -> str:
        """Create an OAI by hand, and return its id."""
        return self.make_identity()

    def add_statement(self, statement: Json) -> None:
        """Add a statement to the policy of the bucket."""
        self.put_policy(*(self.policy() or {"Statement": []})["Statement"], statement)

    def change_statement(self, **fields: Any) -> None:
        """Change fields of the stack's statement."""
        (ours,) = (self.policy() or {})["Statement"]
        self.put_policy({**ours, **fields})

    def access_point(self, name: str, policy: str = "", *, open_: bool = False) -> None:
        """Create an access point of the bucket."""
        block = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), not open_
        )
        self.s3control.create_access_point(
            AccountId=ACCOUNT, Name=name, Bucket="media", PublicAccessBlockConfiguration=block
        )
        if policy:
            self.s3control.put_access_point_policy(AccountId=ACCOUNT, Name=name, Policy=policy)

    def other_distribution(self, bucket: str = "media", **fields: Any) -> Json:
        """Create another distribution by hand, like the stack's except for these fields, and by default unsigned."""
        ours = self.config()
        behavior = {**ours["DefaultCacheBehavior"], "TrustedKeyGroups": {"Enabled": False, "Quantity": 0}}
        behavior.pop("ResponseHeadersPolicyId", None)
        (origin,) = ours["Origins"]["Items"]
        sent = {
            **ours,
            "CallerReference": f"by-hand-{bucket}",
            "Comment": "by hand",
            "Aliases": listing(),
            "CacheBehaviors": listing(),
            "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
            "Origins": listing({**origin, "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com"}),
            "DefaultCacheBehavior": {**behavior, **fields.pop("behavior", {})},
            **fields,
        }
        created: Json = self.cloudfront.create_distribution(DistributionConfig=sent)["Distribution"]
        return created


def failed_checks(proof: StackProof) -> str:
    """Return what verify reports as broken; empty if nothing is."""
    return "\n".join(
        f"{each.verdict}: {each.where}: {each.part}: {each.claim}: {each.why}" for each in proof.broken
    )
