"""Spreadsheets and CSV files as a source: read in a child process, guessed, previewed cell by cell, parsed."""
