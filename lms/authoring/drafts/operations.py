"""Begins, changes and discards drafts. Every version of a file remains, so nothing that was saved is lost."""

import json
import re

from lms.audit.api import record
from lms.authoring.drafts.errors import DraftClosed, EditConflict, NotACourseFile
from lms.authoring.drafts.queries import DraftedFile, find_file, list_drafts, list_files, load_draft, read_text
from lms.authoring.drafts.rules import COURSE_SLUG, LONGEST_COURSE_SLUG, MODULE_NAME, ascii_slug, is_file_of_course
from lms.authoring.drafts.starters import fill_starter
from lms.authoring.models import Draft, DraftFile
from lms.catalogue.api import find_oversize, last_publication_id, list_published_files, published_course, store_contents
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _

WORDS_A_MINUTE = 100
"""How many words are read in a minute with care, in a second language."""


def begin_draft(actor: Actor, course: str, title: str) -> Draft:
    """Begins a draft of a course, published or new. Raises ``NotThere`` where nothing was ever published."""
    base = require_found(last_publication_id())
    draft = records.add(actor, Draft(course=course, title=title, base_publication_id=base))
    record(actor, "authoring.begin_draft", "draft", draft.id)
    return draft


def save_file(
    actor: Actor, course: str, draft_id: int, path: str, data: bytes | None, *, version: int, base: str | None = None
) -> DraftedFile:
    """Saves the next version of a file that was opened at ``version``; ``data`` is None to remove it.

    ``base`` is the SHA-256 of the published file that is taken into account, by default that of the version before.
    Saving the same bytes again changes nothing. Raises ``NotACourseFile``, ``Invalid`` where it is too large,
    ``DraftClosed``, and ``EditConflict`` where another version was saved since.
    """
    draft = load_open_draft(course, draft_id)
    if not is_file_of_course(path, draft.course):
        raise NotACourseFile
    problem = find_oversize(path, len(data)) if data else None
    if problem:
        raise Invalid(str(problem.message))
    now = find_file(draft, path)
    digest = store_contents([data])[0] if data is not None else None
    if digest == now.digest and base is None:
        return now
    if version != now.version:
        raise EditConflict(now.version)
    written_from = base or (now.base if now.version else now.published)
    records.add(
        actor, DraftFile(draft_id=draft.id, path=path, version=now.version + 1, digest=digest, base_digest=written_from)
    )
    return find_file(draft, path)


def choose_file(
    actor: Actor, course: str, draft_id: int, path: str, *, version: int, published: str | None, mine: bool
) -> None:
    """Keeps the draft's own version of a file that somebody else has published since, or takes the published one.

    For what cannot be compared as text: a picture, or a file that one of both has removed. ``version`` and
    ``published`` are what the author has seen. Once that is done, nothing changes. Raises ``DraftClosed``,
    and ``EditConflict`` where something else was saved or published since.
    """
    if not find_file(load_draft(course, draft_id), path).is_outdated:
        return
    draft = load_open_draft(course, draft_id)
    now = find_file(draft, path)
    if (version, published) != (now.version, now.published):
        raise EditConflict(now.version)
    digest = now.digest if mine else now.published
    records.add(
        actor,
        DraftFile(draft_id=draft.id, path=path, version=now.version + 1, digest=digest, base_digest=now.published),
    )


def discard_draft(actor: Actor, course: str, draft_id: int, reason: str) -> None:
    """Closes a draft without publishing it; its versions remain."""
    draft = load_open_draft(course, draft_id)
    draft.closed_at = clock.now()
    record(actor, "authoring.discard_draft", "draft", draft.id, reason=reason)


def load_open_draft(course: str, draft_id: int) -> Draft:
    """Returns a draft that may be changed, locked for this transaction; raises ``NotThere`` and ``DraftClosed``."""
    draft = load_draft(course, draft_id, to_change=True)
    if draft.closed_at is not None:
        raise DraftClosed
    return draft


def begin_course(actor: Actor, course: str, title: str) -> Draft:
    """Begins a draft of a new course: its course.yml, a module and a question, ready to be rewritten.

    Raises ``Invalid`` where there is such a course, or the name is none.
    """
    if not COURSE_SLUG.fullmatch(course) or len(course) > LONGEST_COURSE_SLUG:
        raise Invalid(_("Use lower-case letters, digits and hyphens, such as safe-referral."), field="course")
    taken = any(path.startswith(f"modules/{course}/") for path in list_published_files()) or list_drafts(course)
    if taken or published_course(course):
        raise Invalid(_("There is such a course or a draft of it already."), field="course")
    draft = begin_draft(actor, course, title)
    code = course.upper()[:20].rstrip("-")
    quoted = json.dumps(title, ensure_ascii=False)
    first = fill_starter("module.md", title=_("First steps"), objective="first-step")
    files = {
        f"modules/{course}/course.yml": fill_starter("course.yml", title=quoted, code=code),
        f"modules/{course}/01-first-steps.md": first,
        f"quizzes/{course}.yml": fill_starter("bank.yml", course=course, prefix=course),
    }
    for path, data in files.items():
        save_file(actor, course, draft.id, path, data, version=0)
    return draft


def add_module(
    actor: Actor, course: str, draft_id: int, title: str, *, copy_of: str = "", text: str = ""
) -> DraftedFile:
    """Adds a module after the last one, from the starter, as a copy of another module, or with a text of its own.

    ``text`` has no front matter: that is the starter's, with the first objective of the course.

    Raises ``Invalid`` where the title has no letter or digit that an address may have.
    """
    draft = load_open_draft(course, draft_id)
    files = list_files(draft)
    modules = [found for path in files if (found := MODULE_NAME.fullmatch(path.rpartition("/")[2]))]
    slug = ascii_slug(title)
    if not slug:
        raise Invalid(_("Write a title with letters a to z: the module's address is made of it."), field="title")
    if any(module[2] == slug for module in modules):
        raise Invalid(_("This course has a module of this name already. Choose another title."), field="title")
    number = max((int(module[1]) for module in modules), default=0) + 1
    quoted = json.dumps(title, ensure_ascii=False)
    if copy_of:
        text = read_text(require_found(files.get(copy_of)))
        data = re.sub(r"(?m)^title:.*$", lambda _line: f"title: {quoted}", text, count=1).encode()
    else:
        starter = fill_starter(
            "module.md", title=quoted, objective=_first_objective(files[f"modules/{course}/course.yml"])
        )
        data = _with_text(starter.decode(), text) if text else starter
    return save_file(actor, course, draft_id, f"modules/{course}/{number:02}-{slug}.md", data, version=0)


def _first_objective(course_file: DraftedFile) -> str:
    """Returns the id of the first objective in a course.yml, whatever else is wrong with it."""
    text = read_text(course_file)
    found = re.search(r"objectives\"?:.*?\bid\"?:\s*[\"']?([a-z0-9-]+)", text, re.DOTALL)
    return found[1] if found else "first-step"


def _with_text(starter: str, text: str) -> bytes:
    """Returns a starter's front matter and another text below it; minutes are those that reading takes."""
    _before, front, _after = starter.split("---\n", 2)
    minutes = min(60, max(1, round(len(text.split()) / WORDS_A_MINUTE)))
    front = re.sub(r"(?m)^minutes: .*$", f"minutes: {minutes}", front)
    return f"---\n{front}---\n{text}".encode()
