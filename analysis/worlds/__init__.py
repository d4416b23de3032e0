"""Worlds, one file a layout."""
