"""What petitioners are told by SMS and WeChat. The words are in templates/petitions/messages."""

from __future__ import annotations

from huitang_petitions.services.correspondence import WROTE
from huitang_petitions.services.entering import TOLD
from huitang_petitions.services.telling import GIVEN, SAMPLE, TELLING
from huitang_petitions.services.unread import UNREAD, WELCOME
from huitang_sdk.declare import MessageKind

KINDS = (
    MessageKind(
        TOLD,
        "A letter was registered: its number and look-up code",
        sample={"number": "2026-000042", "code": "7K3M-9QXT-2HVA-B5C6F"},
        secret=True,  # the code opens the matter for as long as there is one
    ),
    MessageKind(WROTE, "The office wrote to the petitioner", sample={"number": "2026-000042"}),
    *(MessageKind(f"petitions.{event}", one.title, sample=SAMPLE) for event, one in TELLING.items()),
    MessageKind(
        UNREAD,
        "Something came by WeChat that cannot be taken there",
        sample={"form": "voice", "number": "2026-000042", "kept": "", "site": "https://petitions.example.org"},
        channels=("wechat",),
    ),
    MessageKind(
        WELCOME, "Somebody follows the WeChat account", {"site": "https://petitions.example.org"}, channels=("wechat",)
    ),
    MessageKind(GIVEN, "The office gave the petitioner a letter", sample={"number": "2026-000042"}),
)
