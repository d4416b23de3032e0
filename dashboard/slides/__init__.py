"""Slides: native, editable charts and shapes in PowerPoint's format, and the deck that is made of them."""
