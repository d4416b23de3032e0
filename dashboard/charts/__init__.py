"""Charts, one file each: from a Release to a figure."""
