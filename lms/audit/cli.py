"""The commands of the audit trail: verify, head, link, export."""

from collections.abc import Iterable

import click
from flask.cli import AppGroup

from lms.audit import jobs, operations, queries
from lms.audit.rules import Fault, Head, Kind, canonical
from lms.kernel.db import reading, unit_of_work

audit_cli = AppGroup("audit", help="The audit trail: check its chain, print its last digest, export it.")

SENTENCES = {
    Kind.CHANGED: "link {link}: entry {entry} or its link is not as it was linked",
    Kind.REMOVED: "link {link}: entry {entry} is gone",
    Kind.INSERTED: "entry {entry} was put in afterwards: later ones had been linked long before it was there",
    Kind.LINK_MISSING: "link {link} is gone",
    Kind.BROKEN: "link {link}: it does not hold the digest of the link before",
    Kind.REWRITTEN: "link {link}: it was another one when it was noted; the chain was made again",
    Kind.SHORTENED: "link {link} was noted and is not there; the end of the chain is gone",
}


class NotedHead(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A link as `flask audit head` prints it: its number, a colon, its digest."""

    name = "number:digest"

    def convert(self, value: str | Head, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """Reads it; anything else is refused."""
        if isinstance(value, Head):
            return value
        number, _colon, digest = value.strip().partition(":")
        if not number.isdecimal() or len(digest) != 64:
            self.fail(
                "give it as flask audit head printed it: a number, a colon, 64 letters and figures.",
                param,
                ctx,
            )
        return Head(int(number), digest.lower())


@audit_cli.command("verify")
@click.option(
    "--expect", type=NotedHead(), help="A link that was noted elsewhere; it must still be in the chain."
)
@click.option("--note/--no-note", default=True, help="Whether to note the outcome for the page of the trail.")
def verify_command(expect: Head | None, note: bool) -> None:
    """Reads the whole chain and says whether an entry was changed, removed or put in; exits with 1 if so."""
    with reading():
        checked = operations.check_chain(expect)
    if note:
        with unit_of_work():
            operations.note_check(checked)
    click.echo(
        f"{checked.entries} entries, {checked.head.number} linked, {checked.waiting} waiting for their link."
    )
    if not checked.found:
        click.echo(f"The chain is sound up to {checked.head}.")
        return
    click.echo(
        f"The chain has {checked.found} {'fault' if checked.found == 1 else 'faults'}. The first:", err=True
    )
    for sentence in sentences(checked.faults):
        click.echo(f"  {sentence}", err=True)
    raise SystemExit(1)


def sentences(faults: Iterable[Fault]) -> list[str]:
    """Says in words what is wrong."""
    return [SENTENCES[each.kind].format(link=each.link_number, entry=each.entry_number) for each in faults]


@audit_cli.command("head")
def head_command() -> None:
    """Prints the last link and its digest, to be kept elsewhere: `verify --expect` takes it again."""
    with reading():
        click.echo(str(queries.find_head()))


@audit_cli.command("link")
def link_command() -> None:
    """Links now whatever is stored and not linked; the worker does the same each minute."""
    click.echo(f"{jobs.link_entries(everything=True, most_batches=None)} entries linked.")


@audit_cli.command("export")
def export_command() -> None:
    """Prints the chain from its first link, a line each: the digest, a space, and the text it is the SHA-256 of."""
    with reading():
        for link, entry in queries.iterate_chain():
            text = canonical(entry, link.number, link.at, link.previous) if entry else "(the entry is gone)"
            click.echo(f"{link.digest} {text}")
