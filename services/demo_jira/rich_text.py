"""Wiki text as the old interface gives it, and the same as a document of the new one (ADF)."""

import re
from functools import lru_cache
from typing import Any

_STRONG = re.compile(r"\*([^*\s][^*]*)\*")


@lru_cache(maxsize=512)
def document(text: str) -> dict[str, Any]:
    """A document of paragraphs, headings and bullet lists; nobody changes it, so it is kept."""
    blocks: list[dict[str, Any]] = []
    for line in text.split("\n"):
        if line.startswith("h3. "):
            blocks.append({"type": "heading", "attrs": {"level": 3}, "content": _inline(line[4:])})
        elif line.startswith("* "):
            if not blocks or blocks[-1]["type"] != "bulletList":
                blocks.append({"type": "bulletList", "content": []})
            paragraph = {"type": "paragraph", "content": _inline(line[2:])}
            blocks[-1]["content"].append({"type": "listItem", "content": [paragraph]})
        elif line.strip():
            blocks.append({"type": "paragraph", "content": _inline(line)})
    return {"type": "doc", "version": 1, "content": blocks}


def _inline(line: str) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for place, piece in enumerate(_STRONG.split(line)):
        if piece:
            strong = {"marks": [{"type": "strong"}]} if place % 2 else {}
            parts.append({"type": "text", "text": piece, **strong})
    return parts
