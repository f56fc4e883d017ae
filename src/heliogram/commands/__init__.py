"""The commands, one file each: they read options, call the rooms below, and write for a person or a program."""
