"""Two commands and nothing to install: a supervisor, a backup, and broker, cache and mail on files."""
