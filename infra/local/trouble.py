"""What went wrong, in one sentence that a person can act on."""


class Trouble(Exception):
    """Ends the command: the sentence goes to stderr and the exit code is 1."""
