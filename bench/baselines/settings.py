"""The profile that the environment asks for, with the baselines' addresses beside the house's own."""

from config import env

if env.load().profile == "embedded":
    from config.settings.embedded import *  # noqa: F403
else:
    from config.settings.production import *  # noqa: F403

ROOT_URLCONF = "bench.baselines.api"
