"""Questionnaire keys, one file each: item numbers and formulas, never wording."""
