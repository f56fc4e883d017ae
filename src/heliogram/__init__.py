"""Heliogram: the self-hosted picture-messaging channel."""

__version__ = "0.1.0"
