"""Tells an operator of trouble that lasts, once, and when it is over. It reads, and sends no messages to people."""
