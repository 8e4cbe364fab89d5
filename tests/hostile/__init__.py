"""Hostile text in every field, and what it must not do in any place that text goes to (`bar.md` T23, T34, T36, T38, T39, T41, T44)."""
