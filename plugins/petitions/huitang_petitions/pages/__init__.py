"""Everything a browser can ask for: an index."""

from huitang_petitions.pages.board import BOARD_PAGES
from huitang_petitions.pages.closing import CLOSING_PAGES
from huitang_petitions.pages.desk import DESK_PAGES
from huitang_petitions.pages.importing import IMPORT_PAGES
from huitang_petitions.pages.letters import LETTER_PAGES
from huitang_petitions.pages.listing import LISTING_PAGES
from huitang_petitions.pages.looking_up import LOOK_UP_PAGES
from huitang_petitions.pages.matter import MATTER_PAGES
from huitang_petitions.pages.mine import MINE_PAGES
from huitang_petitions.pages.office_data import OFFICE_DATA_PAGES
from huitang_petitions.pages.published import PUBLISHED_PAGES
from huitang_petitions.pages.rating import RATING_PAGES
from huitang_petitions.pages.receipt import RECEIPT_PAGES
from huitang_petitions.pages.reports import REPORT_PAGES
from huitang_petitions.pages.rules import RULES_PAGES
from huitang_petitions.pages.satisfaction import SATISFACTION_PAGES
from huitang_petitions.pages.situation import SITUATION_PAGES
from huitang_petitions.pages.visits import VISIT_PAGES
from huitang_petitions.pages.way import WAY_PAGES
from huitang_petitions.pages.writing import WRITING_PAGES

PAGES = (
    *(*LISTING_PAGES, *DESK_PAGES, *MATTER_PAGES, *WAY_PAGES, *LETTER_PAGES, *BOARD_PAGES, *RULES_PAGES),
    *(*IMPORT_PAGES, *OFFICE_DATA_PAGES),
    *(*WRITING_PAGES, *LOOK_UP_PAGES, *RECEIPT_PAGES, *MINE_PAGES, *SITUATION_PAGES, *REPORT_PAGES),
    *(*CLOSING_PAGES, *VISIT_PAGES, *RATING_PAGES, *PUBLISHED_PAGES, *SATISFACTION_PAGES),
)
