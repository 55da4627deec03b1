"""PostgreSQL: embedded or by DSN, one engine per process, transactions, migrations, locks and notifications."""

from huitang_kernel.db.database import PostgresDatabase
from huitang_kernel.db.listener import Listener
from huitang_kernel.db.migrations import MigrationError, Migrator

__all__ = ["Listener", "MigrationError", "Migrator", "PostgresDatabase"]
