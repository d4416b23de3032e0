"""Subcommands of watchkeeper, one file each; heavy imports stay inside run()."""
