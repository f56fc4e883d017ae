"""The readers' door: pages for people who have no account and perhaps no JavaScript. No rules, no SQL."""
