"""The audit log: append-only, sealed into a hash chain whose end is authenticated."""

from huitang_kernel.audit.chain import AuditChain, Verdict
from huitang_kernel.audit.log import AuditLog

__all__ = ["AuditChain", "AuditLog", "Verdict"]
