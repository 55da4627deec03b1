"""The pages of identity."""

from huitang_kernel.identity.pages.sign_in import show_sign_in, sign_in, sign_out

PAGES = [show_sign_in, sign_in, sign_out]
