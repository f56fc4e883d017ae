"""The sample business, "Northgate": made once, into an empty database, by the same storage everything else uses."""
