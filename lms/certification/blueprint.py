"""What the pages of certification hang on."""

from flask import Blueprint

bp = Blueprint("certification", "lms.certification", template_folder="templates")
