"""A headless browser for the journeys: the installed chromium, else Playwright's own."""

import os
import shutil
from contextlib import contextmanager

# Milliseconds after which a page is given up.
PATIENCE = 60_000


def executable() -> str | None:
    """The path of the machine's chromium, None to let Playwright use its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launched():
    """A running browser. Root needs it without its sandbox; a container has a small /dev/shm."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    arguments = ["--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        browser.close()
