"""Files that coordinators hand in, and files that nobody should: made here, planned, held to a table.

`python -m tests.hostile` prints what is expected of each and what becomes of it, with time and memory.
"""
