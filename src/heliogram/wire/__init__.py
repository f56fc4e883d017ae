"""Octets and text to meaning and back. No sockets, no clock, no logging: values in, values out."""
