"""What physicians type, in four languages; `python -m tests.sentences` prints how it is read."""
