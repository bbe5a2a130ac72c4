"""A year of an agent that writes first, with people who answer, bounce, opt out and fall silent, and what came of it.

`python -m postroom_bench.year collections --people 1000` plays it on the moved clock, with downtimes and kills, and has
`outside` look at nothing but the outside mailboxes afterwards.
"""
