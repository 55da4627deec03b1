"""What the petitions plugin contributes: an index."""

from __future__ import annotations

from huitang_sdk import Manifest, Plugin


class PetitionsPlugin(Plugin):
    manifest = Manifest(
        id="petitions",
        title={"zh-CN": "人民群众来信来访", "en": "Letters and visits"},
        summary={"zh-CN": "信访法定期限的计算。", "en": "The statutory time limits of letters and visits."},
        version="0.1.0",
        sdk=">=0.1,<1",
        icon="mail-opened",
    )
    package = "huitang_petitions"


plugin = PetitionsPlugin()
