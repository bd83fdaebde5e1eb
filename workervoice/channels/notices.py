"""What may be said in WhatsApp's templates: that something waits. And in which languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTICES = ("reply_waits", "question_waits")  # phrases that tell nobody what it is about

# Ours, and what WhatsApp calls it, by Meta's page on templates (read 2026-11). It has no templates
# in the others: am, ht, km, my, ne, si, ug.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        **{same: same for same in ("ar", "bn", "en", "es", "fr", "hi", "id", "ko", "lo")},
        **{same: same for same in ("ms", "sw", "ta", "th", "tr", "ur", "vi")},
        "pt": "pt_PT",
        "tl": "fil",
        "zh-cn": "zh_CN",
        "zh-tw": "zh_TW",
    }
)
