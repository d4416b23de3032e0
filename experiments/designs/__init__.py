"""Designs, one file each."""
