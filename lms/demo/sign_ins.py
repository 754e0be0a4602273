"""Who signs in to the demonstration, with which password."""

from lms.demo import queries

PASSWORD = "learn-safely-2026"  # noqa: S105 - printed on the first page, for invented people
NEW_HIRE = "D-1001"
SIGN_INS = (
    ("amina@demo.example", "Amina Yusuf, learner, WASH"),
    ("tomas@demo.example", "Tomas Silva, trainer, Education"),
    ("hana@demo.example", "Hana Haddad, HR of Rivers Relief"),
    ("karim@demo.example", "Karim Nasser, coordinator, sees counts of organisations that share them"),
    ("root@demo.example", "Ruth Adler, administrator"),
    (NEW_HIRE, "a learner without e-mail who joined the day before"),
)


def accounts_are_open() -> bool:
    """Says whether people sign in to the demonstration with the password that everybody knows."""
    return queries.is_open(SIGN_INS[0][0])


def sign_ins() -> str:
    """Returns who can sign in to the demonstration, in lines to be printed."""
    lines = [f"  {who:<22} {what}" for who, what in SIGN_INS]
    return "\n".join(["Everybody in it is invented. Sign in as", *lines, f"  with the password       {PASSWORD}"])
