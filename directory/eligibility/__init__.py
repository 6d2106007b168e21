"""A patient's profile judged against every listed trial; `service` is the one door.

Of the search it reads what the index holds in memory (`reading`, `today`, `columns`) and the vocabulary
(`synonyms`, `words`).
"""
