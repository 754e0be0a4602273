"""Adds a picture to a draft, and to a module of it, in one transaction."""

from lms.authoring.drafts.operations import load_open_draft, save_file
from lms.authoring.drafts.queries import find_file, list_files, read_file
from lms.authoring.drafts.rules import slug_of
from lms.authoring.pictures.rules import PreparedPicture, insert_picture, list_sections
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

    Returns its path. The same picture again has the same name, so sending it twice adds one file. Raises ``NotThere``
    for a module or section that the draft does not have, and what saving a file raises.
    """
    draft = load_open_draft(course, draft_id)
    files = list_files(draft)
    stem = slug_of(alt)[:40].strip("-") or "picture"
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
        text = read_file(file).decode()
        if file.digest is None or section >= len(list_sections(text)):
            raise NotThere
        address = path.removeprefix(f"modules/{course}/")
        changed = insert_picture(text, section, address=address, alt=alt, description=description)
        save_file(actor, course, draft_id, module, changed.encode(), version=file.version)
    return path
