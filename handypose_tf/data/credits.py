"""What a data set's own files say of its licences and of who labelled it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: What `handypose label` writes where nobody named a licence.
NOT_STATED = "not stated"


@dataclass(frozen=True)
class DataCredits:
    """What a data set's files state; nothing where they are silent.

    Attributes:
        licences: Names of the licences, each once.
        teacher: What `Teacher.describe` gives of the model that labelled it.
    """

    licences: tuple[str, ...] = ()
    teacher: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: DataCredits) -> DataCredits:
        """Join what two files of a data set state."""
        licences = dict.fromkeys((*self.licences, *other.licences))
        return DataCredits(tuple(licences), self.teacher or other.teacher)

    def or_licence(self, licence: str | None) -> DataCredits:
        """Return the same with a licence, if the files state none."""
        if self.licences or licence is None:
            return self
        return DataCredits((licence,), self.teacher)

    def words(self) -> str:
        """Return them as text, such as `CC0; labels by my model 1 (MIT)`."""
        parts = [", ".join(self.licences)] if self.licences else []
        if name := self.teacher.get("name"):
            version = self.teacher.get("version", "")
            licence = self.teacher.get("licence")
            of = f" ({licence})" if licence else ""
            parts.append(f"labels by {name} {version}".rstrip() + of)
        if name and (second := self.teacher.get("second_name")):
            licence = self.teacher.get("second_licence")
            of = f" ({licence})" if licence else ""
            parts.append(f"labels compared with {second}'s" + of)
        return "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return them for `run.json`."""
        licences = list(self.licences) or [NOT_STATED]
        return {"licences": licences, "teacher": dict(self.teacher) or None}


def coco_credits(content: Any) -> DataCredits:
    """Return what a COCO file states: `licenses`, and `info` as this library writes it.

    Where pictures name their licence by its id, licences that none names are left out.

    Args:
        content: The file; parts of another form are passed.
    """
    content = _mapping(content)
    info = _mapping(content.get("info"))
    photos = _mapping(info.get("photos"))
    named = [
        *_named_licences(_rows(content, "licenses"), _rows(content, "images")),
        *(part.get(key) for part in (photos, info) for key in ("licence", "license")),
    ]
    stated = [name for name in named if isinstance(name, str) and name]
    teacher = _mapping(info.get("teacher"))
    return DataCredits(
        tuple(dict.fromkeys(name for name in stated if name != NOT_STATED)),
        {key: str(value) for key, value in teacher.items()},
    )


def _named_licences(
    licences: Sequence[Mapping[str, Any]], images: Iterable[Mapping[str, Any]]
) -> list[Any]:
    used = {str(image["license"]) for image in images if "license" in image}
    return [
        licence.get("name") or licence.get("url")
        for licence in licences
        if not used or str(licence.get("id")) in used
    ]


def _rows(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    values = content.get(key)
    values = values if isinstance(values, list) else []
    return [value for value in values if isinstance(value, Mapping)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
