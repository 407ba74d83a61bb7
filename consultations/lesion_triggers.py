"""Statements of the triggers that keep an image and its lesion of one patient and of one side.

Neither can be a check of a row alone. Whoever writes a lesion of another patient, or of the other
side, is refused by name, as by a check constraint; an image that moves to another patient, or goes
there with its consultation, loses its lesion. A lesion stays with its patient.

On PostgreSQL the image's trigger runs after those that copy its consultation's columns (triggers of
one event run by name), and FOR SHARE waits for a concurrent change of the lesion. SQLite runs them
in any order: there the patient is read from the consultation.
"""

IMAGE, LESION = "consultations_consultationimage", "consultations_lesion"
OF_PATIENT, OF_SIDE = "image_lesion_of_its_patient", "image_lesion_of_its_side"
STAYS, SIDE_OF_IMAGES = "lesion_stays_with_its_patient", "lesion_side_of_its_images"

SQLITE_TABLES = {
    "image_lesion_left": IMAGE,
    "image_lesion_inserted": IMAGE,
    "image_lesion_inserted_side": IMAGE,
    "image_lesion_chosen": IMAGE,
    "image_lesion_side": IMAGE,
    "lesion_patient": LESION,
    "lesion_side": LESION,
}
POSTGRESQL_TABLES = {"image_of_lesion": IMAGE, "lesion_of_images": LESION}
FUNCTIONS = ("image_of_lesion", "lesion_of_images")

_REFUSE = "SELECT RAISE(ABORT, 'CHECK constraint failed: {}')"
_OTHER_PATIENT = """
  (SELECT patient_id FROM consultations_lesion WHERE id = NEW.lesion_id) IS NOT
  (SELECT patient_id FROM consultations_consultation WHERE id = NEW.consultation_id)
"""
_OTHER_SIDE = """
  (NEW.laterality, (SELECT laterality FROM consultations_lesion WHERE id = NEW.lesion_id))
  IN (VALUES ('left', 'right'), ('right', 'left'))
"""

SQLITE = [  # what is filled in stands in this file
    f"""
    CREATE TRIGGER IF NOT EXISTS image_lesion_left
    AFTER UPDATE OF consultation_id, patient_id ON consultations_consultationimage
    WHEN NEW.lesion_id IS NOT NULL AND NEW.lesion_id IS OLD.lesion_id AND {_OTHER_PATIENT}
    BEGIN
      UPDATE consultations_consultationimage SET lesion_id = NULL WHERE id = NEW.id;
    END
    """,  # noqa: S608
    *(
        f"""
        CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON consultations_consultationimage
        WHEN NEW.lesion_id IS NOT NULL AND {condition}
        BEGIN {_REFUSE.format(constraint)}; END
        """
        for name, event, condition, constraint in (
            ("image_lesion_inserted", "INSERT", _OTHER_PATIENT, OF_PATIENT),
            (
                "image_lesion_chosen",
                "UPDATE OF lesion_id",
                f"NEW.lesion_id IS NOT OLD.lesion_id AND {_OTHER_PATIENT}",
                OF_PATIENT,
            ),
            ("image_lesion_side", "UPDATE OF lesion_id, laterality", _OTHER_SIDE, OF_SIDE),
            ("image_lesion_inserted_side", "INSERT", _OTHER_SIDE, OF_SIDE),
        )
    ),
    f"""
    CREATE TRIGGER IF NOT EXISTS lesion_patient AFTER UPDATE OF patient_id ON consultations_lesion
    WHEN NEW.patient_id IS NOT OLD.patient_id
    BEGIN {_REFUSE.format(STAYS)}; END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS lesion_side AFTER UPDATE OF laterality ON consultations_lesion
    WHEN EXISTS (
      SELECT 1 FROM consultations_consultationimage
      WHERE lesion_id = NEW.id
        AND (laterality, NEW.laterality) IN (VALUES ('left', 'right'), ('right', 'left'))
    )
    BEGIN {_REFUSE.format(SIDE_OF_IMAGES)}; END
    """,  # noqa: S608
]

_RAISE = (
    "RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{0}',"
    " MESSAGE = 'violates check constraint \"{0}\"'"
)
POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION image_of_lesion() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    DECLARE
      whose bigint;
      side text;
    BEGIN
      IF NEW.lesion_id IS NULL THEN
        RETURN NEW;
      END IF;
      SELECT patient_id, laterality INTO whose, side
      FROM consultations_lesion WHERE id = NEW.lesion_id FOR SHARE;
      IF whose IS DISTINCT FROM NEW.patient_id THEN
        IF TG_OP = 'UPDATE' AND NEW.lesion_id IS NOT DISTINCT FROM OLD.lesion_id THEN
          NEW.lesion_id := NULL;
          RETURN NEW;
        END IF;
        {_RAISE.format(OF_PATIENT)};
      END IF;
      IF (NEW.laterality, side) IN (('left', 'right'), ('right', 'left')) THEN
        {_RAISE.format(OF_SIDE)};
      END IF;
      RETURN NEW;
    END $$
    """,  # noqa: S608
    f"""
    CREATE OR REPLACE FUNCTION lesion_of_images() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
      IF NEW.patient_id IS DISTINCT FROM OLD.patient_id THEN
        {_RAISE.format(STAYS)};
      END IF;
      IF NEW.laterality IS DISTINCT FROM OLD.laterality AND EXISTS (
        SELECT 1 FROM consultations_consultationimage
        WHERE lesion_id = NEW.id
          AND (laterality, NEW.laterality) IN (('left', 'right'), ('right', 'left'))
      ) THEN
        {_RAISE.format(SIDE_OF_IMAGES)};
      END IF;
      RETURN NEW;
    END $$
    """,  # noqa: S608
    """
    CREATE OR REPLACE TRIGGER image_of_lesion
    BEFORE INSERT OR UPDATE OF lesion_id, laterality, consultation_id, patient_id
    ON consultations_consultationimage
    FOR EACH ROW EXECUTE FUNCTION image_of_lesion()
    """,
    """
    CREATE OR REPLACE TRIGGER lesion_of_images
    BEFORE UPDATE OF patient_id, laterality ON consultations_lesion
    FOR EACH ROW EXECUTE FUNCTION lesion_of_images()
    """,
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
TABLES = {"sqlite": SQLITE_TABLES, "postgresql": POSTGRESQL_TABLES}
