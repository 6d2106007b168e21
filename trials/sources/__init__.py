"""Public registries of trials: how they are asked, and what their answers mean here."""
