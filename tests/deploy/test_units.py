"""The units of deploy/systemd: what they may do, and that systemd and their commands take them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.running import DEPLOY, ROOT, tool, unit_command, unit_lines

UNITS = sorted(path.name for path in (DEPLOY / "systemd").iterdir() if path.is_file())
SERVICES = [name for name in UNITS if name.endswith(".service")]
# Of 10, which is everything that systemd can forbid left open.
MOST_EXPOSED = 2.0


@pytest.mark.parametrize("name", SERVICES)
def test_service_can_write_nowhere_but_where_it_must(name):
    lines = unit_lines(name)
    settings = dict(lines)
    assert settings["User"] == "newsroom"
    assert settings["NoNewPrivileges"] == settings["PrivateTmp"] == "yes"
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    writable = [value for key, value in lines if key in {"ReadWritePaths", "StateDirectory"}]
    assert writable == ["newsroom"] or name == "newsroom-backup.service"


@pytest.mark.parametrize("name", SERVICES)
def test_command_is_one_of_this_checkout(name):
    command = unit_command(name, "ExecStart")
    assert Path(command[0]).exists()
    if command[1] == "manage.py":
        run = [command[0], str(ROOT / "manage.py"), command[2], "--help"]
        assert subprocess.run(run, capture_output=True).returncode == 0


def test_what_is_started_by_a_timer_or_a_socket_is_there():
    for name in UNITS:
        if not name.endswith(".service"):
            assert f"{Path(name).stem}.service" in SERVICES


def test_operators_guide_switches_on_every_unit():
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    enabled = re.search(r"systemctl enable --now (.*?)\n\n", guide, re.DOTALL)[1]
    wanted = {name for name in UNITS if "[Install]" in (DEPLOY / "systemd" / name).read_text()}
    assert set(enabled.replace("\\", " ").split()) == wanted


@pytest.mark.slow
class TestSystemd:
    @pytest.fixture
    def units(self, tmp_path):
        """Our units for this checkout, since systemd looks whether their commands are there."""
        folder = tmp_path / "units"
        shutil.copytree(DEPLOY / "systemd", folder)
        for path in folder.glob("*.service"):
            text = path.read_text()
            for kind in ("ExecStart", "ExecReload"):
                if f"{kind}=" in text:
                    ours = " ".join(unit_command(path.name, kind))
                    text = re.sub(rf"^{kind}=.*", f"{kind}={ours}", text, flags=re.MULTILINE)
            path.write_text(text)
        return folder

    def analyze(self, units, *arguments):
        command = [tool("systemd-analyze"), *arguments]
        return subprocess.run(command, cwd=units, capture_output=True, text=True)

    @pytest.mark.parametrize("name", UNITS)
    def test_systemd_understands_every_line(self, units, name):
        done = self.analyze(units, "verify", f"./{name}")
        # Of other units of this machine it may complain as it likes.
        ours = [line for line in done.stderr.splitlines() if "newsroom" in line]
        assert ours == []

    @pytest.mark.parametrize("name", SERVICES)
    def test_little_is_left_open(self, units, name):
        done = self.analyze(units, "security", "--offline=true", f"./{name}")
        exposure = re.search(r"Overall exposure level for \S+ ([\d.]+)", done.stdout)
        assert exposure, done.stderr
        assert float(exposure[1].replace(":", "")) <= MOST_EXPOSED


@pytest.mark.slow
class TestCommands:
    """Each command as its unit gives it; web is started by every test that asks a page."""

    def test_tick(self, site):
        command = unit_command("newsroom-tick.service", "ExecStart")
        assert "Published edits: 0." in site.run(*command[1:])

    def test_backup_can_be_restored_elsewhere(self, site, tmp_path):
        command = unit_command("newsroom-backup.service", "ExecStart")
        folder = tmp_path / "backups"
        printed = site.run(
            *[str(folder) if "/var/backups" in word else word for word in command[1:]]
        )
        archive = next(folder.glob("newsroom-*.tar.gz"))
        assert archive.name in printed
