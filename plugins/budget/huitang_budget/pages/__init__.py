"""Pages under /budget/."""

from huitang_budget.pages.deciding import DECIDING
from huitang_budget.pages.detail import DETAIL
from huitang_budget.pages.importing import IMPORTING
from huitang_budget.pages.listing import LISTING
from huitang_budget.pages.overview import OVERVIEW

PAGES = (*OVERVIEW, *LISTING, *IMPORTING, *DECIDING, *DETAIL)
