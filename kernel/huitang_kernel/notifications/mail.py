"""One connection to the mail server, and the message it carries."""

from __future__ import annotations

import contextlib
import socket
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

import aiosmtplib
from msgspec import Struct

from huitang_kernel.notifications.settings import SmtpSettings
from huitang_sdk.i18n import local_time


class Unreachable(Exception):
    """The server cannot be reached or refuses to talk to us at all: not the message's fault."""


class RefusedForGood(Exception):
    """The server says that this message or address will never do (5xx)."""


class PutOff(Exception):
    """The server asks for patience (4xx)."""


class Letter(Struct, frozen=True):
    """What is to be sent: `to` an address, texts in the reader's language, `at` aware."""

    delivery: UUID
    to: str
    title: str
    body: str
    at: datetime


def message_id(settings: SmtpSettings, delivery: UUID) -> str:
    """The same for every attempt, so that a server or a reader can recognise a letter sent twice after a crash."""
    domain = parseaddr(settings.sender)[1].rpartition("@")[2] or "localhost"
    return f"<{delivery}@{domain}>"


def compose(settings: SmtpSettings, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = letter.title
    message["From"] = settings.sender
    message["To"] = letter.to
    message["Date"] = format_datetime(local_time(letter.at))
    message["Message-ID"] = message_id(settings, letter.delivery)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8", cte="base64")
    return message


class Postman:
    """Keeps a connection open from one letter to the next; opened when needed, closed when idle or after an error."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._connection: aiosmtplib.SMTP | None = None

    async def deliver(self, letter: Letter) -> str:
        """Send one letter and return its Message-ID.

        Raises Unreachable, RefusedForGood, PutOff, or what else may be better at the next try.
        """
        message = compose(self._settings, letter)
        connection = await self._connected()
        try:
            await connection.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            await self.close()
            refusals = ", ".join(f"{refused.code} {refused.message}" for refused in error.recipients)
            if all(500 <= refused.code < 600 for refused in error.recipients):
                raise RefusedForGood(refusals) from error
            raise PutOff(refusals) from error
        except aiosmtplib.SMTPResponseException as error:
            await self.close()
            for_good = isinstance(error, aiosmtplib.SMTPDataError) and 500 <= error.code < 600
            raise (RefusedForGood if for_good else PutOff)(f"{error.code} {error.message}") from error
        except BaseException:
            await self.close()
            raise
        return str(message["Message-ID"])

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._connection is not None and self._connection.is_connected:
            return self._connection
        s = self._settings
        connection = aiosmtplib.SMTP(
            hostname=s.host,
            port=s.real_port,
            username=s.user or None,
            password=s.password.reveal() or None,
            use_tls=s.tls == "tls",
            start_tls=s.tls == "starttls",
            timeout=s.timeout,
            local_hostname=socket.gethostname(),
        )
        try:
            await connection.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            connection.close()
            raise Unreachable(f"{s.host}:{s.real_port}: {type(error).__name__}: {error}") from error
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    async def close(self) -> None:
        """Say good-bye if the server still listens."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.quit(timeout=2)
            connection.close()
