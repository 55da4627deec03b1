"""The pages of identity."""

from huitang_kernel.identity.pages.accounts import ACCOUNT_PAGES
from huitang_kernel.identity.pages.devices import DEVICE_PAGES
from huitang_kernel.identity.pages.enrol import ENROL_API, ENROL_PAGES
from huitang_kernel.identity.pages.organisations import ORGANISATION_PAGES
from huitang_kernel.identity.pages.profile import (
    end_other_sessions,
    end_session,
    save_password,
    save_profile,
    show_password,
    show_profile,
)
from huitang_kernel.identity.pages.residents import RESIDENT_PAGES
from huitang_kernel.identity.pages.sign_in import show_sign_in, sign_in, sign_out

OWN_PAGES = [show_profile, save_profile, show_password, save_password, end_session, end_other_sessions]
PAGES = [
    show_sign_in,
    sign_in,
    sign_out,
    *OWN_PAGES,
    *ACCOUNT_PAGES,
    *ORGANISATION_PAGES,
    *ENROL_PAGES,
    *DEVICE_PAGES,
    *RESIDENT_PAGES,
]
API = [*ENROL_API]
