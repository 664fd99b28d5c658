"""The `handypose` command line: one module a command, over functions of the rooms."""
