"""An installation from the command line: migrate, users, plugins, search, audit, doctor, on a database of its own."""

from __future__ import annotations

import asyncio
import json
import socket

import asyncpg
import pytest

from huitang_kernel.app import Hall
from huitang_kernel.config import load_settings
from huitang_kernel.testing import forget_migrations


@pytest.fixture
def on(huitang, fresh_dsn, tmp_path):
    """`on("users", "list")` works on one fresh database and data folder."""

    def run(*arguments, **environment):
        here = {"HUITANG_DATABASE__DSN": fresh_dsn, "HUITANG_DATA_DIR": str(tmp_path / "data")}
        return huitang(*arguments, **{**here, **environment})

    return run


@pytest.fixture
def behind(on, fresh_dsn):
    """`on`, where one plugin's migrations have not run yet."""
    asyncio.run(forget_migrations(fresh_dsn, "noticeboard"))
    return on


def test_migrating(behind):
    on = behind
    before = on("migrate", "--check")
    assert before.returncode == 1
    assert "noticeboard: 0001_notice.sql" in before.stdout
    assert on("migrate").returncode == 0
    after = on("migrate", "--check")
    assert after.returncode == 0
    assert "up to date" in after.stdout


def test_serving_is_refused_while_migrations_are_pending(behind):
    result = behind("serve", "--port", "1024", HUITANG_POLICY__AUTO_MIGRATE="false")
    if "cannot be used" not in result.stderr:
        assert "huitang migrate" in result.stderr
    assert result.returncode == 1


def test_the_first_operator_and_an_ordinary_person(on):
    made = on("users", "create", "admin", "--name", "王示例", "--password", "a-long-password-7", "--organisation",
              "云江市", "--role", "permissions.operator", "--reach", "all")  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert on("users", "create", "plain", "--name", "李例", "--password", "a-long-password-8").returncode == 0
    listed = on("users", "list").stdout
    assert "王示例" in listed
    assert "云江市" in listed
    assert "2 accounts" in listed


def test_what_is_wrong_with_an_account_is_said(on):
    weak = on("users", "create", "weak", "--name", "周例", "--password", "short")
    assert weak.returncode == 1
    assert "Traceback" not in weak.stderr
    unknown = on("users", "password", "nobody", "--password", "a-long-password-7")
    assert unknown.returncode == 1
    assert "nobody" in unknown.stderr
    role = on("users", "create", "x", "--name", "X", "--password", "a-long-password-7", "--role", "no.such")
    assert role.returncode == 1
    assert "Traceback" not in role.stderr


def test_plugins_are_listed_and_switched_on_the_record(on):
    assert "noticeboard" in on("plugins", "list").stdout
    assert on("plugins", "disable", "noticeboard").returncode == 0
    line = next(line for line in on("plugins", "list").stdout.splitlines() if "noticeboard" in line)
    assert "disabled" in line
    assert "kernel.plugin.disabled" in on("audit", "show", "--action", "kernel.plugin").stdout
    assert on("plugins", "enable", "noticeboard").returncode == 0
    refused = on("plugins", "disable", "identity")
    assert refused.returncode == 1
    unknown = on("plugins", "show", "nothing")
    assert unknown.returncode == 1
    assert "nothing" in unknown.stderr


def test_the_index_is_rebuilt(on):
    result = on("search", "rebuild")
    assert result.returncode == 0, result.stderr
    assert "documents are in the index" in result.stdout


async def test_the_audit_log_is_verified_and_an_altered_record_is_named(on, fresh_dsn):
    assert on("users", "create", "admin", "--name", "王示例", "--password", "a-long-password-7").returncode == 0
    assert "whole" in on("audit", "verify").stdout
    connection = await asyncpg.connect(fresh_dsn)
    await connection.execute("ALTER TABLE kernel.audit_record DISABLE TRIGGER audit_guard")
    await connection.execute(
        "UPDATE kernel.audit_record SET actor_name = 'somebody', sequence = 1, hash = coalesce(hash, '\\x00')"
        " WHERE id = (SELECT id FROM kernel.audit_record ORDER BY sequence NULLS LAST, id LIMIT 1)"
    )
    await connection.close()
    result = on("audit", "verify")
    assert result.returncode == 1
    assert "record 1" in result.stderr


def findings(result):
    return {finding["check"]: finding for finding in json.loads(result.stdout)["findings"]}


