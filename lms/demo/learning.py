"""Writes what the people of the demonstration learn: thousands of completions, quizzes and awards in few statements.

The values are those that the product's operations write: the same functions select the questions, grade the answers,
decide the dates of awards and compose what certificates say. Only the statements for each single row are saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from lms.assessment.api import NoQuestions, grade_attempt, normalise_response, select_attempt_questions
from lms.assessment.models import Answer, Attempt
from lms.catalogue.api import PublishedCourse, bank
from lms.certification.api import EarnedAward, Issuer, build_awards
from lms.certification.models import Award, AwardName, Recognition, TrainingSession
from lms.demo.acts import Learn, Outcome, Recognise, TakeQuiz
from lms.demo.answers import answers
from lms.demo.errors import CourseUnfit
from lms.demo.rows import NewRow, NewRows
from lms.demo.staff import LANGUAGE, DemoStaff
from lms.kernel import rng
from lms.kernel.actor import Actor
from lms.learning.models import Completion

Key = tuple[int, int, str | None]
"""The numbers of a person and a course, and the sector of a course that is learned sector by sector."""


class DemoLearning:
    """What was learned since the last `write`, and what the next act must know of everything before."""

    def __init__(self, staff: DemoStaff, courses: Mapping[str, PublishedCourse], issuer: Issuer) -> None:
        self.staff = staff
        self.courses = courses
        self.issuer = issuer
        self.attempts = self.awards = 0
        self._rows = NewRows()
        # What was earned, with the rows of its award and of the audit entry about it.
        self._pending: dict[Key, tuple[EarnedAward, NewRow, NewRow]] = {}
        self._holders: set[Key] = set()
        self._modules_done: defaultdict[int, set[int]] = defaultdict(set)
        self._questions_seen: dict[Key, list[str]] = {}

    def _key(self, act: Learn) -> Key:
        return self.staff.members[act.person].person_id, self.courses[act.course].course_id, act.sector

    def complete(self, act: Learn, moments: Iterable[datetime]) -> None:
        """Completes the next modules of a course, one at each moment, as long as there are any."""
        course, person_id = self.courses[act.course], self.staff.members[act.person].person_id
        done = self._modules_done[person_id]
        missing = [module for module in course.modules_for(act.sector) if module.module_id not in done]
        for module, moment in zip(missing, moments, strict=False):
            done.add(module.module_id)
            self._rows.add(
                Completion,
                person_id=person_id,
                course_id=course.course_id,
                module_id=module.module_id,
                edition_id=course.edition_id,
                module_revision_id=module.module_revision_id,
                sector=act.sector,
                language=module.language,
                recorded_at=moment,
            )

    def take_quiz(self, act: TakeQuiz) -> None:
        """Takes a quiz, and earns the award where it is passed.

        Modules that the course has got since the data file was written are completed just before. Raises
        `CourseUnfit` where the quiz cannot end as it should.
        """
        key, member, course = self._key(act), self.staff.members[act.person], self.courses[act.course]
        self.complete(act, [act.at - timedelta(minutes=1)] * len(course.modules))
        seen, seed = self._questions_seen.get(key, ()), f"{rng.randbelow(1 << 128):032x}"
        try:
            selected = select_attempt_questions(course, act.sector or member.sector, LANGUAGE, seen, seed)
        except NoQuestions:
            raise CourseUnfit(course.slug) from None
        self._questions_seen[key] = [*seen, *(one["slug"] for one in selected)]
        attempt = self._rows.add(
            Attempt,
            person_id=member.person_id,
            course_id=course.course_id,
            edition_id=course.edition_id,
            course_revision_id=course.revision_id,
            sector=act.sector,
            language=LANGUAGE,
            questions=selected,
            seed=seed,
            started_at=act.at,
        )
        self.attempts += 1
        self._rows.audit(act.at, member.account_id, "assessment.start", "attempt", attempt)
        if act.outcome is not Outcome.LEFT_OPEN:
            self._submit(act, course, attempt)

    def _submit(self, act: TakeQuiz, course: PublishedCourse, attempt: NewRow) -> None:
        at = act.at + timedelta(minutes=act.minutes)
        in_bank = {each.question_revision_id: each for each in bank(course.revision_id, LANGUAGE)}
        questions = [in_bank[one["question"]] for one in attempt.columns["questions"]]
        responses = answers(questions, act.outcome, act.slips, course.pass_mark)
        given = {
            question.question_revision_id: cleaned
            for question, response in zip(questions, responses, strict=True)
            if (cleaned := normalise_response(question.kind, question.body, response)) is not None
        }
        grades, result = grade_attempt(questions, given, course.pass_mark)
        if result.passed is not (act.outcome is Outcome.PASSED):
            raise CourseUnfit(course.slug)
        attempt.columns |= {
            "submitted_at": at,
            "grades": grades,
            "score": result.score,
            "red_lines_right": result.red_lines_right,
            "passed": result.passed,
        }
        for number, response in given.items():
            self._rows.add(Answer, attempt_id=attempt, question_revision_id=number, response=response, saved_at=at)
        account_id = self.staff.members[act.person].account_id
        self._rows.audit(at, account_id, "assessment.submit", "attempt", attempt)
        if result.passed:
            self._earn(act, at, attempt)

    def recognise(self, acts: Sequence[Recognise]) -> None:
        """Records a list of people who earned a course in one way: HR enters it at one moment, session by session."""
        if acts[0].how == "session":
            for session in dict.fromkeys((act.station, act.earned_on) for act in acts):
                self._hold_session([act for act in acts if (act.station, act.earned_on) == session])
            return
        for act in acts:
            evidence = act.evidence.format(year=act.earned_on.year)
            self._earn(act, act.at, hr=self.staff.hr[act.organisation], evidence=evidence)

    def _hold_session(self, acts: Sequence[Recognise]) -> None:
        act = acts[0]
        hr, organisation_id = self.staff.hr[act.organisation], self.staff.organisations[act.organisation]
        course, station_id = self.courses[act.course], self.staff.stations[act.station]
        evidence = f"Attendance list {act.station} {act.earned_on.isoformat()}"
        form = organisation_id, course.course_id, act.earned_on, station_id, act.sector or ""
        session = self._rows.add(
            TrainingSession,
            organisation_id=organisation_id,
            course_id=course.course_id,
            course_revision_id=course.revision_id,
            sector=act.sector,
            held_on=act.earned_on,
            station_id=station_id,
            checked_by=hr.name,
            evidence=evidence,
            token="-".join(map(str, form))[:40],
            recorded_at=act.at,
            recorded_by=hr.account_id,
        )
        for each in acts:
            self._earn(each, each.at, session, hr, evidence)
        self._rows.audit(
            act.at, hr.account_id, "certification.record_session", "training_session", session,
            organisation_id=organisation_id, reason=evidence,
            course=course.course_id, awards=len(acts), held_on=act.earned_on.isoformat(),
        )  # fmt: skip

    def _earn(
        self,
        act: TakeQuiz | Recognise,
        at: datetime,
        source: NewRow | None = None,
        hr: Actor | None = None,
        evidence: str = "",
    ) -> None:
        key, course = self._key(act), self.courses[act.course]
        if key in self._pending:
            # The dates of an award that renews another depend on the other.
            self.write()
        how, earned_on, organisation_id = "quiz", None, None
        if isinstance(act, Recognise):
            how, earned_on = act.how, act.earned_on
            organisation_id = None if how == "import" else self.staff.organisations[act.organisation]
        earned = EarnedAward(
            key[0], course, act.sector, how, at, earned_on, organisation_id, had_before=key in self._holders
        )
        award = self._rows.add(
            Award,
            attempt_id=source if how == "quiz" else None,
            score=source.columns["score"] if source and how == "quiz" else None,
            evidence=evidence,
            recorded_at=at,
            recorded_by=hr.account_id if hr else None,
        )
        self._rows.add(AwardName, award_id=award, name=self.staff.members[act.person].name)
        if hr is not None and organisation_id is not None:
            self._rows.add(
                Recognition, award_id=award, organisation_id=organisation_id, session_id=source, checked_by=hr.name
            )
        entry = self._rows.audit(
            at, hr.account_id if hr else None, "certification.issue", "award", award,
            person=key[0], course=key[1], how=how,
        )  # fmt: skip
        self._pending[key] = earned, award, entry
        self.awards += 1

    def write_if_earned_by(self, person_id: int) -> None:
        """Writes everything if a person earned an award since: what is recorded of them next has no bearing on it."""
        if any(person_id == earner for earner, _course_id, _sector in self._pending):
            self.write()

    def write(self) -> None:
        """Writes everything that was collected."""
        pending = self._pending.values()
        issued = build_awards([earned for earned, _row, _entry in pending], self.issuer)
        for (_earned, row, entry), award in zip(pending, issued, strict=True):
            columns = {column.key: getattr(award, column.key) for column in Award.__table__.columns}
            del columns["id"]
            row.columns = columns | row.columns
            entry.columns["organisation_id"] = award.organisation_id
        self._rows.write()
        self._holders |= self._pending.keys()
        self._pending.clear()
