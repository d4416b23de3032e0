"""What is let out of an evaluation, part by part: counts, findings, checks, and the audit of it all."""