def test_the_doctor_finds_a_sound_installation_sound(on):
    on("migrate")
    on("search", "rebuild")
    result = on("doctor", "--json")
    report = json.loads(result.stdout)
    assert result.returncode == 0, report
    assert {"machine.python", "settings", "data.writable", "database.reachable", "plugin.budget"} <= findings(
        result
    ).keys()


def test_the_doctor_names_what_is_wrong_and_the_remedy(behind, tmp_path):
    on = behind
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    down = on("doctor", "--json", HUITANG_DATABASE__DSN=f"postgresql://nobody@127.0.0.1:{port}/none")
    assert down.returncode == 1
    assert findings(down)["database.reachable"]["status"] == "fail"
    assert findings(down)["database.reachable"]["remedy"]

    pending = on("doctor", "--json")
    assert findings(pending)["database.migrations"]["status"] == "warn"

    typo = on("doctor", HUITANG_SERVER__PROT="80")
    assert typo.returncode == 1
    assert "server.prot" in typo.stdout

    (tmp_path / "file").write_text("not a folder")
    blocked = on("doctor", "--json", "--data-dir", str(tmp_path / "file" / "data"))
    assert blocked.returncode == 1


async def seal(dsn, folder):
    """Do what the leader does every second."""
    hall = Hall(load_settings(None, {"data_dir": str(folder)}), installed=())
    await hall.connect(dsn)
    assert await hall.chain.seal()
    await hall.close()


def test_the_doctor_notices_a_node_with_another_key_and_too_many_connections(on, fresh_dsn, tmp_path):
    on("migrate")
    on("users", "create", "admin", "--name", "管理员", "--password", "a-long-password-7", "--organisation", "云江市")
    asyncio.run(seal(fresh_dsn, tmp_path / "data"))
    another = {"HUITANG_KEY": "another key than that of the other nodes", "HUITANG_DATABASE__POOL_MAX": "500"}
    stranger = on("doctor", "--json", **another)
    assert findings(stranger)["nodes.key"]["status"] == "fail"
    assert "key_file" in findings(stranger)["nodes.key"]["remedy"]
    assert findings(stranger)["nodes.connections"]["status"] == "warn"
    own = findings(on("doctor", "--json"))
    assert (own["nodes.key"]["status"], own["nodes.connections"]["status"]) == ("ok", "ok")


def test_the_doctor_looks_for_the_mail_server(on):
    on("migrate")
    smtp = {
        "HUITANG_PLUGINS__NOTIFICATIONS__SMTP__HOST": "127.0.0.1",
        "HUITANG_PLUGINS__NOTIFICATIONS__SMTP__PORT": "1",
    }
    result = on("doctor", "--json", HUITANG_PLUGINS__NOTIFICATIONS__SMTP__SENDER="hall@example.org", **smtp)
    assert findings(result)["notifications.smtp"]["status"] == "fail"


def test_the_doctor_speaks_chinese(on):
    assert "数据目录" in on("doctor", "--language", "zh-CN").stdout
    assert "Data folder" in on("doctor", "--language", "en", LANG="zh_CN.UTF-8").stdout


def test_changing_the_key_of_personal_data(on):
    quick = {"HUITANG_PLUGINS__PERSONAL__LEASE_SECONDS": "0.3"}
    assert on("users", "create", "admin", "--name", "王示例", "--password", "a-long-password-7").returncode == 0
    changed = on("personal", "rotate", "--reason", "每年更换", **quick)
    assert changed.returncode == 0, changed.stderr
    assert "under the new key" in changed.stdout
    shown = on("personal", "status")
    assert shown.returncode == 0, shown.stderr
    assert "identity.account" in shown.stdout
    assert "每年更换" in on("audit", "show", "--action", "personal.").stdout


def test_another_master_key_is_told_in_plain_words(on):
    assert on("personal", "status").returncode == 0
    wrong = on("personal", "rotate", HUITANG_KEY="the master key of another town, long enough")
    assert wrong.returncode == 1
    assert "another master key" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_messages_to_people_outside(on):
    shown = on("messages", "status", HUITANG_PLUGINS__MESSAGES__SMS__URL="http://127.0.0.1:9")
    assert shown.returncode == 0, shown.stderr
    assert "delivered" in shown.stdout
    assert "sms" in shown.stdout
    assert on("messages", "retry").returncode == 0
    wrong = on("messages", "status", HUITANG_PLUGINS__MESSAGES__WECHAT__APP_ID="wx1")
    assert wrong.returncode == 1
    assert "plugins.messages.wechat.app_secret" in wrong.stderr
