"""What other packages may use of pathways: the current pathway of a station, its changes, and writing a new version."""

from lms.pathways.confirming.operations import confirm_version
from lms.pathways.confirming.queries import ChangedPathway, list_changed_pathways
from lms.pathways.operations import write_version
from lms.pathways.queries import find_current, find_current_pathway
from lms.pathways.shown import ShownPathway, find_shown_pathway, render_pathway

__all__ = [
    "ChangedPathway",
    "ShownPathway",
    "confirm_version",
    "find_current",
    "find_current_pathway",
    "find_shown_pathway",
    "list_changed_pathways",
    "render_pathway",
    "write_version",
]
