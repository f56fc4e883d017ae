"""Heliogram: the self-hosted picture-messaging channel."""
