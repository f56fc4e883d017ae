"""The nouns of Heliogram and the laws that need nothing else. No I/O, no SQL, no API shapes."""
