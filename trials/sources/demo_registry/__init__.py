"""The demo registry: a small server that speaks like ClinicalTrials.gov and like CTIS, with facts of our own.

`make run` starts it beside the demo, so that following a registry can be seen without a network, and tests
ask it over real sockets. It tells what the demo's own sheets say, or what lies in a folder, and nothing else;
its answers say whose they are (`resource`), so that nobody takes them for those of a real registry.

    python -m trials.sources.demo_registry --port 8099 [--from FOLDER]
"""
