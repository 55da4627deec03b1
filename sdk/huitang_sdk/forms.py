"""Forms: WTForms with the portal's macros, translated messages, and one error summary.

class NoticeForm(Form):
    title = StringField(_l("Title"), [InputRequired(), Length(max=200)])

form = await NoticeForm.from_request(request)
if not form.validate(): return Page("noticeboard/edit.html", {"form": form}, status_code=422)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import wtforms
from litestar import Request
from wtforms.i18n import get_translations

from huitang_sdk.i18n import current_locale, translate

F = TypeVar("F", bound="Form")


class _Values(dict[str, list[Any]]):
    """What WTForms reads a submitted form from."""

    def getlist(self, name: str) -> list[Any]:
        return self.get(name, [])


class LazyText:
    """A label translated when it is shown, for class bodies: `_l = lazy("noticeboard")`."""

    def __init__(self, domain: str, message: str) -> None:
        self.domain, self.message = domain, message

    def __str__(self) -> str:
        return translate(self.domain, self.message)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))


def lazy(domain: str) -> Any:
    """Return `_l`, the lazy form of `Translator(domain)`."""
    return lambda message: LazyText(domain, message)


class Form(wtforms.Form):  # type: ignore[misc]
    """Base of all forms: messages in the reader's language, CSRF left to the kernel's middleware."""

    class Meta(wtforms.meta.DefaultMeta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> Any:
            languages = ["zh"] if current_locale() == "zh-CN" else []
            return get_translations(languages) if languages else None

    @classmethod
    async def from_request(cls: type[F], request: Request[Any, Any, Any], **options: Any) -> F:
        """Fill the form from a submitted body (urlencoded or multipart)."""
        data = await request.form()
        return cls(_Values({name: data.getall(name) for name in data}), **options)

    @classmethod
    def from_query(cls: type[F], request: Request[Any, Any, Any], **options: Any) -> F:
        """Fill the form from the address: for filters, which can be shared as links."""
        query = request.query_params
        return cls(_Values({name: query.getall(name) for name in query}), **options)

    def fail(self, fields: Mapping[str, str]) -> None:
        """Put a service's `Invalid.fields` at the fields they belong to."""
        for name, message in fields.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(message)
            else:
                field.errors = [*field.errors, message]
