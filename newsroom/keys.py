"""Keys for a first run: made once, kept in `var/`, never used where a `SITE_URL` is public."""

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path

NAMES = ("SECRET_KEY", "EMAIL_ENCRYPTION_KEYS", "EMAIL_INDEX_KEY")


def fresh() -> dict[str, str]:
    """Return a new value for every key of `NAMES`."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        # A Fernet key: 32 random bytes, URL-safe base64 (cryptography.fernet).
        "EMAIL_ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "EMAIL_INDEX_KEY": secrets.token_urlsafe(32),
    }


def development_keys(path: Path) -> dict[str, str]:
    """Return the keys kept at `path`, making the file (mode 600) when there is none."""
    try:
        # O_EXCL: of two processes starting at once only one writes the file.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        lines = path.read_text(encoding="ascii").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)
    keys = fresh()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{name}={value}\n" for name, value in keys.items())
    return keys


def make_private(path: Path) -> None:
    """Begin a file that only its owner may read, unless it is there or cannot be made."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def main() -> None:
    """Print the first `.env`: fresh keys, or those a database in `var/` was begun with."""
    begun = Path("var/development-keys")
    keys = development_keys(begun) if begun.exists() else fresh()
    print("# Settings of this machine; .env.example explains every name.")
    for name, value in keys.items():
        print(f"{name}={value}")


if __name__ == "__main__":
    main()
