"""The verdicts on one criterion, as numbers that sort: the least of several is that of all of them."""

NOT_ASKED, UNMET, UNKNOWN, MET = -1, 0, 1, 2
