"""The files that public registries export: of each its columns as it spells them, and its words."""
