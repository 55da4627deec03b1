"""The pages of notifications: an index."""

from huitang_kernel.notifications.pages import deliveries, notices, preferences, todos

PAGES = [
    notices.list_notices,
    notices.open_notice,
    notices.read_notice,
    notices.read_all,
    notices.badge,
    notices.latest_widget,
    todos.list_todos,
    todos.todos_widget,
    preferences.show_preferences,
    preferences.save_preferences,
    deliveries.list_deliveries,
    deliveries.retry_delivery,
    deliveries.retry_dead,
]
"""In the order of the menu."""
