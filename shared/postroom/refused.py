"""The one error of whatever refuses to start or to run."""

from __future__ import annotations


class Refused(Exception):
    """Something refuses to start or to run: an agent that is not whole, a taken name, a folder in use.

    The message says what was seen and what to do.
    """
