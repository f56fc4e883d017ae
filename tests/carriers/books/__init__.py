"""What each provider takes and says: its recorded request, its answers, its signed calls."""
