"""Calls go to public machines, by the name that was asked, to the address that was checked."""

import socket
import threading
import time

import pytest

from newsroom.lib import outgoing
from newsroom.lib.outgoing import CallFailed, CallRefused, is_public, post
from tests import receivers

LOOPBACK = "127.0.0.0/8"


class FakeNames:
    """A resolver that answers from a list, in turn; the last answer stays."""

    def __init__(self, monkeypatch, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), []
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host, port, *args, **kwargs):
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        rows = []
        for address in found:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            place = (address, port, 0, 0) if ":" in address else (address, port)
            rows.append((family, socket.SOCK_STREAM, 6, "", place))
        return rows


class TestPublicAddresses:
    @pytest.mark.parametrize(
        "address",
        ["8.8.8.8", "1.1.1.1", "185.15.59.224", "2001:4860:4860::8888", "64:ff9b::808:808"],
    )
    def test_are_called(self, address):
        assert is_public(address)

    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "127.255.255.254", "0.0.0.1", "0.1.2.3", "10.0.0.1", "172.16.0.1"),
            *("172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1"),
            *("100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
            *("203.0.113.77", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
            *("168.63.129.16", "192.88.99.1"),
            *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
            *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1"),
            *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1"),
            *("2002:a9fe:a9fe::", "2001:0:1::1", "2001:db8::1", "100::1", "fec0::1"),
        ],
    )
    def test_those_of_this_machine_its_neighbours_and_of_nobody_are_not(self, address):
        assert not is_public(address)


class TestAddressesAsTyped:
    @pytest.mark.parametrize(
        "url",
        [
            *("", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd"),
            *("gopher://example.org/", "https://", "https:///x", "https://a@example.org/"),
            *(
                "https://user:pw@example.org/",
                "https://example.org:0/",
                "https://example.org:99999/",
            ),
            *("https://[::1", "https://example.org/\r\nX: y", "https://exa mple.org/"),
            *("https://example.org\\@evil.example/", "https://example.org\\.evil.example/"),
            *("https://example.org/#part", "https://a..b/", "https://[fe80::1%25eth0]/"),
        ],
    )
    def test_what_is_no_whole_https_address(self, url):
        with pytest.raises(CallRefused, match="bad-address"):
            outgoing.check(url)

    def test_http_is_refused(self):
        with pytest.raises(CallRefused, match="not-https"):
            outgoing.check("http://example.org/")

    def test_what_may_be_called(self):
        parts = outgoing.check("https://hooks.example.org:8443/in?token=a%20b")
        assert (parts.hostname, parts.port) == ("hooks.example.org", 8443)
        assert outgoing.check("https://أخبار.example/")

    @pytest.mark.parametrize(
        "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "0",
                 "[::ffff:127.0.0.1]", "169.254.169.254", "[64:ff9b::127.0.0.1]"]
    )  # fmt: skip
    def test_this_machine_under_any_name(self, host):
        with receivers.receiver() as server:
            with pytest.raises((CallRefused, CallFailed)) as refusal:
                post(f"https://{host}:{server.port}/", b"{}", {})
            assert str(refusal.value) in ("not-public", "no-such-host")
            assert server.calls == []


