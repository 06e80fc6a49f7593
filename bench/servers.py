"""The servers that are measured, and what /proc tells of their processes."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A process with workers under it, for as long as the block lasts."""

    def __init__(self, command: list[str], port: int, environment: dict[str, str]) -> None:
        self.base, self.port = f"http://127.0.0.1:{port}", port
        self.command, self.environment = command, environment

    def __enter__(self) -> "Server":
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL
        )
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"{' '.join(self.command)} did not come up")

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def workers(self) -> list[int]:
        """Return the processes under it; where there are none, as on a Mac, an empty list."""
        pid = self.process.pid
        try:
            return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
        except FileNotFoundError:
            return []

    def cpu_seconds(self) -> float:
        """Return the processor time that the workers took since they began."""
        return sum(_cpu_seconds(pid) for pid in self.workers())

    def megabytes(self) -> float:
        """Return the resident memory of a worker, of the largest."""
        return max((_resident(pid) for pid in self.workers()), default=0.0)


def _cpu_seconds(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICK


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next((line for line in lines if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(line.split()[1]) / 1024


def gunicorn(application: str, environment: dict[str, str], **values: str) -> Server:
    """Return a gunicorn with the project's own configuration, at a port of its own."""
    port = free_port()
    environment = {**environment, **values, "PORT": str(port), "WEB_MAX_REQUESTS": "0"}
    return Server([sys.executable, "-m", "gunicorn", application], port, environment)


class Nginx(Server):
    """nginx with the files of deploy/nginx before a gunicorn, and files of the same bytes beside.

    Of our files the places alone are changed. Without TLS, which would cost both the same.
    """

    def __init__(self, folder: Path, behind: Server, var: Path, environment: dict) -> None:
        self.folder, self.behind, self.files_port = folder, behind, free_port()
        self.var = var
        port = free_port()
        super().__init__(
            [NGINX, "-p", str(folder), "-c", str(folder / "main.conf")], port, environment
        )
        (folder / "files").mkdir(parents=True)
        folder.chmod(0o755)
        self._write()

    def file_like(self, path: str, headers: dict[str, str]) -> str:
        """Put the page at `path` into a file and return the file's address."""
        name = f"{abs(hash((path, *headers)))}.html"
        (self.folder / "files" / name).write_bytes(read(self.behind.base + path, headers)[0])
        return f"http://127.0.0.1:{self.files_port}/{name}"

    def _write(self) -> None:
        places = {
            "/run/newsroom-pages": str(self.folder / "pages-kept"),
            "/var/lib/newsroom": str(self.var),
            "/etc/nginx/newsroom": str(ROOT / "deploy" / "nginx"),
        }
        for name in ("http.conf", "site.conf"):
            text = (ROOT / "deploy" / "nginx" / name).read_text()
            for place, ours in places.items():
                text = text.replace(place, ours)
            (self.folder / name).write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        kept = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        log = f"access_log {self.folder}/access.log newsroom buffer=32k flush=1s;"
        (self.folder / "main.conf").write_text(f"""
            {user} worker_processes auto; pid {self.folder}/nginx.pid; daemon off;
            error_log {self.folder}/error.log; events {{ worker_connections 4096; }}
            http {{
                sendfile on; {kept} include /etc/nginx/mime.types; include http.conf;
                upstream newsroom {{ server 127.0.0.1:{self.behind.port} fail_timeout=0; }}
                server {{ listen 127.0.0.1:{self.port}; {log} include site.conf; }}
                server {{
                    listen 127.0.0.1:{self.files_port}; {log} root {self.folder}/files;
                    tcp_nopush off; gzip off; open_file_cache max=4096 inactive=10s;
                }}
            }}""")


def read(url: str, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers, in lower case, of an answer."""
    with urlopen(Request(url, headers=headers), timeout=30) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
