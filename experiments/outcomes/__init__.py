"""Outcome kinds as logs know them, one file each: study-file form, measure and simulated truth."""
