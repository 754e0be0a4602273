"""The filters above a report and its people while none is chosen: rendered once for all who are offered the same."""

from collections.abc import Sequence

from flask import render_template, request
from markupsafe import Markup

from lms.compliance.report.export.models import SavedView
from lms.compliance.report.filters import QuerySources, ReportForm
from lms.compliance.report.query import shortcuts
from lms.kernel.caching import cached
from lms.web.language import language_of_page


def render_offered(target: str, sources: QuerySources, form: ReportForm, views: Sequence[SavedView]) -> Markup | None:
    """Renders the filters that lead to an endpoint, cached by all that they show; None where any is chosen.

    They contain nothing of a person but the names of their own saved views, and no token.
    """
    if request.query_string:
        return None
    language, saved = language_of_page(), tuple((each.name, each.page, tuple(each.choices.items())) for each in views)

    def render() -> Markup:
        html = render_template(
            "compliance/_offered_filters.html",
            target=target,
            form=form,
            views=views,
            shortcuts=shortcuts(sources.today),
            shown_on=sources.today,
        )
        return Markup(html)  # noqa: S704 - the template escapes

    key = target, sources.offered(language), saved, language, sources.today, request.script_root
    return cached(("compliance.filters", *key), render)
