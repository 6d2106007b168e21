"""A patient's profile judged against every listed trial; `service` is the one door.

Of the search it reads what the index holds in memory (`snapshot`, `daily_facets`, `facet_arrays`) and the
vocabulary (`concepts`, `tokens`).
"""
