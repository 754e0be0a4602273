"""The blueprint of the authors' pages."""

from flask import Blueprint

bp = Blueprint("authoring", "lms.authoring", template_folder="templates")
