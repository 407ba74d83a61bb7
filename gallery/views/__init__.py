"""Pages. Each parses, calls one thing, responds."""
