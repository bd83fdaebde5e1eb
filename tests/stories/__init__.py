"""Whole conversations as transcripts, played on a real hotline."""