class TestNames:
    def test_a_name_that_stands_for_this_machine(self, monkeypatch):
        names = FakeNames(monkeypatch, ["127.0.0.1"])
        with pytest.raises(CallRefused, match="not-public"):
            post("https://hooks.example/", b"{}", {})
        assert names.asked == ["hooks.example"]

    def test_one_private_address_among_public_ones_is_enough(self, monkeypatch):
        FakeNames(monkeypatch, ["8.8.8.8", "10.0.0.1"])
        with pytest.raises(CallRefused, match="not-public"):
            post("https://hooks.example/", b"{}", {})

    def test_rebinding_leads_nowhere(self, monkeypatch, settings):
        """Asked again, the name would stand for the machine's inside. It is asked once, and the
        call goes where it was checked to go."""
        settings.WEBHOOK_NETWORKS = ["127.0.0.2/32"]
        with (
            receivers.receiver("127.0.0.2") as checked,
            receivers.receiver("127.0.0.1", checked.port) as inside,
        ):
            names = FakeNames(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
            assert post(f"http://hooks.example:{checked.port}/in", b"{}", {}) == 204
            assert names.asked == ["hooks.example"]
            assert [call.headers["host"] for call in checked.calls] == [
                f"hooks.example:{checked.port}"
            ]
            with pytest.raises(CallRefused, match="not-public"):
                post(f"http://hooks.example:{checked.port}/in", b"{}", {})
            assert inside.calls == []

    def test_the_second_address_is_tried_when_the_first_is_silent(self, monkeypatch, settings):
        settings.WEBHOOK_NETWORKS = [LOOPBACK]
        with receivers.receiver("127.0.0.2") as server:
            FakeNames(monkeypatch, ["127.0.0.3", "127.0.0.2"])
            assert post(f"http://hooks.example:{server.port}/", b"{}", {}) == 204

    def test_no_proxy_of_the_environment_is_asked(self, monkeypatch, settings):
        settings.WEBHOOK_NETWORKS = [LOOPBACK]
        with receivers.receiver() as server, receivers.receiver() as proxy:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
            assert post(f"http://127.0.0.1:{server.port}/", b"{}", {}) == 204
            assert (len(server.calls), proxy.calls) == (1, [])


class TestEncryption:
    @pytest.fixture
    def at_home(self, settings):
        settings.WEBHOOK_NETWORKS = [LOOPBACK]

    def test_the_name_stands_in_tls_and_host(self, monkeypatch, tmp_path, at_home):
        context, pem = receivers.certificate(tmp_path, "hooks.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with receivers.receiver(tls=context) as server:
            FakeNames(monkeypatch, ["127.0.0.1"])
            assert post(f"https://hooks.example:{server.port}/in?a=b", b"{}", {"X-A": "b"}) == 204
        (call,) = server.calls
        assert server.names == ["hooks.example"]
        assert (call.method, call.path, call.body) == ("POST", "/in?a=b", b"{}")
        assert call.headers["host"] == f"hooks.example:{server.port}"
        assert call.headers["x-a"] == "b"

    def test_a_certificate_of_another_name_is_not_believed(self, monkeypatch, tmp_path, at_home):
        context, pem = receivers.certificate(tmp_path, "other.example")
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with receivers.receiver(tls=context) as server:
            FakeNames(monkeypatch, ["127.0.0.1"])
            with pytest.raises(CallFailed, match="tls"):
                post(f"https://hooks.example:{server.port}/", b"{}", {})
            assert server.calls == []

    def test_one_that_nobody_vouches_for_neither(self, monkeypatch, tmp_path, at_home):
        context, _pem = receivers.certificate(tmp_path, "hooks.example")
        with receivers.receiver(tls=context) as server:
            FakeNames(monkeypatch, ["127.0.0.1"])
            with pytest.raises(CallFailed, match="tls"):
                post(f"https://hooks.example:{server.port}/", b"{}", {})

    def test_http_goes_to_our_own_networks_alone(self, monkeypatch, at_home):
        FakeNames(monkeypatch, ["8.8.8.8"])
        with pytest.raises(CallRefused, match="not-https"):
            post("http://hooks.example/", b"{}", {})


class TestAnswers:
    @pytest.fixture(autouse=True)
    def at_home(self, settings, monkeypatch):
        settings.WEBHOOK_NETWORKS = [LOOPBACK]
        monkeypatch.setattr(outgoing, "SECONDS", 0.6)

    def ask(self, port: int) -> int:
        return post(f"http://127.0.0.1:{port}/", b"{}", {})

    @pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 308, 404, 410, 500])
    def test_the_status_is_told_and_no_redirect_followed(self, status):
        with receivers.receiver() as server:
            server.answers = [status]
            assert self.ask(server.port) == status
            assert [call.path for call in server.calls] == ["/"]

    def test_nobody_there(self):
        with pytest.raises(CallFailed, match="connection"):
            self.ask(1)

    def test_a_name_that_is_none(self, monkeypatch):
        def unknown(*args: object, **kwargs: object) -> None:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(CallFailed, match="no-such-host"):
            post("https://nobody.example/", b"{}", {})

    @pytest.mark.parametrize(
        "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200, b"\x15\x03"]
    )
    def test_what_is_no_answer(self, said):
        def talk(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(said)

        with receivers.talker(talk) as port, pytest.raises(CallFailed, match="connection"):
            self.ask(port)

    @pytest.mark.parametrize("drop", [b"", b"H", b"A: b\r\n"])
    def test_who_is_silent_or_drips_is_cut_off(self, drop):
        """A byte now and then keeps a socket's own timeout from ever coming."""
        is_over = threading.Event()

        def talk(connection: socket.socket) -> None:
            connection.recv(65536)
            if len(drop) > 1:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not is_over.wait(0.05):
                connection.sendall(drop)

        with receivers.talker(talk) as port:
            began = time.monotonic()
            with pytest.raises(CallFailed, match="timeout"):
                self.ask(port)
            is_over.set()
        assert time.monotonic() - began < 2

    def test_who_drips_in_the_handshake_too(self):
        is_over = threading.Event()

        def talk(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not is_over.wait(0.05):
                connection.sendall(b"\x02")

        with receivers.talker(talk) as port:
            began = time.monotonic()
            with pytest.raises(CallFailed, match="timeout"):
                post(f"https://127.0.0.1:{port}/", b"{}", {})
            is_over.set()
        assert time.monotonic() - began < 2

    def test_the_answers_text_is_not_read(self):
        """A thousand megabytes would be sent; nobody takes them."""
        sent = []

        def talk(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            with pytest.raises(OSError):
                while True:
                    sent.append(connection.send(b"x" * 65536))

        with receivers.talker(talk) as port:
            assert self.ask(port) == 200
        assert sum(sent) < 50_000_000
