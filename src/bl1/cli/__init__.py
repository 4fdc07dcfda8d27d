"""The command line: one file a command. Nothing else in bl1 imports it."""
