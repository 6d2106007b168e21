"""A patient's profile judged against every listed trial; `service` is the one door.

Of the search it reads what is held in memory (`reading`, `today`, `columns`) and the vocabulary (`synonyms`,
`words`), nothing else of weight.
"""
