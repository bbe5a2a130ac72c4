"""Read a mail as AgentMail returns it: what kind it is, what its sender newly wrote, in which language."""

from .kinds import Kind, kind
from .languages import language
from .markup import html_to_text, safe_html
from .replies import new_text
from .stems import stems_for

__all__ = ["Kind", "html_to_text", "kind", "language", "new_text", "safe_html", "stems_for"]
