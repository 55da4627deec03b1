"""What one wants to be told by e-mail, and when not."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from wtforms import TimeField
from wtforms.validators import Optional

from huitang_kernel.notifications.pages.common import account_of, kind_titles, plugin_titles, service_of
from huitang_kernel.notifications.preferences import Quiet
from huitang_kernel.notifications.service import NotificationsService
from huitang_kernel.notifications.telling import EMAIL
from huitang_kernel.notifications.wording import has_words
from huitang_sdk.contracts import Actor
from huitang_sdk.forms import Form, lazy
from huitang_sdk.http import Page, go_to, signed_in
from huitang_sdk.i18n import Translator

_ = Translator("notifications")
_l = lazy("notifications")


class QuietForm(Form):
    """Both times or none."""

    starts = TimeField(_l("No e-mail from"), [Optional()])
    ends = TimeField(_l("until"), [Optional()], description=_l("Urgent e-mail comes at any time."))

    def quiet(self) -> Quiet | None:
        """The hours, or None when they are left empty."""
        return Quiet(self.starts.data, self.ends.data) if self.starts.data is not None else None

    def fits(self) -> bool:
        """Validate the times one by one and together."""
        if not self.validate():
            return False
        if (self.starts.data is None) != (self.ends.data is None):
            self.fail({"ends": _("Give both times, or leave both empty.")})
            return False
        if self.starts.data is not None and self.starts.data == self.ends.data:
            self.fail({"ends": _("The two times must differ.")})
            return False
        return True


@get("/preferences", guards=[signed_in])
async def show_preferences(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Page:
    """The reader's choices."""
    service, account = service_of(request), account_of(actor)
    quiet = (await service.preferences.quiet_hours([account])).get(account)
    form = QuietForm(starts=quiet.starts if quiet else None, ends=quiet.ends if quiet else None)
    off = await service.preferences.switched_off(account, EMAIL)
    return _page(service, form, off, saved="saved" in request.query_params)


@post("/preferences", guards=[signed_in], status_code=303)
async def save_preferences(request: Request[Any, Any, Any], actor: NamedDependency[Actor]) -> Response[Any]:
    """Take over all choices at once."""
    service = service_of(request)
    account_of(actor)
    form = await QuietForm.from_request(request)
    ticked = set((await request.form()).getall("kind", []))
    wanted = {kind: kind in ticked for kinds in _mailed_kinds(service).values() for kind in kinds}
    if not form.fits():
        return _page(service, form, {kind for kind, on in wanted.items() if not on}, status_code=422)
    await service.preferences.save(actor, EMAIL, wanted, form.quiet())
    return go_to(request, "/notifications/preferences?saved=1")


def _mailed_kinds(service: NotificationsService) -> dict[str, list[str]]:
    """The kinds that may come by e-mail, by plugin."""
    found = {
        record.id: [
            kind.id
            for kind in record.declarations.notification_kinds
            if EMAIL in kind.channels and has_words(record, kind)
        ]
        for record in service.core.registry.active()
    }
    return {plugin: kinds for plugin, kinds in found.items() if kinds}


def _page(
    service: NotificationsService, form: QuietForm, off: set[str], *, saved: bool = False, status_code: int = 200
) -> Page:
    registry = service.core.registry
    context = {
        "form": form,
        "kinds": _mailed_kinds(service),
        "off": off,
        "saved": saved,
        "has_email": bool(service.settings.smtp.host),
        "plugins": plugin_titles(registry),
        "titles": kind_titles(registry),
    }
    return Page("notifications/preferences.html", context, status_code=status_code)
