"""Reports: one model of their content, made from releases, and what sets it as PDF or as HTML."""
