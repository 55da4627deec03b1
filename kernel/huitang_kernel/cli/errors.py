"""Exceptions an operator can do something about, in plain words."""

from __future__ import annotations

from huitang_kernel.cli.texts import _
from huitang_sdk.errors import HuitangError


def explain(error: BaseException) -> list[str] | None:
    """Lines for the operator, or None for an error that is a defect of ours and keeps its traceback."""
    from huitang_kernel.config import ConfigError

    if isinstance(error, ConfigError):
        return [_("The settings are wrong:"), *(f"  - {line}" for line in error.errors)]
    if isinstance(error, HuitangError):
        fields = [f"  - {name}: {message}" for name, message in error.fields.items()]
        return [error.message or str(error) or error.code, *fields]
    if isinstance(error, PermissionError):
        return [_("No permission for {path}. Run as another user or choose another folder.", path=error.filename)]
    return _explain_start(error)


def _explain_start(error: BaseException) -> list[str] | None:
    import asyncpg

    from huitang_kernel.boot import BootAborted
    from huitang_kernel.db import MigrationError
    from huitang_kernel.db.embedded import EmbeddedPostgresError

    look = _("Check database.dsn in the settings, then run `huitang doctor`.")
    cause = str(error) or type(error).__name__
    if isinstance(error, BootAborted):
        return [_("Huitang does not start because a part of it failed: {cause}", cause=cause)]
    if isinstance(error, EmbeddedPostgresError):
        return [cause]
    if isinstance(error, MigrationError):
        return [_("The database cannot be brought up to date: {cause}", cause=cause)]
    if isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError)):
        return [_("The database answered with an error: {cause}", cause=cause), look]
    if isinstance(error, (ConnectionError, TimeoutError)):
        return [_("The database cannot be reached: {cause}", cause=cause), look]
    return None
