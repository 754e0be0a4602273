"""The pages of single sign-on: of everybody, of one's own account, of HR, of administrators."""

from lms.accounts.single_sign_on.views import account, administrator, hr, public

__all__ = ["account", "administrator", "hr", "public"]
