"""Frame and metric in, Plotly figure (or a small SVG) and a sentence for the screen reader out. No Streamlit here."""
