"""What a practice chooses: its name, and its rules for records."""

import environ

__all__ = ["DIAGNOSES_RELEASED", "PRACTICE_NAME", "UNDO_SECONDS", "VISIT_DAYS_AHEAD"]

env = environ.Env()
PRACTICE_NAME = env.str("PRACTICE_NAME", "")  # on what is printed
UNDO_SECONDS = env.int("UNDO_SECONDS", 600)  # how long a deleted image can be restored
VISIT_DAYS_AHEAD = env.int("VISIT_DAYS_AHEAD", 366)  # how far ahead a consultation may be dated
DIAGNOSES_RELEASED = env.bool("DIAGNOSES_RELEASED", False)  # of new consultations, to the patient
