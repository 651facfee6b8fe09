"""What the tools' pages are made of."""


def row(cells) -> str:
    """A row of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
