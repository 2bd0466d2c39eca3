"""Ed25519 signatures (RFC 8032, 5.1), checked with Python's standard library alone."""

from __future__ import annotations

import base64
import hashlib

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T: x = X/Z, y = Y/Z, xy = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return (x * y % P, z * t % P, y * z % P, x * t % P)


def decompress(encoded: bytes) -> Point:
    """Decode a point (RFC 8032, 5.1.3). Raise `ValueError` for bytes that encode none."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if y >= P or v * x * x % P != u or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether this is the Ed25519 signature of `message` (RFC 8032, 5.1.7)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    try:
        key, commitment = decompress(public_key), decompress(signature[:32])
    except ValueError:
        return False
    challenge = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(challenge, "little") % ORDER
    minus_key = (P - key[0], key[1], 1, P - key[3])
    table = (NEUTRAL, BASE, minus_key, add(BASE, minus_key))
    total = NEUTRAL
    for bit in reversed(range(253)):
        total = add(add(total, total), table[(s >> bit & 1) | (k >> bit & 1) << 1])
    return s < ORDER and all((total[i] - commitment[i] * total[2]) % P == 0 for i in (0, 1))


def read_key(pem: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM (RFC 8410). Raise `ValueError`."""
    body = "".join(line for line in pem.splitlines() if line and not line.startswith("-"))
    encoded = base64.b64decode(body, validate=True)
    if len(encoded) != 44:
        raise ValueError("this is no Ed25519 public key in PEM")
    return encoded[-32:]
