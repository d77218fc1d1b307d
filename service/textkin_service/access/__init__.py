"""Who may do what: tokens, certificates, roles, and the file that has them."""

from textkin_service.access.callers import Caller, Callers, Collections, Role
from textkin_service.access.file import AccessError, read
from textkin_service.access.tokens import digest_of, new_token

__all__ = ["AccessError", "Caller", "Callers", "Collections", "Role", "digest_of", "new_token", "read"]
