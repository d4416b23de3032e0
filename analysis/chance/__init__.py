"""Distributions, roots and randomisation inference: what chance alone could do."""
