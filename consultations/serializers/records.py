"""Patients and consultations, as the API writes and reads them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ..dates import check_birth, check_review, check_visit
from ..identity import normalize_file_number
from ..models import Consultation, Patient
from ..models.patient import PatientQuerySet


class PatientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Patient
        fields = [
            "id",
            "full_name",
            "birth_date",
            "sex",
            "file_number",
            "phototype",
            "phone",
            "email",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "created_at", "updated_at"]

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("file_number"), str):
            data = data.copy()  # type: ignore[attr-defined]  # a dict or a QueryDict
            # Before uniqueness is checked.
            data["file_number"] = normalize_file_number(data["file_number"])
        return super().to_internal_value(data)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if self.instance and "birth_date" in data:
            check_birth(Patient(pk=self.instance.pk, birth_date=data["birth_date"]))
        return data


class VisiblePatient(serializers.PrimaryKeyRelatedField):
    """A patient whom the caller may edit; any other is reported as not existing."""

    def get_queryset(self) -> PatientQuerySet:
        return Patient.objects.editable_by(self.context["request"].user)


class ConsultationSerializer(serializers.ModelSerializer):
    patient = VisiblePatient(queryset=Patient.objects.none())
    doctor: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(read_only=True)
    images_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = Consultation
        fields = [
            "id",
            "patient",
            "doctor",
            "date",
            "reason",
            "diagnosis",
            "diagnosis_released",
            "notes",
            "status",
            "review_on",
            "images_taken",
            "images_count",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "doctor", "images_taken", "created_at", "updated_at"]

    def validate_patient(self, patient: Patient) -> Patient:
        if self.instance and patient != self.instance.patient:
            raise serializers.ValidationError(
                _("A consultation stays with its patient."), code="immutable"
            )
        return patient

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "date" in data:
            row = self.instance
            patient = row.patient if row else data["patient"]
            check_visit(Consultation(pk=row and row.pk, patient=patient, date=data["date"]))
        day = data.get("date") or (self.instance.date if self.instance else timezone.localdate())
        if "review_on" in data:
            check_review(day, data["review_on"])
        elif self.instance:
            check_review(day, self.instance.review_on)
        return data

    def to_representation(self, consultation: Consultation) -> dict[str, Any]:
        data = super().to_representation(consultation)
        if consultation.doctor_id != self.context["request"].user.pk:
            data["notes"] = ""  # the doctor's own
        data["diagnosis"] = consultation.diagnosis_for(self.context["request"].user)
        return data
