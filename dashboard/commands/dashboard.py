"""`watchkeeper dashboard`: opens the pages on the store."""

from __future__ import annotations

from dashboard.cli import Command
from dashboard.serving import add_arguments, serve

COMMAND = Command("dashboard", "open the dashboard on the store", add_arguments, serve, 90)
