"""Adds a picture to a draft, and to a module of it, in one transaction."""

from lms.authoring.blocks.rules import insert_block, list_sections, write_picture
from lms.authoring.drafts.operations import load_open_draft, save_file
from lms.authoring.drafts.queries import find_file, list_files, read_file, read_text
from lms.authoring.drafts.rules import ascii_slug
from lms.authoring.pictures.rules import PreparedPicture
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere


def add_picture(
    actor: Actor,
    course: str,
    draft_id: int,
    picture: PreparedPicture,
    *,
    alt: str,
    description: str = "",
    module: str = "",
    section: int = 0,
) -> str:
    """Stores a picture under a name made of its alt text, and puts it at the end of a module's section if one is given.

    ``section`` is the line of its heading, from 1.
    Returns its path. The same picture again has the same name, so sending it twice adds one file. Raises ``NotThere``
    for a module or section that the draft does not have, and what saving a file raises.
    """
    draft = load_open_draft(course, draft_id)
    files = list_files(draft)
    stem = ascii_slug(alt)[:40].strip("-") or "picture"
    number = 1
    while True:
        path = f"modules/{course}/img/{stem}{f'-{number}' if number > 1 else ''}.{picture.ending}"
        known = files.get(path)
        if known is None or known.digest is None or read_file(known) == picture.data:
            break
        number += 1
    save_file(actor, course, draft_id, path, picture.data, version=known.version if known else 0)
    if module:
        file = find_file(draft, module)
        text = read_text(file)
        if file.digest is None or section not in (line for line, _title in list_sections(text)):
            raise NotThere
        picture_marks = write_picture(path.rpartition("/")[2], alt, description.strip())
        changed = insert_block(text, picture_marks, section)
        save_file(actor, course, draft_id, module, changed.encode(), version=file.version)
    return path
