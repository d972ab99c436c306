"""The outside world's shapes: each source fetches raw records (I/O) and parses them into rows (pure). Knows no database."""
