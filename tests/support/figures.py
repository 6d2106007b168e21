"""What a test measured, told at the end of the run whether it passed or not."""

TOLD: list[str] = []


def tell(text: str) -> None:
    """Add a line to the summary."""
    TOLD.append(text)
