"""Events into numbers and stories. It writes nothing."""
