"""The blueprint of home's pages."""

from flask import Blueprint

bp = Blueprint("home", "lms.home", template_folder="templates")
