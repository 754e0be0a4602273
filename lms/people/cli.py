"""The commands about people, collected under ``flask people``; upper rooms add theirs."""

from flask.cli import AppGroup

people_cli = AppGroup("people", help="People and who may sign in.")
