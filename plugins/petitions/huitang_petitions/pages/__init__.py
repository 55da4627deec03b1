"""Everything a browser can ask for: an index."""

from huitang_petitions.pages.board import BOARD_PAGES
from huitang_petitions.pages.desk import DESK_PAGES
from huitang_petitions.pages.importing import IMPORT_PAGES
from huitang_petitions.pages.listing import LISTING_PAGES
from huitang_petitions.pages.looking_up import LOOK_UP_PAGES
from huitang_petitions.pages.matter import MATTER_PAGES
from huitang_petitions.pages.mine import MINE_PAGES
from huitang_petitions.pages.receipt import RECEIPT_PAGES
from huitang_petitions.pages.rules import RULES_PAGES
from huitang_petitions.pages.situation import SITUATION_PAGES
from huitang_petitions.pages.way import WAY_PAGES
from huitang_petitions.pages.writing import WRITING_PAGES

PAGES = (
    *(*LISTING_PAGES, *DESK_PAGES, *MATTER_PAGES, *WAY_PAGES, *BOARD_PAGES, *RULES_PAGES, *IMPORT_PAGES),
    *(*WRITING_PAGES, *LOOK_UP_PAGES, *RECEIPT_PAGES, *MINE_PAGES, *SITUATION_PAGES),
)
