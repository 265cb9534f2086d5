"""How numbers are told. Knows nothing of what is counted."""


def counted(number: int, noun: str) -> str:
    """A number of things: "1 couplet", "2,000 couplets"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
