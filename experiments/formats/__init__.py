"""Formats that an event log may come in, one file each."""
