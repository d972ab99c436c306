"""Encryption at rest: what must be kept but never shown (credentials, webhook secrets, second factors).

AES-256-GCM under one key of the house: the file `keys/secrets.key` below the home folder, readable by its owner alone and
in no backup of the database, or `FORTNIGHT_SECRET_KEY` where several replicas share a database. What is sealed is bound
to its place: a ciphertext copied to another row does not open there.
"""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.config import Config
from core.errors import FortnightError
from core.i18n import Text

KEY_VARIABLE = "FORTNIGHT_SECRET_KEY"
KEY_BYTES = 32
_VERSION, _MARK_BYTES, _NONCE_BYTES = b"\x01", 4, 12
_HEAD = len(_VERSION) + _MARK_BYTES


def seal(config: Config, plain: bytes, *, place: str) -> bytes:
    """Encrypt; the house's key is made when it is first needed. Args: place, where it will be kept, as
    `credential 3`: the same is asked for by `unseal`. Raises: FortnightError where the key cannot be read."""
    key = _key(config, make=True)
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + _mark(key) + nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(config: Config, sealed: bytes, *, place: str) -> bytes:
    """What was sealed for this place.

    Raises: FortnightError where the key is missing, is another one, or the sealed bytes were changed; never with a byte of
    the content.
    """
    key = _key(config, make=False)
    if sealed[:1] != _VERSION or sealed[1:_HEAD] != _mark(key):
        raise FortnightError(
            Text("What was encrypted here was encrypted with another key."),
            where=_key_place(config),
            next=Text("Put the kept copy of the key back, or enter the secret again."),
        )
    nonce, body = sealed[_HEAD : _HEAD + _NONCE_BYTES], sealed[_HEAD + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, place.encode())
    except InvalidTag as error:
        raise FortnightError(
            Text("What was encrypted here is damaged or was moved."), next=Text("Enter the secret again.")
        ) from error


def key_path(config: Config) -> Path:
    """Where the key lies unless the environment holds it."""
    return config.folder("keys") / "secrets.key"


def _mark(key: bytes) -> bytes:
    """A few bytes that tell keys apart and tell nothing of the key."""
    return hashlib.sha256(b"fortnight key mark" + key).digest()[:_MARK_BYTES]


def _key(config: Config, *, make: bool) -> bytes:
    given = os.environ.get(KEY_VARIABLE, "").strip()
    if given:
        return _decoded(given, config)
    path = key_path(config)
    if make and not path.exists():
        _make(path)
    try:
        found = path.read_text("ascii").strip()
    except FileNotFoundError as error:
        raise FortnightError(
            Text("The key that opens stored secrets is missing."),
            where=_key_place(config),
            why=Text("Backups of the database do not contain it."),
            next=Text("Put the kept copy of the key back, or enter the secret again."),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(config) from error
    return _decoded(found, config)


def _make(path: Path) -> None:
    """Write a new key whole or not at all; of two processes that make one at once, the first one's stands."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first; its key is as good
    finally:
        draft.unlink()


def _decoded(given: str, config: Config) -> bytes:
    try:
        key = bytes.fromhex(given) if len(given) == 2 * KEY_BYTES else base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise _unreadable(config)
    return key


def _unreadable(config: Config) -> FortnightError:
    return FortnightError(
        Text("The key that opens stored secrets cannot be read."),
        where=_key_place(config),
        why=Text("It must be {n} bytes, as base64 or as hexadecimal digits.", n=KEY_BYTES),
        next=Text("Put the kept copy of the key back, or enter the secret again."),
    )


def _key_place(config: Config) -> Text:
    held = KEY_VARIABLE if os.environ.get(KEY_VARIABLE, "").strip() else str(key_path(config))
    return Text("{path}:", path=held)
