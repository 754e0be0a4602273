"""What the pages of sign-in hang on."""

from flask import Blueprint

bp = Blueprint("accounts", "lms.accounts", template_folder="templates")
