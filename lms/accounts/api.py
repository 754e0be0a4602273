"""What other packages may use of accounts: who can sign in, with which roles, and who acts."""

from lms.accounts.errors import EmailTaken
from lms.accounts.events import administrator_created
from lms.accounts.naming.queries import Recorder, list_recorders, load_account_names
from lms.accounts.operations import close_other_accounts, grant_role, open_account, remove_role
from lms.accounts.queries import (
    RoleHolder,
    find_account,
    find_account_ids,
    is_employed,
    list_hr_contacts,
    list_last_days,
    list_role_holders,
    list_role_scopes,
    role_works,
    to_scopes,
)
from lms.accounts.sign_in.forms import ConfirmedForm
from lms.accounts.sign_in.limits import confirmed
from lms.accounts.sign_in.queries import has_second_step, list_organisation_choices, load_actor
from lms.accounts.support.queries import SupportViewRow, list_support_views
from lms.accounts.tokens.operations import record_use
from lms.accounts.tokens.queries import TokenHolder, find_token_holder
from lms.accounts.tokens.rules import NEEDED_ROLES, SCOPE_LABELS, TokenScope

__all__ = [
    "NEEDED_ROLES",
    "SCOPE_LABELS",
    "ConfirmedForm",
    "EmailTaken",
    "Recorder",
    "RoleHolder",
    "SupportViewRow",
    "TokenHolder",
    "TokenScope",
    "administrator_created",
    "close_other_accounts",
    "confirmed",
    "find_account",
    "find_account_ids",
    "find_token_holder",
    "grant_role",
    "has_second_step",
    "is_employed",
    "list_hr_contacts",
    "list_last_days",
    "list_organisation_choices",
    "list_recorders",
    "list_role_holders",
    "list_role_scopes",
    "list_support_views",
    "load_account_names",
    "load_actor",
    "open_account",
    "record_use",
    "remove_role",
    "role_works",
    "to_scopes",
]
