"""What other packages may use of people: who works where, whose records are merged, and recording it.

Queries whose name ends in ``_for`` check what the actor may see,
or raise ``NotThere``; the others leave that to the caller.
"""

from lms.people.corrections.queries import (
    ListedCorrectionRequest,
    list_correction_requests_about,
    list_own_correction_requests,
)
from lms.people.details.operations import correct_person, correct_staff_number
from lms.people.details.queries import list_corrections, may_correct
from lms.people.employers.queries import (
    list_employers_ever,
    list_employers_on,
    list_employers_on_or_after,
    list_organisations_at,
    works_on,
    works_on_or_after,
)
from lms.people.erasing.operations import erase_person
from lms.people.erasing.queries import list_people_who_left_before
from lms.people.errors import MergeAlreadyUndone, NothingCorrected, StaffNumberTaken
from lms.people.events import (
    additions_undone,
    email_corrected,
    import_began,
    import_finished,
    people_added,
    people_erased,
    people_merged,
    placements_changed,
)
from lms.people.importing.parse import ImportVocabulary, comparison_key
from lms.people.importing.plan import is_same_name
from lms.people.importing.queries import list_running_imports, load_vocabulary
from lms.people.labels import CONTRACT_LABELS
from lms.people.merging.operations import merge_people, undo_merge
from lms.people.merging.queries import (
    find_person_id_by_number,
    known_merges,
    list_employers,
    list_merges_of,
    list_overlapping_placements,
    list_possible_duplicates,
    load_canonical_ids,
    load_merge_for,
    load_merged_ids,
    load_surviving_person_for,
    select_merged_ids,
)
from lms.people.merging.rules import merged_ids
from lms.people.operations import (
    add_person,
    end_placement,
    move_placement,
    record_employment,
    record_organisation,
    record_person,
    record_placement,
    record_station,
    withdraw_placement,
)
from lms.people.policy import may_act_for, may_see_person, visible_employments, visible_people, within_scope
from lms.people.queries import (
    contains_words,
    count_people,
    find_employment_by_number,
    find_organisation_by_slug,
    find_person,
    find_sector,
    find_staff,
    find_station,
    list_emails_of_staff,
    list_employments_of,
    list_organisations,
    list_organisations_of,
    list_placements_of,
    list_sectors,
    list_stations,
    load_organisation_names,
    load_person_for,
    load_placement_for,
    sector_names,
)
from lms.people.recording.queries import RecordedPlacement, list_recorded_placements
from lms.people.rules import SLUG, AssignmentDetails

__all__ = [
    "CONTRACT_LABELS",
    "SLUG",
    "AssignmentDetails",
    "ImportVocabulary",
    "ListedCorrectionRequest",
    "MergeAlreadyUndone",
    "NothingCorrected",
    "RecordedPlacement",
    "StaffNumberTaken",
    "add_person",
    "additions_undone",
    "comparison_key",
    "contains_words",
    "correct_person",
    "correct_staff_number",
    "count_people",
    "email_corrected",
    "end_placement",
    "erase_person",
    "find_employment_by_number",
    "find_organisation_by_slug",
    "find_person",
    "find_person_id_by_number",
    "find_sector",
    "find_staff",
    "find_station",
    "import_began",
    "import_finished",
    "is_same_name",
    "known_merges",
    "list_correction_requests_about",
    "list_corrections",
    "list_emails_of_staff",
    "list_employers",
    "list_employers_ever",
    "list_employers_on",
    "list_employers_on_or_after",
    "list_employments_of",
    "list_merges_of",
    "list_organisations",
    "list_organisations_at",
    "list_organisations_of",
    "list_overlapping_placements",
    "list_own_correction_requests",
    "list_people_who_left_before",
    "list_placements_of",
    "list_possible_duplicates",
    "list_recorded_placements",
    "list_running_imports",
    "list_sectors",
    "list_stations",
    "load_canonical_ids",
    "load_merge_for",
    "load_merged_ids",
    "load_organisation_names",
    "load_person_for",
    "load_placement_for",
    "load_surviving_person_for",
    "load_vocabulary",
    "may_act_for",
    "may_correct",
    "may_see_person",
    "merge_people",
    "merged_ids",
    "move_placement",
    "people_added",
    "people_erased",
    "people_merged",
    "placements_changed",
    "record_employment",
    "record_organisation",
    "record_person",
    "record_placement",
    "record_station",
    "sector_names",
    "select_merged_ids",
    "undo_merge",
    "visible_employments",
    "visible_people",
    "withdraw_placement",
    "within_scope",
    "works_on",
    "works_on_or_after",
]
