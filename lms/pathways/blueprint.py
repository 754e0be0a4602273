"""The blueprint of pathways, with what its templates call on."""

from flask import Blueprint

from lms.pathways import rules
from lms.pathways.labels import kind_label, overdue_pathway, state_label, tel

bp = Blueprint("pathways", __name__, template_folder="templates")
for _filter in (kind_label, state_label, tel, rules.by_kind, rules.missing_kinds):
    bp.add_app_template_filter(_filter)
bp.add_app_template_test(overdue_pathway)
