"""What other packages may use of pathways: the current pathway of a station, its changes, and writing a new version."""

from lms.pathways.confirming.operations import confirm_version
from lms.pathways.confirming.queries import ChangedPathway, list_changed_pathways
from lms.pathways.labels import overdue_pathway
from lms.pathways.operations import write_version
from lms.pathways.queries import CurrentPathway, find_current, find_current_pathway, find_pointer

__all__ = [
    "ChangedPathway",
    "CurrentPathway",
    "confirm_version",
    "find_current",
    "find_current_pathway",
    "find_pointer",
    "list_changed_pathways",
    "overdue_pathway",
    "write_version",
]
