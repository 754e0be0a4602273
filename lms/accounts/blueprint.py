"""The blueprint of the pages of accounts."""

from flask import Blueprint

bp = Blueprint("accounts", "lms.accounts", template_folder="templates")
