"""The console's pages of messages: one module each."""

from huitang_kernel.messages.pages.kinds import KIND_PAGES
from huitang_kernel.messages.pages.ledger import LEDGER_PAGES

PAGES = (*LEDGER_PAGES, *KIND_PAGES)
