"""What other packages may use of pathways: the current version of a station, and publishing a new one."""

from lms.pathways.labels import overdue_pathway
from lms.pathways.operations import publish_pathway
from lms.pathways.queries import find_current, find_pointer, load_version

__all__ = ["find_current", "find_pointer", "load_version", "overdue_pathway", "publish_pathway"]
