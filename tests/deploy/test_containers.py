"""The container files, read as an engine would where none is at hand to build them."""

import json
import os
import re
import shutil
import subprocess
from fnmatch import fnmatch

import pytest
import yaml

from newsroom.checks import assigned_names
from tests.deploy.running import DEPLOY, ROOT

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
# Of the compose specification, what we use of a service.
KNOWN = {
    *("build", "cap_add", "cap_drop", "command", "depends_on", "env_file", "environment"),
    *("healthcheck", "image", "networks", "ports", "read_only", "restart", "security_opt"),
    *("stop_grace_period", "tmpfs", "volumes"),
}


def instructions():
    """The Containerfile's instructions, lines that go on joined."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def values(name):
    return [rest for word, rest in instructions() if word == name]


class TestContainerfile:
    def test_every_instruction_is_one(self):
        known = {"FROM", "RUN", "COPY", "WORKDIR", "ENV", "VOLUME", "USER", "EXPOSE"}
        known |= {"HEALTHCHECK", "ENTRYPOINT", "CMD"}
        assert {word for word, _rest in instructions()} == known

    def test_base_image_is_pinned(self):
        for image in values("FROM"):
            assert re.match(r"docker\.io/library/python:3\.\d+-slim-\w+( AS \w+)?$", image)

    def test_runs_as_nobody_in_particular(self):
        assert values("USER") == ["newsroom"]
        after = [word for word, _ in instructions()]
        assert "RUN" not in after[after.index("USER") :]

    def test_tells_whether_it_lives(self):
        assert "/healthz" in values("HEALTHCHECK")[0]

    def test_what_it_copies_is_there_and_let_in(self):
        ignored = (ROOT / ".dockerignore").read_text().split()
        assert ignored[0] == "*"
        for line in values("COPY"):
            if line.startswith("--from"):
                continue
            for source in line.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in ignored, source

    def test_nothing_secret_is_let_in(self):
        let_in = [
            line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"
        ]
        for secret in (".env", "var", ".git", "deploy/.env", "deploy/certs"):
            assert not any(fnmatch(secret, pattern) for pattern in let_in)

    def test_json_forms_are_json(self):
        forms = [
            *values("CMD"),
            *values("ENTRYPOINT"),
            values("HEALTHCHECK")[0].partition("CMD ")[2],
        ]
        for form in forms:
            assert all(isinstance(word, str) for word in json.loads(form))


class TestStart:
    """deploy/start, what a container runs."""

    def test_shell_reads_it(self):
        for name in ("start", "reload"):
            path = DEPLOY / name
            assert os.access(path, os.X_OK)
            assert subprocess.run(["/bin/sh", "-n", path]).returncode == 0

    @pytest.mark.slow
    def test_any_other_word_is_a_command(self, site):
        done = subprocess.run(
            [DEPLOY / "start", "check", "--deploy", "--fail-level", "WARNING"],
            env=site.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    @pytest.mark.slow
    def test_tick_ends_when_told(self, site):
        process = subprocess.Popen(
            [DEPLOY / "start", "tick"], env=site.environment, stdout=subprocess.PIPE, text=True
        )
        assert "Published edits" in process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=20) == 0


class TestCompose:
    def test_holds_what_it_says(self):
        assert set(COMPOSE) == {"name", "x-newsroom", "services", "networks", "volumes"}
        assert set(SERVICES) == {"web", "tick", "nginx", "postgres", "redis"}
        for name, service in SERVICES.items():
            assert set(service) <= KNOWN, name

    def test_images_are_pinned(self):
        for name, service in SERVICES.items():
            if service["image"] != "newsroom":
                assert re.search(r":\d[\w.]*-\w+$", service["image"]), name

    def test_nobody_gains_privileges_and_ours_has_none(self):
        for service in SERVICES.values():
            assert service["security_opt"] == ["no-new-privileges:true"]
        for name in ("web", "tick", "nginx"):
            assert SERVICES[name]["cap_drop"] == ["ALL"]
            assert SERVICES[name]["read_only"]

    def test_everybody_waited_for_tells_when_it_is_ready(self):
        own = {"web", "tick"}  # by the HEALTHCHECK of the image
        for service in SERVICES.values():
            for name, how in service.get("depends_on", {}).items():
                assert how["condition"] == "service_healthy"
                assert name in own or "test" in SERVICES[name]["healthcheck"]

    def test_only_nginx_is_reached_from_outside(self):
        assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
        assert COMPOSE["networks"]["inside"]["internal"]
        for name in ("postgres", "redis"):
            assert SERVICES[name]["networks"] == ["inside"]

    def test_nginx_has_the_address_that_is_trusted(self):
        trusted = SERVICES["web"]["environment"]["TRUSTED_PROXIES"]
        assert SERVICES["nginx"]["networks"]["inside"]["ipv4_address"] == trusted
        asked = re.search(r"server (\w+):8000", (DEPLOY / "nginx" / "compose.conf").read_text())[1]
        assert asked in SERVICES["web"]["networks"]["inside"]["aliases"]

    def test_settings_are_ones_that_are_read(self):
        known = set(assigned_names(ROOT / ".env.example"))
        for name in ("web", "tick"):
            assert set(SERVICES[name]["environment"]) <= known

    def test_mounted_files_and_named_volumes_are_there(self):
        made_by_the_operator = {"./certs"}
        for service in SERVICES.values():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("./") and source not in made_by_the_operator:
                    assert (DEPLOY / source).exists(), source
                elif not source.startswith("."):
                    assert source in COMPOSE["volumes"]

    def test_an_engine_reads_it(self, tmp_path):
        """Where docker with compose, or podman-compose, is: it says itself what is wrong."""
        asked = (
            subprocess.run(["docker", "compose", "version"], capture_output=True)
            if shutil.which("docker")
            else None
        )
        if not asked or asked.returncode:
            pytest.skip("no `docker compose` on this machine; the tests above read the file")
        command = ["docker", "compose", "--file", "deploy/compose.yaml", "config", "--quiet"]
        environment = os.environ | {"POSTGRES_PASSWORD": "x"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert "env file" in done.stderr or done.returncode == 0, done.stderr
