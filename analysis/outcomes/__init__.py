"""Outcome kinds, one file each."""
