"""The machine's door: the public HTTP API, its shapes, its errors, and the dashboard's files. No rules, no SQL."""
