"""Makes sign-in slips, part by part: a file of some pages, then in one transaction its codes and its name.

A code works only once its file is whole. Killed in between, the part is made again with other codes.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import structlog

from lms.accounts.codes.operations import generate_codes, record_codes
from lms.accounts.codes.queries import PersonWithoutPassword, list_people_without_password
from lms.accounts.emails import queue_printed_code
from lms.accounts.models import SignInSlips
from lms.accounts.queries import find_account
from lms.accounts.sign_in.queries import load_actor
from lms.accounts.slips import operations, queries
from lms.accounts.slips.pdf import print_slips
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.config import files_folder
from lms.kernel.db import let_others_write, reading, unit_of_work
from lms.kernel.logs import describe_error

log = structlog.get_logger(__name__)

PEOPLE_PER_FILE = 200
AVAILABLE_FOR = timedelta(days=1)
"""How long the files exist: codes on them work."""


def path_of(name: str) -> Path:
    """Returns where the file of a part lies, in a folder that only the application reads."""
    return files_folder("sign-in-slips") / f"{name}.pdf"


@outbox.handler(operations.JOB)
def make_slips(payload: dict[str, int]) -> None:
    """Makes the files that are missing; running it twice has no effect."""
    slips_id = payload["slips"]
    try:
        while _make_part(slips_id):
            let_others_write()
    except Exception as error:
        log.warning("sign-in slips failed", slips=slips_id, **describe_error(error))
        _finish(slips_id, "failed")


def _make_part(slips_id: int) -> bool:
    """Makes the next file; returns whether there may be another."""
    with reading():
        slips = queries.find_unfinished_slips(slips_id)
        if slips is None:
            return False
        actor, made = _actor_of(slips), len(slips.files)
        parts = list(batched(slips.people, PEOPLE_PER_FILE))
        # Whoever has joined, left or been given a role meanwhile gets no slip.
        people = [] if actor is None or made >= len(parts) else _order(actor, parts[made])
    if actor is None:
        _finish(slips_id, "refused")
        return False
    if made >= len(parts):
        _finish(slips_id, "ready")
        return False
    codes = generate_codes(each.account_id for each in people)
    name = f"{slips_id}-{secrets.token_hex(8)}"
    if people:
        path = path_of(name)
        path.touch(mode=0o600)
        path.write_bytes(print_slips(people, codes, clock.now()))
    with unit_of_work():
        current = queries.find_unfinished_slips(slips_id)
        if current is None or len(current.files) != made:
            return False
        _record(actor, people, codes)
        stations = list(dict.fromkeys(each.station for each in people))
        current.files = [*current.files, {"name": name, "people": len(people), "stations": stations}]
    return True


def _order(actor: Actor, account_ids: Sequence[int]) -> list[PersonWithoutPassword]:
    return list_people_without_password(actor, with_email=None, account_ids=account_ids)


def _actor_of(slips: SignInSlips) -> Actor | None:
    account = find_account(slips.account_id)
    return load_actor(account, clock.today()) if account is not None and account.active else None


def _record(actor: Actor, people: Sequence[PersonWithoutPassword], codes: dict[int, str]) -> None:
    """Records the codes by organisation, and tells those who have an e-mail."""
    by_organisation = sorted(people, key=lambda each: each.organisation_id)
    for organisation_id, some in groupby(by_organisation, key=lambda each: each.organisation_id):
        record_codes(actor, {each.account_id: codes[each.account_id] for each in some}, organisation_id=organisation_id)
    for each in people:
        account = find_account(each.account_id) if each.email else None
        if account is not None:
            queue_printed_code(account, each.organisation)


def _finish(slips_id: int, outcome: str) -> None:
    with unit_of_work():
        slips = queries.find_unfinished_slips(slips_id)
        if slips is not None:
            slips.outcome, slips.finished_at = outcome, clock.now()


def remove_files(slips: SignInSlips) -> None:
    """Removes the files of some slips, unfinished ones too; the codes on them work on until they expire."""
    for path in path_of("x").parent.glob(f"{slips.id}-*"):
        path.unlink(missing_ok=True)
    moment = clock.now()
    slips.people, slips.removed_at = [], moment
    slips.finished_at = slips.finished_at or moment


def remove_old_files() -> None:
    """Removes files a day after they were asked for."""
    with unit_of_work():
        for slips in queries.list_slips_before(clock.now() - AVAILABLE_FOR):
            remove_files(slips)
