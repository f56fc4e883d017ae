"""SMPP 3.4: PDUs, the session, short messages and receipts. Sans-IO: sockets are the callers' business.

Source: SMPP Protocol Specification v3.4, Issue 1.2; section numbers in the files.
"""
