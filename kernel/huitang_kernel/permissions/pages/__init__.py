"""The pages of permissions."""

from huitang_kernel.permissions.pages.grants import GRANT_PAGES
from huitang_kernel.permissions.pages.roles import ROLE_PAGES

PAGES = [*ROLE_PAGES, *GRANT_PAGES]
