"""Checks on the data, one file each."""
