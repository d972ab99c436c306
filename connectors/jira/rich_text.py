"""Descriptions as plain text: ADF documents of version 3, wiki text of version 2."""

import re
from typing import Any

_BLOCKS = frozenset({
    "paragraph", "heading", "listItem", "taskItem", "decisionItem", "codeBlock", "blockquote", "panel", "tableRow", "rule",
    "mediaSingle", "expand", "nestedExpand", "blockCard",
})  # fmt: skip
_DEEPEST = 100
_WIKI_MARKS = re.compile(
    r"\{(?:code|noformat|quote|panel|color)(?::[^}\n]*)?\}"  # blocks and colours
    r"|^[ \t]*(?:h[1-6]\.|bq\.)[ \t]*"  # headings and quotes
    r"|^[ \t]*([*#-]+)[ \t]+",  # bullets
    re.MULTILINE,
)
_WIKI_LINK = re.compile(r"\[([^|\]\n]+)\|[^\]\n]+\]")
_WIKI_TABLE = re.compile(r"^\|\|?(.*?)\|?\|[ \t]*$", re.MULTILINE)
_WIKI_STRESS = re.compile(r"(?<![\w*_+^~-])([*_+^~])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_+^~-])")
_BLANK_LINES = re.compile(r"\n{3,}")


def plain_description(given: Any) -> str | None:
    """The text of a description, whichever way it is written; None for none and for an empty one."""
    if given is None:
        return None
    if isinstance(given, str):
        text = _wiki(given) if _looks_marked(given) else given
    elif isinstance(given, dict):
        pieces: list[str] = []
        _walk(given, pieces, 0)
        text = "".join(pieces)
    else:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n\n\n" in text:
        text = _BLANK_LINES.sub("\n\n", text)
    return text.strip() or None


def _looks_marked(text: str) -> bool:
    return any(mark in text for mark in ("{", "h1.", "h2.", "h3.", "h4.", "bq.", "|", "*", "#", "_", "+", "- "))


def _wiki(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if "|" in text:
        text = _WIKI_LINK.sub(r"\1", text)
    text = _WIKI_MARKS.sub(lambda found: "- " if found.group(1) else "", text)
    if "|" in text:
        text = _WIKI_TABLE.sub(lambda found: found.group(1).replace("||", "\t").replace("|", "\t"), text)
    return _WIKI_STRESS.sub(r"\2", text)


def _walk(node: Any, pieces: list[str], depth: int) -> None:
    """Text of one node after another; a block ends its line. Deeper than any editor nests, a document is hostile."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    kind = node.get("type")
    attributes = node.get("attrs")
    attributes = attributes if isinstance(attributes, dict) else {}
    if kind == "text":
        pieces.append(str(node.get("text") or ""))
    elif kind == "hardBreak":
        pieces.append("\n")
    elif kind in ("mention", "emoji", "status"):
        pieces.append(str(attributes.get("text") or attributes.get("shortName") or ""))
    elif kind in ("inlineCard", "blockCard"):
        pieces.append(str(attributes.get("url") or ""))
    elif kind == "date":
        pieces.append(str(attributes.get("timestamp") or ""))
    if kind == "listItem":
        pieces.append("- ")
    content = node.get("content")
    for index, child in enumerate(content if isinstance(content, list) else ()):
        if kind == "tableRow" and index:
            _end_cell(pieces)
        _walk(child, pieces, depth + 1)
    if kind in _BLOCKS and pieces and not pieces[-1].endswith("\n"):
        pieces.append("\n")


def _end_cell(pieces: list[str]) -> None:
    if pieces and pieces[-1] == "\n":
        pieces.pop()
    pieces.append("\t")
