"""Supplements, one file each."""
