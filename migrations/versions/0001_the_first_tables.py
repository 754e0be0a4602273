"""The first tables."""

import sqlalchemy as sa
from alembic import op

from lms.kernel import db as database

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Goes up."""
    op.create_table(
        "course",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("current_revision_id", database.BigId, nullable=True),
        sa.Column("retired_at", database.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["current_revision_id"], ["course_revision.id"], name="fk_course_current_revision", use_alter=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_table(
        "demonstration",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demonstration_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demonstration")),
    )
    op.create_table(
        "duty_station",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=80), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_station")),
        sa.UniqueConstraint("slug", name=op.f("uq_duty_station_slug")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=6), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("shares_coverage", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("not_before", database.UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", database.UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_open", ["done_at", "not_before"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_email"), ["email"], unique=False)

    op.create_table(
        "picture_file",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_picture_file")),
    )
    op.create_table(
        "publication",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("counts", database.Document, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_table(
        "sector",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", database.Document, nullable=False),
        sa.Column("short", database.Document, nullable=False),
        sa.Column("icon", sa.String(length=40), nullable=False),
        sa.Column("hue", database.Document, nullable=False),
        sa.Column("priority_action", database.Document, nullable=False),
        sa.Column("core", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_sector")),
    )
    op.create_table(
        "account",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("account_id", database.BigId, nullable=True),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", database.BigId, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("detail", database.Document, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_audit_entry_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("per_sector", sa.Boolean(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("pause", sa.String(length=20), nullable=False),
        sa.Column("modules", database.Document, nullable=False),
        sa.Column("keys_digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_edition_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_edition_course_id_number")),
    )
    op.create_table(
        "employment",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=False),
        sa.Column("staff_number", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_employment_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
        sa.UniqueConstraint("organisation_id", "staff_number", name=op.f("uq_employment_organisation_id_staff_number")),
    )
    with op.batch_alter_table("employment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_employment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_employment_staff_number"), ["staff_number"], unique=False)

    op.create_table(
        "module",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_module_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("course_id", "slug", name=op.f("uq_module_course_id_slug")),
    )
    op.create_table(
        "pathway_version",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("contacts", database.Document, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("change", sa.String(length=300), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"], name=op.f("fk_pathway_version_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_version")),
        sa.UniqueConstraint("station_id", "number", name=op.f("uq_pathway_version_station_id_number")),
    )
    op.create_table(
        "question",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_question_course_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("course_id", "slug", name=op.f("uq_question_course_id_slug")),
    )
    op.create_table(
        "requirement",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_requirement_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_requirement_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "sheet",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("publication_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_sheet_publication_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_name"), ["name"], unique=False)

    op.create_table(
        "course_revision",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("publication_id", database.BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("validity", sa.String(length=20), nullable=False),
        sa.Column("renewal", sa.String(length=20), nullable=False),
        sa.Column("certificate", sa.String(length=60), nullable=False),
        sa.Column("meta", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_revision_course_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_course_revision_edition_id")),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_course_revision_publication_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_revision")),
        sa.UniqueConstraint("course_id", "digest", name=op.f("uq_course_revision_course_id_digest")),
    )
    op.create_table(
        "exemption",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("requirement_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.CheckConstraint("kind IN ('leave', 'equivalence')", name=op.f("ck_exemption_kind_known")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_exemption_until_after_from")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_exemption_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exemption_person_id")),
        sa.ForeignKeyConstraint(["requirement_id"], ["requirement.id"], name=op.f("fk_exemption_requirement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    with op.batch_alter_table("exemption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exemption_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exemption_person_id"), ["person_id"], unique=False)

    op.create_table(
        "fresh_start",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_fresh_start_course_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_fresh_start_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fresh_start_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fresh_start")),
    )
    with op.batch_alter_table("fresh_start", schema=None) as batch_op:
        batch_op.create_index("ix_fresh_start_person_course", ["person_id", "course_id"], unique=False)

    op.create_table(
        "module_revision",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("module_id", database.BigId, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("objectives", database.Document, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("considerations", database.Document, nullable=False),
        sa.Column("sections", database.Document, nullable=False),
        sa.Column("segments", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_module_revision_module_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module_revision")),
        sa.UniqueConstraint(
            "module_id", "language", "digest", name=op.f("uq_module_revision_module_id_language_digest")
        ),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", database.UtcDateTime(), nullable=False),
        sa.Column("used_at", database.UtcDateTime(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_code_digest")),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_code_account_id"), ["account_id"], unique=False)

    op.create_table(
        "pathway_report",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("pathway_version_id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pathway_version_id"], ["pathway_version.id"], name=op.f("fk_pathway_report_pathway_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pathway_report_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pathway_report")),
    )
    with op.batch_alter_table("pathway_report", schema=None) as batch_op:
        batch_op.create_index("uq_pathway_report_once", ["pathway_version_id", "person_id"], unique=True)

    op.create_table(
        "placement",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("employment_id", database.BigId, nullable=False),
        sa.Column("station_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("also_sectors", database.Document, nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("contract", sa.String(length=30), nullable=False),
        sa.Column("works_with_children", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.CheckConstraint("through_on IS NULL OR through_on >= from_on", name=op.f("ck_placement_through_after_from")),
        sa.ForeignKeyConstraint(["employment_id"], ["employment.id"], name=op.f("fk_placement_employment_id")),
        sa.ForeignKeyConstraint(["sector"], ["sector.slug"], name=op.f("fk_placement_sector")),
        sa.ForeignKeyConstraint(["station_id"], ["duty_station.id"], name=op.f("fk_placement_station_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index("ix_placement_employment_from", ["employment_id", "from_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_sector"), ["sector"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_station_id"), ["station_id"], unique=False)

    op.create_table(
        "question_revision",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("question_id", database.BigId, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("objective", sa.String(length=60), nullable=False),
        sa.Column("red_line", sa.Boolean(), nullable=False),
        sa.Column("sectors", database.Document, nullable=False),
        sa.Column("body", database.Document, nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_revision_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_revision")),
        sa.UniqueConstraint(
            "question_id", "language", "digest", name=op.f("uq_question_revision_question_id_language_digest")
        ),
    )
    op.create_table(
        "requirement_version",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("requirement_id", database.BigId, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_through", sa.Date(), nullable=True),
        sa.Column("match", database.Document, nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("max_age", sa.String(length=20), nullable=True),
        sa.Column("min_edition", sa.Integer(), nullable=True),
        sa.Column("renew_by", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.CheckConstraint(
            "(min_edition IS NULL) = (renew_by IS NULL)", name=op.f("ck_requirement_version_min_edition_with_renew_by")
        ),
        sa.CheckConstraint(
            "due_days >= 0 AND window_days >= 0 AND grace_days >= 0",
            name=op.f("ck_requirement_version_days_not_negative"),
        ),
        sa.CheckConstraint(
            "effective_through IS NULL OR effective_through >= effective_from",
            name=op.f("ck_requirement_version_through_after_from"),
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_requirement_version_requirement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_version")),
    )
    with op.batch_alter_table("requirement_version", schema=None) as batch_op:
        batch_op.create_index("ix_requirement_version_from", ["requirement_id", "effective_from"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("account_id", database.BigId, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.Column("retracted_at", database.UtcDateTime(), nullable=True),
        sa.Column("retracted_by", database.BigId, nullable=True),
        sa.CheckConstraint(
            "role <> 'hr' OR organisation_id IS NOT NULL", name=op.f("ck_role_grant_hr_has_organisation")
        ),
        sa.CheckConstraint("role IN ('trainer', 'hr', 'coordinator', 'admin')", name=op.f("ck_role_grant_role_known")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_role_grant_account_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_account_id"), ["account_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("draw", database.Document, nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("started_at", database.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", database.UtcDateTime(), nullable=True),
        sa.Column("client_at", database.UtcDateTime(), nullable=True),
        sa.Column("client_ahead", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("red_lines_right", sa.Boolean(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("marks", database.Document, nullable=True),
        sa.CheckConstraint("(submitted_at IS NULL) = (passed IS NULL)", name=op.f("ck_attempt_marked_when_submitted")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_attempt_course_id")),
        sa.ForeignKeyConstraint(
            ["course_revision_id"], ["course_revision.id"], name=op.f("fk_attempt_course_revision_id")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_attempt_edition_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attempt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_attempt_person_course", ["person_id", "course_id"], unique=False)

    op.create_table(
        "completion",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("module_id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("module_revision_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("client_at", database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_completion_course_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_completion_edition_id")),
        sa.ForeignKeyConstraint(["module_id"], ["module.id"], name=op.f("fk_completion_module_id")),
        sa.ForeignKeyConstraint(
            ["module_revision_id"], ["module_revision.id"], name=op.f("fk_completion_module_revision_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_completion_person_course", ["person_id", "course_id"], unique=False)
        batch_op.create_index("uq_completion_once", ["person_id", "module_id", "edition_id"], unique=True)

    op.create_table(
        "course_revision_module",
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("module_revision_id", database.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_revision_id"], ["course_revision.id"], name=op.f("fk_course_revision_module_course_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["module_revision_id"], ["module_revision.id"], name=op.f("fk_course_revision_module_module_revision_id")
        ),
        sa.PrimaryKeyConstraint("course_revision_id", "module_revision_id", name=op.f("pk_course_revision_module")),
    )
    op.create_table(
        "course_revision_picture",
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_revision_id"], ["course_revision.id"], name=op.f("fk_course_revision_picture_course_revision_id")
        ),
        sa.ForeignKeyConstraint(["digest"], ["picture_file.digest"], name=op.f("fk_course_revision_picture_digest")),
        sa.PrimaryKeyConstraint("course_revision_id", "name", name=op.f("pk_course_revision_picture")),
    )
    with op.batch_alter_table("course_revision_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_revision_picture_digest"), ["digest"], unique=False)

    op.create_table(
        "course_revision_question",
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("question_revision_id", database.BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_revision_id"], ["course_revision.id"], name=op.f("fk_course_revision_question_course_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_revision_id"],
            ["question_revision.id"],
            name=op.f("fk_course_revision_question_question_revision_id"),
        ),
        sa.PrimaryKeyConstraint("course_revision_id", "question_revision_id", name=op.f("pk_course_revision_question")),
    )
    op.create_table(
        "answer",
        sa.Column("attempt_id", database.BigId, nullable=False),
        sa.Column("question_revision_id", database.BigId, nullable=False),
        sa.Column("response", database.Document, nullable=False),
        sa.Column("saved_at", database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_answer_attempt_id")),
        sa.ForeignKeyConstraint(
            ["question_revision_id"], ["question_revision.id"], name=op.f("fk_answer_question_revision_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_revision_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "award",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("serial", sa.String(length=13), nullable=False),
        sa.Column("person_id", database.BigId, nullable=False),
        sa.Column("organisation_id", database.BigId, nullable=True),
        sa.Column("course_id", database.BigId, nullable=False),
        sa.Column("edition_id", database.BigId, nullable=False),
        sa.Column("course_revision_id", database.BigId, nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=True),
        sa.Column("attempt_id", database.BigId, nullable=True),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("dates_because", database.Document, nullable=False),
        sa.Column("printed", database.Document, nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("supersedes_id", database.BigId, nullable=True),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.CheckConstraint("how IN ('quiz', 'session', 'prior', 'import')", name=op.f("ck_award_how_known")),
        sa.CheckConstraint("valid_from = earned_on", name=op.f("ck_award_valid_from_earned")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_award_valid_until_after_from")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_award_attempt_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_award_course_id")),
        sa.ForeignKeyConstraint(
            ["course_revision_id"], ["course_revision.id"], name=op.f("fk_award_course_revision_id")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_award_edition_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_award_person_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["award.id"], name=op.f("fk_award_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_award_attempt_id")),
        sa.UniqueConstraint("serial", name=op.f("uq_award_serial")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_award_supersedes_id")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_award_person_course", ["person_id", "course_id"], unique=False)

    op.create_table(
        "award_name",
        sa.Column("award_id", database.BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_name_award_id")),
        sa.PrimaryKeyConstraint("award_id", name=op.f("pk_award_name")),
    )
    op.create_table(
        "revocation",
        sa.Column("id", database.BigId, nullable=False),
        sa.Column("award_id", database.BigId, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", database.UtcDateTime(), nullable=False),
        sa.Column("recorded_by", database.BigId, nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_revocation_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sa.UniqueConstraint("award_id", name=op.f("uq_revocation_award_id")),
    )
    # The two tables name each other; SQLite took the key with the table, PostgreSQL takes it afterwards.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_course_current_revision", "course", "course_revision", ["current_revision_id"], ["id"]
        )


def downgrade() -> None:
    """Goes back down."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("fk_course_current_revision", "course", type_="foreignkey")
    op.drop_table("revocation")
    op.drop_table("award_name")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index("ix_award_person_course")
        batch_op.drop_index(batch_op.f("ix_award_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_award_course_id"))

    op.drop_table("award")
    op.drop_table("answer")
    op.drop_table("course_revision_question")
    with op.batch_alter_table("course_revision_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_revision_picture_digest"))

    op.drop_table("course_revision_picture")
    op.drop_table("course_revision_module")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index("uq_completion_once")
        batch_op.drop_index("ix_completion_person_course")
        batch_op.drop_index(batch_op.f("ix_completion_course_id"))

    op.drop_table("completion")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_person_course")
        batch_op.drop_index(batch_op.f("ix_attempt_course_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_account_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("requirement_version", schema=None) as batch_op:
        batch_op.drop_index("ix_requirement_version_from")

    op.drop_table("requirement_version")
    op.drop_table("question_revision")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_station_id"))
        batch_op.drop_index(batch_op.f("ix_placement_sector"))
        batch_op.drop_index("ix_placement_employment_from")

    op.drop_table("placement")
    with op.batch_alter_table("pathway_report", schema=None) as batch_op:
        batch_op.drop_index("uq_pathway_report_once")

    op.drop_table("pathway_report")
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_code_account_id"))

    op.drop_table("one_time_code")
    op.drop_table("module_revision")
    with op.batch_alter_table("fresh_start", schema=None) as batch_op:
        batch_op.drop_index("ix_fresh_start_person_course")

    op.drop_table("fresh_start")
    with op.batch_alter_table("exemption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exemption_person_id"))
        batch_op.drop_index(batch_op.f("ix_exemption_organisation_id"))

    op.drop_table("exemption")
    op.drop_table("course_revision")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_name"))

    op.drop_table("sheet")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_organisation_id"))

    op.drop_table("requirement")
    op.drop_table("question")
    op.drop_table("pathway_version")
    op.drop_table("module")
    with op.batch_alter_table("employment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_employment_staff_number"))
        batch_op.drop_index(batch_op.f("ix_employment_person_id"))

    op.drop_table("employment")
    op.drop_table("edition")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_index(batch_op.f("ix_audit_entry_recorded_at"))

    op.drop_table("audit_entry")
    op.drop_table("account")
    op.drop_table("sector")
    op.drop_table("publication")
    op.drop_table("picture_file")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_email"))

    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_open")

    op.drop_table("outbox")
    op.drop_table("organisation")
    op.drop_table("duty_station")
    op.drop_table("demonstration")
    op.drop_table("course")
