"""A report as a document of blocks, and its three papers: PPTX with native charts, PDF, and one HTML file that opens
offline. What a report says is composed elsewhere; here it is only laid out, so that the three say exactly the same."""

from reports.paper.document import (
    Bars,
    Bullets,
    Document,
    Fact,
    Facts,
    Lines,
    Paragraph,
    Picture,
    Section,
    Series,
    Table,
)

__all__ = [
    "Bars",
    "Bullets",
    "Document",
    "Fact",
    "Facts",
    "Lines",
    "Paragraph",
    "Picture",
    "Section",
    "Series",
    "Table",
]
