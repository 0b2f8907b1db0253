"""How a connection is encrypted, and what proves to the node who asks."""

import base64
import hashlib
import hmac
import pathlib
import re
import ssl
import time
from dataclasses import dataclass
from typing import Optional

import grpc


@dataclass(frozen=True)
class Tls:
    """Files are PEM."""

    #: Certificates that the node's may be signed by; without it, those that the library trusts.
    ca: Optional[str] = None
    #: The client's own chain, when the node asks for one; together with ``key``.
    certificate: Optional[str] = None
    #: Its private key.
    key: Optional[str] = None
    #: The name that the node's certificate must have, when it is not the host connected to.
    server_name: Optional[str] = None

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("the client's certificate and its key go together")

    def credentials(self) -> grpc.ChannelCredentials:
        """For gRPC."""
        return grpc.ssl_channel_credentials(_read(self.ca), _read(self.key), _read(self.certificate))

    def context(self) -> ssl.SSLContext:
        """For HTTP. The server name is not part of it: HTTP verifies the name in the URL."""
        context = ssl.create_default_context(cafile=self.ca)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


class JwtSecret:
    """The secret that a node and its client share (``auth.jwt-secret``).

    Makes the bearer token of a request: a JWT (RFC 7519) with HS256 and the time of its making, which
    the node wants to be near its own.
    """

    def __init__(self, file: str) -> None:
        digits = re.sub("^0x", "", pathlib.Path(file).read_text(encoding="ascii").strip())
        if not re.fullmatch("[0-9a-fA-F]{64}", digits):
            raise ValueError(f"{file} must hold a secret of 32 bytes as hex")
        self._secret = bytes.fromhex(digits)

    def token(self, issued_at: Optional[int] = None) -> str:
        """A token of this moment, or of the given second since the epoch."""
        now = int(time.time()) if issued_at is None else issued_at
        text = _base64(b'{"alg":"HS256","typ":"JWT"}') + "." + _base64(b'{"iat":%d}' % now)
        return text + "." + _base64(hmac.new(self._secret, text.encode(), hashlib.sha256).digest())


def _read(file: Optional[str]) -> Optional[bytes]:
    return None if file is None else pathlib.Path(file).read_bytes()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
