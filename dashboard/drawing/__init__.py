"""From words, numbers and pixels to a figure, and from a figure to a picture."""
