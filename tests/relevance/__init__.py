"""Whether the right trial comes first: queries with what a physician expects of them."""
