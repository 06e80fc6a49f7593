"""Small servers on this machine for what calls others: they note what reached them."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Call(NamedTuple):
    """What reached a server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """A server that answers what `answers` says, in turn, the last one for ever."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.calls: list[Call] = []
        self.answers: list[int] = [204]
        self.names: list[str] = []  # as asked in TLS
        self.port = server.server_port
        self.before_answer: Callable[[], Any] = lambda: None

    def next_answer(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiver(
    host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    """A web server that takes every POST."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.calls.append(Call(self.command, self.path, headers, body))
            found.before_answer()
            status = found.next_answer()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{found.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, port), Handler)
    found = Receiver(server)
    if tls:
        tls.sni_callback = lambda _socket, name, _context: found.names.append(name)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with _running(server):
        yield found


@contextmanager
def talker(talk: Callable[[Any], None]) -> Iterator[int]:
    """A server that does with each connection what `talk` says; yields its port."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            talk(self.request)

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    with _running(server):
        yield server.server_address[1]


@contextmanager
def _running(server: Any) -> Iterator[None]:
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """Return what a server of these names needs, and the file by which it is believed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "certificate.pem", folder / "key.pem"
    pem.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem
