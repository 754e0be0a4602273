"""Two organisations with one object of every kind, made by sending the forms that people send.

Rivers Relief owns the objects; Amina owns those that belong to one person. Whoever adds an address with a new
variable adds a value to ``samples``; whoever adds a form adds its new fields to ``fields``, or to ``bodies`` where one
address needs other values.
"""

import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from flask import Flask
from flask_security.recoverable import generate_reset_password_token
from werkzeug.test import TestResponse

from lms.accounts.api import open_account
from lms.accounts.models import SignInLink
from lms.accounts.queries import find_account_by_email, find_account_of_person
from lms.accounts.registering.models import RegistrationRequest
from lms.accounts.registering.operations import prove, take_request
from lms.accounts.registering.queries import load_by_link
from lms.accounts.registering.rules import sign
from lms.assessment.api import CorrectionKind, correct_question
from lms.authoring.drafts.operations import save_file
from lms.authoring.rules import digest_of_words
from lms.catalogue.api import list_published_files
from lms.certification.api import ensure_signing_key
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.attempts import keys
from tests.factories.courses import published
from tests.factories.pages import form_on, read_page
from tests.factories.pathways import pathway

ACTORS = {
    "Signed out": "",
    "Learner": "amina",
    "Another learner": "lena",
    "Trainer": "tomas",
    "HR": "hana",
    "HR elsewhere": "hugo",
    "Coordinator": "karim",
    "Administrator": "root",
}
"""The columns of the matrix; HR elsewhere works for the other organisation."""

NAMES = ("Nadia Noor", "Nadia Nour", "Omar Said", "Omar Saeed", "Omar Ended")
"""People of Rivers Relief whose names only its HR and the administrator may read."""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
PICTURE = "\n\n![A road](img/road.svg)\n\n/// description\nA road.\n///\n"
ROWS = "Staff number,Name,Station,Sector,Role,First day\n{},Somebody New,North River,wash,promoter,2026-01-01\n"
FILTERS = ("station", "course", "role", "contract")
PATHWAY = "/pathways/<station>/edit"
VERSION = "/pathways/<station>/versions/<number>"
IMPORT = "/people/import/<import_id>"
SESSION, PRIOR = "/sessions/new", "/sessions/prior/list"
OF_ALL = "(of all organisations)"
"""What follows an address in the matrix where a second object is tried there, as in ``special``."""
DRAFT = "/author/<course>/drafts/<draft_id>"
VOID_PREVIEWED = sha256(b'["void", null]').hexdigest()
"""What the form that corrects a question says once it was seen what making it void would change."""
MERGE, UNDO = "/people/<person_id>/merge/<other_id>", "/people/<person_id>/merges/<merge_id>/undo"


class World:
    """An application with what to send it: `samples` by variable, `special` samples and `bodies` by address."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        self.today = clock.today()
        people.make_small_organisation(app)
        with app.app_context(), unit_of_work():
            self._add_people()
            self._publish(folder)
            ensure_signing_key(app.secret_key)
        self.cookies = {who: self._cookie(who) if who else "" for who in ACTORS.values()}
        self.fields = self._fields()
        self.bodies = self._bodies()
        self.samples: dict[str, object] = {
            "course": "first-course", "module": "first-steps", "name": "road.svg", "station": "north-river",
            "organisation_id": 1, "person_id": 1, "employment_id": 1, "placement_id": 1, "account_id": 1,
            "exemption_id": 1, "grant_id": 1, "focal_point_id": 1, "merge_id": 1, "query_id": 1, "view_id": 1,
            "schedule_id": 1, "token_id": 1, "provider": "somewhere-new", "link_id": 1,
            "problem": "lost", "part": 1, "number": 1, "question": "q-plain",
            "type_name": "User", "schema_name": "urn:ietf:params:scim:schemas:core:2.0:User", "user_id": 1,
            "group_id": 1,
        }  # fmt: skip
        former: dict[str, object] = {"person_id": self.persons["W-11"], "employment_id": self.employments["W-11"]}
        self.special: dict[str, dict[str, object]] = {
            f"/requirements/new {OF_ALL}": {},
            # Tomas: an administrator prints codes for those who hold a role, and HR for the others.
            "/admin/users/<account_id>/code": {"account_id": 2},
            "/admin/users/<account_id>/roles/<grant_id>/retract": {"account_id": 2},
            "/people/<person_id>/code": {"person_id": self.persons["W-7"]},
            "/people/<person_id>/invitation": {"person_id": self.persons["W-12"]},
            "/account/second-step/app/<token>": {"token": "not-one"},
            "/account/second-step/passkey/<token>": {"token": "not-one"},
            "/login/passkey/<token>": {"token": "not-one"},
            "/people/<person_id>/second-step": {"person_id": self.persons["W-7"]},
            "/people/<person_id>/sign-in": {"person_id": self.persons["W-7"]},
            "/people/<person_id>/sign-in/<provider>": {"person_id": self.persons["W-8"]},
            "/people/<person_id>/sign-in/<link_id>/remove": {"person_id": self.persons["W-7"], "link_id": 2},
            "/people/<person_id>/placement/new/<employment_id>": former,
            "/people/<person_id>/correct": former,
            "/people/<person_id>/erase": former,
            "/people/<person_id>/correct/number/<employment_id>": former,
        }
        self._learn()
        self._record()
        self._import()
        self._merge()
        self._draft(folder)
        self._feedback()
        self._work()
        self._read_pages()
        self._register()

    def _add_people(self) -> None:
        here, place = session.query(Organisation).one(), session.query(DutyStation).one()
        there, far = people.organisation("hill-aid", initials="HA"), people.station("south-hill")
        self.persons: dict[str, int] = {}
        self.employments: dict[str, int] = {}
        for number, name, at, where in (
            ("W-6", "Lena Okoro", here, place), ("W-7", NAMES[0], here, place), ("W-8", NAMES[1], here, place),
            ("W-9", NAMES[2], here, place), ("W-10", NAMES[3], here, place), ("W-11", NAMES[4], here, place),
            ("H-1", "Hugo Hill", there, far),
        ):  # fmt: skip
            first = name.partition(" ")[0].lower()
            who = people.person(name, f"{first}@demo.example" if first in ACTORS.values() else None)
            employment = people.employed(who, at, number)
            yesterday = self.today - timedelta(days=1)
            people.placed(employment, where, through_on=yesterday if number == "W-11" else None)
            people.account(who, *([Role.HR] if first == "hugo" else []), at=at)
            self.persons[number], self.employments[number] = who.id, employment.id
        # Somebody who has not joined: to be invited, and given a slip.
        who = people.person("Nina New", "nina@demo.example")
        people.placed(people.employed(who, here, "W-12"), place)
        open_account(SYSTEM, who, email=who.email)
        self.persons["W-12"] = who.id
        pathway(place.id)

    def _publish(self, folder: Path) -> None:
        picture = folder / "modules/first-course/img/road.svg"
        picture.parent.mkdir(parents=True)
        picture.write_text(SVG)
        self.course = published(folder, extra_words=PICTURE)
        published(folder, "second-course")

    def _cookie(self, who: str) -> str:
        client = self.app.test_client()
        people.sign_in(client, f"{who}@demo.example")
        cookie = client.get_cookie("every_sector")
        assert cookie is not None
        return f"every_sector={cookie.value}"

    def _fields(self) -> dict[str, object]:
        """Returns a value that fits for every field of every form."""
        today = self.today.isoformat()
        return {
            "organisation": 1, "station": 1, "sector": "wash", "role": "promoter", "contract": "staff",
            "staff_number": "W-7", "name": "Somebody New", "who": "W-2", "email": "", "country": "Aravia",
            "initials": "SN", "slug": "somewhere-new", "time_zone": "UTC", "course": self.course.course_id,
            "requirement": 1, "kind": "sick", "from_on": today, "through_on": "", "earned_on": today,
            "held_on": today, "written_on": today, "effective_on": today, "effective_from": today,
            "effective_through": today,
            "works_with_children": "", "max_age": "", "due_days": 30, "window_days": 60, "grace_days": 0,
            "reason": "A test.", "change": "A test.", "checked_by": "Lina Aziz",
            "evidence": "File 7", "lines": "W-7", "text": "W-1\nW-7\nH-1", "code": "7ZZZ-7ZZZ-7ZZZ",
            "password": people.PASSWORD, "new_password": "a-new-pass-phrase-7", "again": people.PASSWORD,
            "new_password_confirm": "a-new-pass-phrase-7", "language": "en", "number": 1, "page": "report",
            "view": 0, "rhythm": "weekly", "recipients": [3, 5], "scopes": ["people:read"], "days": 30,
            "issuer": "https://127.0.0.1:9", "client_id": "training", "client_secret": "secret", "match_by": "email",
            "staff_number_claim": "", "email_domains": "", "is_on": "y",
            "called": "y", "encoding": "utf-8", "file": (ROWS.format("W-30"), "list.csv"),
        }  # fmt: skip

    def _bodies(self) -> dict[str, dict[str, object]]:
        """Returns what single addresses need instead of the common values."""
        training = {"lines": "W-7, 2026-03-31, file 7", "file": ""}
        correction = {"kind": "void", "right_1": "b", "previewed": VOID_PREVIEWED}
        return {
            "/author/<course>/questions/<question>/correct": correction,
            "/author/<course>/questions/<question>/correct/preview": correction,
            "/login": {"email": "amina@demo.example"},
            "/reset": {"email": "amina@demo.example"},
            "/reset/<token>": {"password": "a-new-pass-phrase-7", "password_confirm": "a-new-pass-phrase-7"},
            "/account/password": {"password": people.PASSWORD},
            "/admin/users/<account_id>/roles/new": {"role": "trainer", "organisation": ""},
            "/compliance/jobs": {"kind": "people", "form": "csv", "organisation": "rivers-relief"}
            | dict.fromkeys(FILTERS, ""),
            "/compliance/lookup": {"file": ""},
            "/compliance/lookup.csv": {"file": ""},
            "/compliance/lookup.xlsx": {"file": ""},
            "/my/record/wrong": {"kind": "placement"},
            "/people/codes/slips": {"station": "", "sector": "", "q": "", "all": "yes"},
            "/people/invitations": {"station": "", "sector": "", "q": ""},
            "/pathways/<station>/numbers": {"phone": "116", "answers": ""},
            "/people/new": {"staff_number": "W-20", "is_new": "y"},
            "/admin/sign-in/new": {"slug": "another"},
            "/account/webhooks/new": {"address": "https://hr.invalid/hook", "kinds": ["award.issued"]},
            "/people/<person_id>/erase": {"is_meant": "y"},
            "/people/<person_id>/correct": {
                "name": NAMES[4],
                "given_name": "",
                "family_name": "",
                "printed_name": "SN",
            },
            "/people/<person_id>/correct/number/<employment_id>": {"staff_number": "W-41"},
            "/people/<person_id>/placement/<placement_id>/end": {"through_on": self.today.isoformat()},
            "/sessions/prior/check": training,
            "/paper/new": {"station": "", "sector": "", "numbers": "W-1"},
            f"/requirements/new {OF_ALL}": {"organisation": ""},
        }

    def send(self, who: str, method: str, address: str, query: str = "", /, **changes: object) -> TestResponse:
        """Sends one request as somebody, every variable of the address replaced by its sample."""
        plain = address.partition(" ")[0]
        samples = self.samples | self.special.get(plain, {}) | self.special.get(address, {})
        path = re.sub(r"<(\w+)>", lambda variable: str(samples[variable[1]]), plain)
        data = self.fields | self.bodies.get(plain, {}) | self.bodies.get(address, {}) | changes
        files = {
            name: (BytesIO(value[0].encode()), value[1]) for name, value in data.items() if isinstance(value, tuple)
        }
        # Read to its end: a response that is streamed holds the request's context until then.
        return self.app.test_client(use_cookies=False).open(
            path,
            method=method,
            query_string=query,
            data=data | files if method == "POST" else None,
            headers={"Cookie": self.cookies[who]},
            buffered=True,
        )

    def _done(self, who: str, address: str, **changes: object) -> str:
        """Sends a form that must succeed; returns where it leads."""
        response = self.send(who, "POST", address, **changes)
        errors = re.findall(r'class="error"[^>]*>(?:.*</svg>)?([^<]*)', response.text)
        assert response.status_code in (302, 303), f"{who} at {address}: {response.status}, {errors}"
        return str(response.headers["Location"])

    def _number(self, who: str, address: str, **changes: object) -> int:
        """Sends a form that must succeed; returns the number in the address it leads to."""
        return int(re.findall(r"/(\d+)", self._done(who, address, **changes))[0])

    def _work(self) -> None:
        with self.app.app_context():
            while outbox.sweep():
                pass

    def _learn(self) -> None:
        """Lets Amina complete both courses, pass the first quiz and begin the second."""
        complete, quiz = "/courses/<course>/<module>/complete", "/courses/<course>/quiz"
        for course in ("first-course", "second-course"):
            for module in ("first-steps", "second-steps"):
                self.special[complete] = {"course": course, "module": module}
                self._done("amina", complete)
        passed = {"attempt_id": self._number("amina", quiz)}
        certificate = "/certificates/of-attempt/<attempt_id>"
        self.special[certificate] = self.special["/attempts/<attempt_id>/result"] = passed
        self.samples |= passed
        self._done("amina", "/attempts/<attempt_id>/submit", **keys(self.app, f"/attempts/{passed['attempt_id']}"))
        page = self.send("amina", "GET", certificate).headers["Location"]
        self.samples["serial"] = page.rpartition("/")[2]
        # Marked again, it would not be passed.
        with self.app.app_context(), unit_of_work():
            for slug in ("q-plain", "q-other"):
                correct_question(SYSTEM, self.course.edition_id, slug, CorrectionKind.REKEY, ["b"], reason="A test.")
        self.special[quiz] = {"course": "second-course"}
        self.samples["attempt_id"] = self._number("amina", quiz)

    def _record(self) -> None:
        """Lets HR record what is required, who is exempt, a session, a view, a file and a focal point."""
        self.samples["requirement_id"] = self._number("hana", "/requirements/new")
        for_all = {"requirement_id": self._number("root", f"/requirements/new {OF_ALL}")}
        self.special |= {f"/requirements/<requirement_id>{act} {OF_ALL}": for_all for act in ("", "/change", "/end")}
        self._done("hana", "/exemptions/new", staff_number="W-8")
        self.samples["session_id"] = self._number("hana", SESSION, **self._checked("W-5"))
        self.bodies[SESSION] = self._checked("W-4")
        self.bodies[PRIOR] = dict(form_on(self.send("hana", "POST", "/sessions/prior/check"), PRIOR).values)
        self.samples["provider_id"] = self._number("root", "/admin/sign-in/new", slug="somewhere-new")
        with self.app.app_context(), unit_of_work():
            for person_id in (1, self.persons["W-7"]):
                account = find_account_of_person(person_id)
                assert account is not None
                link = {"account_id": account.id, "organisation_id": 1, "issuer": "https://127.0.0.1:9"}
                session.add(SignInLink(**link, subject=f"subject-{person_id}", recorded_at=clock.now()))
                session.flush()
        webhooks = "/account/webhooks"
        self.samples["webhook_id"] = self._number("hana", f"{webhooks}/new")
        self._done("hana", f"{webhooks}/<webhook_id>/test")
        self.samples["delivery_id"] = 1
        self.samples["quiz_id"] = self._number("hana", "/paper/new", numbers="W-6")
        page = self.send("hana", "GET", "/paper/<quiz_id>").text
        sheets = "/sessions/sheets"
        made = {"code": self._done("hana", f"{sheets}/new", lines="W-5").rpartition("/")[2]}
        self.special |= {f"{sheets}/<code>": made, f"{sheets}/<code>.pdf": made}
        self.samples["code"] = re.findall(r"/paper/copies/(\w+)", page)[0]
        self._done("hana", "/compliance/views", name="Mine")
        self.samples["job_id"] = self._number("hana", "/compliance/jobs")
        self.samples["slips_id"] = self._number("hana", "/people/codes/slips")
        self._done("hana", "/reminders/settings", sector="health")
        self._done("hana", "/compliance/schedules/new")
        assert self.send("hana", "POST", "/account/tokens/new").status_code == 200
        self._done("amina", "/my/record/wrong")

    def _checked(self, lines: str) -> dict[str, object]:
        page = self.send("hana", "POST", "/sessions/check", lines=lines)
        return dict(form_on(page, SESSION).values)

    def _import(self) -> None:
        """Lets HR send four lists: one is applied, two are checked, and the columns of one are not yet chosen."""
        columns = f"{IMPORT}/columns"
        for number, address in enumerate((*(f"{IMPORT}/{act}" for act in ("undo", "apply", "questions")), ""), start=1):
            sent = self._number("hana", "/people/import", file=(ROWS.format(f"W-3{number}"), "list.csv"))
            self.samples["import_id"] = sent
            page = self.send("hana", "GET", columns)
            (form,) = [form for form in read_page(page)[0] if "column_name" in form.values]
            self.bodies[columns] = dict(form.values)
            if address:
                self.special[address] = {"import_id": sent}
                self._done("hana", columns)
                self._work()
            if number == 1:
                self._done("hana", f"{IMPORT}/apply")
                self._work()

    def _merge(self) -> None:
        """Lets HR merge two records, and leaves two others to merge."""
        self.special[MERGE] = {"person_id": self.persons["W-9"], "other_id": self.persons["W-10"]}
        self._done("hana", MERGE, surviving=self.persons["W-9"])
        self.special[UNDO] = {"person_id": self.persons["W-9"]}
        self.special[MERGE] = {"person_id": self.persons["W-7"], "other_id": self.persons["W-8"]}
        self.bodies[MERGE] = {"surviving": self.persons["W-7"]}

    def _draft(self, folder: Path) -> None:
        """Lets Tomas draft a change of a module."""
        self.fields |= {"title": "A change", "copy_of": "", "version": 1}
        # The first publication, whose text the course still has.
        self.samples["publication_id"] = 1
        self.samples["draft_id"] = self._number("tomas", "/author/<course>")
        self.samples["path"] = path = "modules/first-course/01-first-steps.md"
        text = (folder / path).read_text()
        self.bodies[f"{DRAFT}/files/<path>"] = {"text": f"{text}\nMore.\n"}
        self.samples["block"] = "note"
        self.bodies[f"{DRAFT}/insert/<block>/<path>"] = {"words": "A note.", "after": 0}
        self.bodies[f"{DRAFT}/check/<path>"] = {"text": text}
        self._done("tomas", f"{DRAFT}/files/<path>", text=f"{text}\nA change.\n", version=0)
        self.bodies[f"{DRAFT}/remove"] = {"file": f"1:{path}"}
        sides = dict.fromkeys(("left", "right", "top", "bottom"), 0)
        self.bodies[f"{DRAFT}/pictures"] = {"file": (SVG, "road.svg"), "alt": "A hill", "place": "", **sides}
        self.bodies[f"{DRAFT}/import"] = {"text": "# A title\n\nWords.", "file": ""}
        self.bodies[f"{DRAFT}/import/add"] = {"title": "Third steps", "converted": "Words."}
        gift = "Who goes first? {=The next in line ~The eldest}"
        questions = {"text": gift, "file": "", "chosen": "1", "version": 0}
        self.bodies |= {f"{DRAFT}/import-questions{act}": questions for act in ("", "/add")}
        self._open_question()
        self.bodies[f"{DRAFT}/ask"] = {"reviewer": "", "note": ""}
        comment = {"place": digest_of_words("A change."), "version": 1, "text": "Which one?"}
        self.bodies[f"{DRAFT}/comments/<path>"] = comment
        self._done("tomas", f"{DRAFT}/comments/<path>", **comment)
        self.samples["comment_id"] = 1
        self.bodies[f"{DRAFT}/comments/<comment_id>"] = {"text": "This one.", "reply": "1"}
        self.bodies[f"{DRAFT}/schedule"] = {"publish_on": (self.today + timedelta(days=7)).isoformat()}
        self.bodies["/author/new-course"] = {"course": "new-course-of-tomas"}
        self._outdated_draft(path)

    def _outdated_draft(self, path: str) -> None:
        """Begins another draft, of a text that was published since it was written."""
        other = self._number("tomas", "/author/<course>")
        with self.app.app_context(), unit_of_work():
            published = {path: file.digest for path, file in list_published_files().items()}
            before = published["modules/first-course/course.yml"]
            save_file(SYSTEM, "first-course", other, path, b"An older text.", version=0, base=before)
        self.special[f"{DRAFT}/choose/<path>"] = {"draft_id": other}
        self.bodies[f"{DRAFT}/choose/<path>"] = {"version": 1, "published": published[path], "mine": "1"}

    def _open_question(self) -> None:
        """Lets Tomas open a question of the draft, and the list with another one to remove."""
        page = f"{DRAFT}/questions"
        (form,) = [
            form for form in read_page(self.send("tomas", "GET", f"{page}/<question>"))[0] if "stem" in form.values
        ]
        self.bodies[f"{page}/<question>"] = dict(form.values)
        self.bodies[f"{page}/<question>/try"] = {"seed": "1"}
        self.bodies[f"{page}/<question>/copy"] = {"new_id": "q-copied"}
        self.bodies[f"{page}/<question>/move"] = {"to": 0}
        self.bodies[f"{page}/new"] = {"kind": "single", "question_id": "q-new"}
        self.special[f"{page}/<question>/remove"] = {"question": "q-other"}
        acts = [form for form in read_page(self.send("tomas", "GET", page))[0] if "/q-other/" in form.action]
        self.bodies[f"{page}/<question>/remove"] = dict(acts[0].values)

    def _feedback(self) -> None:
        """Lets Amina say that something is wrong in a module."""
        self.bodies["/feedback"] = {"module": self.course.modules[0].module_revision_id, "kind": "hard", "section": ""}
        self._done("amina", "/feedback", **self.bodies["/feedback"], text="What is a pathway?")
        self.samples["feedback_id"] = 1

    def _propose_pathway(self) -> None:
        """Lets Karim write the pathway of another station, where Hugo is HR; it waits for a second person."""
        elsewhere: dict[str, object] = {"station": "south-hill"}
        self.special[PATHWAY] = elsewhere
        (form,) = [form for form in read_page(self.send("karim", "GET", PATHWAY))[0] if "base" in form.values]
        contact = {"contacts-0-kind": "emergency", "contacts-0-name": "Night desk", "contacts-0-phone": "112"}
        self._done("karim", PATHWAY, **form.values | contact | {"verified_on": self.today.isoformat()})
        del self.special[PATHWAY]
        self.special |= dict.fromkeys((VERSION, f"{VERSION}/confirm", f"{VERSION}/refuse"), elsewhere)

    def _register(self) -> None:
        """Lets Hana open registration and two people ask, one of whom has used the link."""
        self.bodies["/people/registrations/open/<organisation_id>"] = {
            "domains": "rivers.example", "stations": "1", "sectors": ["wash"],
        }  # fmt: skip
        self._done("hana", "/people/registrations/open/<organisation_id>")
        typed = {"name": "Rita Ruiz", "station_id": 1, "sector": "wash", "staff_number": "W-90", "language": "en"}
        with self.app.app_context(), unit_of_work():
            for email in ("rita@rivers.example", "ruth@rivers.example"):
                take_request(typed | {"email": email})
            key = str(self.app.secret_key)
            requests = session.query(RegistrationRequest).order_by(RegistrationRequest.id)
            first, last = (sign(key, each.id, each.recorded_at.timestamp()) for each in requests)
            waiting = load_by_link(key, first, clock.now())
            prove(waiting)
            number = waiting.id
        self.special["/register/<token>"] = {"token": last}
        self.samples["registration_id"] = number
        self.bodies["/register"] = {"email": "new@rivers.example"}
        self.bodies["/people/registrations"] = {"chosen": number, f"number-{number}": "W-91"}
        self.bodies["/people/registrations/<registration_id>"] = {"staff_number": "W-92"}

    def _read_pages(self) -> None:
        """Takes from pages what only they say: a report's id, a static file, a code, a link."""
        (form,) = [form for form in read_page(self.send("hana", "GET", PATHWAY))[0] if "base" in form.values]
        self.bodies[PATHWAY] = {**form.values, "verified_on": self.today.isoformat(), "change": "A test."}
        self._propose_pathway()
        page = self.send("hana", "GET", "/compliance").text
        self.samples["report_id"] = re.findall(r"/compliance/reports/([\w-]+)", page)[0]
        digest, name = re.findall(r"/static/(\w+)/([\w.]+)", page)[0]
        self.special["/static/<digest>/<name>"] = {"digest": digest, "name": name}
        slip = self.send("hana", "POST", "/people/<person_id>/code").text
        self.special["/join/<token>"] = {"token": re.findall(r"<code><b>([\w-]+)", slip)[0]}
        with self.app.app_context(), reading():
            amina = find_account_by_email("amina@demo.example")
            token = generate_reset_password_token(amina)
        self.special["/reset/<token>"] = {"token": token}
