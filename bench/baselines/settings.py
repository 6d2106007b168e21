"""The profile that the environment asks for, with the baselines' addresses beside the house's own."""

from config.settings.base import *  # noqa: F403

ROOT_URLCONF = "bench.baselines.api"
