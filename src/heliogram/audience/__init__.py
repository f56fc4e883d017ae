"""Who: reading people and their numbers out of what users bring. No consent here, and no SQL."""
