"""The commands of the audit trail: verify, head, link, export."""

import sys

import click
from flask.cli import AppGroup

from lms.audit import jobs, queries
from lms.audit.rules import ChainHead, FaultKind, canonical
from lms.kernel.db import reading
from lms.kernel.i18n import gettext as _, lazy_gettext as _l, ngettext

audit_cli = AppGroup("audit", help="The audit trail: check its chain, print its last digest, export it.")

SENTENCES = {
    FaultKind.CHANGED: _l("link %(link)s: entry %(entry)s or its link was changed"),
    FaultKind.REMOVED: _l("link %(link)s: entry %(entry)s is missing"),
    FaultKind.INSERTED: _l("entry %(entry)s was inserted after later entries had been linked"),
    FaultKind.LINK_MISSING: _l("link %(link)s is missing"),
    FaultKind.BROKEN: _l("link %(link)s does not contain the digest of the link before"),
    FaultKind.REWRITTEN: _l("link %(link)s differs from the recorded one: the chain was rewritten"),
    FaultKind.SHORTENED: _l("link %(link)s was recorded earlier and is missing: the end of the chain was removed"),
}


def read_head(_context: click.Context, _parameter: click.Parameter, value: str | None) -> ChainHead | None:
    """Reads a link as `flask audit head` prints it; raises a usage error for anything else."""
    number, _colon, digest = (value or "").strip().partition(":")
    if value is not None and (not number.isdecimal() or len(digest) != 64):
        raise click.BadParameter(
            _("write it as flask audit head printed it: a number, a colon and 64 hexadecimal digits.")
        )
    return None if value is None else ChainHead(int(number), digest.lower())


@audit_cli.command("verify")
@click.option(
    "--expect",
    callback=read_head,
    metavar="NUMBER:DIGEST",
    help="A link that was kept elsewhere; it must still be in the chain.",
)
@click.option("--note/--no-note", default=True, help="Record the outcome for the page of the trail.")
def verify_command(expect: ChainHead | None, note: bool) -> None:
    """Checks the whole chain for changed, removed or inserted entries; exits with 1 if there are any."""
    checked = jobs.check_and_record(expect, note=note)
    click.echo(
        _(
            "%(entries)s entries, %(linked)s linked, %(waiting)s not linked yet.",
            entries=checked.entries,
            linked=checked.head.number,
            waiting=checked.waiting,
        )
    )
    if not checked.found:
        click.echo(_("The chain is intact up to %(head)s.", head=checked.head))
        return
    click.echo(
        ngettext("The chain has %(num)d fault:", "The chain has %(num)d faults. The first:", checked.found), err=True
    )
    for fault in checked.faults:
        numbers = {"link": fault.link_number, "entry": fault.entry_number}
        click.echo(f"  {str(SENTENCES[fault.kind]) % numbers}", err=True)
    raise SystemExit(1)


@audit_cli.command("head")
def head_command() -> None:
    """Prints the last link and its digest, to keep elsewhere for `verify --expect`."""
    with reading():
        click.echo(str(queries.find_head()))


@audit_cli.command("link")
def link_command() -> None:
    """Links all entries now; the worker does so each minute."""
    linked = jobs.link_entries(everything=True, max_batches=sys.maxsize)
    click.echo(ngettext("%(num)d entry linked.", "%(num)d entries linked.", linked))


@audit_cli.command("export")
def export_command() -> None:
    """Prints the chain, one line a link: the digest, a space, and the text of which it is the SHA-256."""
    with reading():
        for link, entry in queries.iterate_chain():
            text = canonical(entry, link.number, link.at, link.previous) if entry else _("(the entry is missing)")
            click.echo(f"{link.digest} {text}")
