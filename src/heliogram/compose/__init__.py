"""What each one will read: Liquid, the link of the fallback, preview and checks. Nothing is sent here."""
