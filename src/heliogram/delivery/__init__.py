"""Queued messages into handed-over ones, and receipts into states. Knows no carrier's quirks."""
