"""The portal's handlers: start page and switches, parts of pages, health, and the operator's console."""

from typing import Any

from huitang_kernel.portal.pages import console, deliveries, health, home, parts, plugins, records

HANDLERS: tuple[Any, ...] = (
    home.home,
    home.set_display,
    home.set_language,
    home.web_manifest,
    home.show_session,
    home.show_emblem,
    parts.fill_slot,
    health.live,
    health.ready,
    console.overview,
    console.ask_health,
    plugins.list_plugins,
    plugins.show_plugin,
    plugins.ask_switch,
    plugins.switch_plugin,
    plugins.retry_plugin,
    records.list_records,
    records.verify_records,
    records.show_record,
    deliveries.list_deliveries,
    deliveries.retry_delivery,
)
