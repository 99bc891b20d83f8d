"""The gateway's TLS: a self-signed certificate of its own and the refusal of server names it does not know (§2.1)."""

from datetime import datetime, timedelta
import hashlib
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OWN_NAMES = ("teg", "powerwall", "powerpack")
ACCEPTED_NAMES = frozenset({None, *OWN_NAMES, "localhost"})
VALID_DAYS = 9_000


class Certificate:
    """A self-signed certificate, its ``fingerprint`` (SHA-256, hex) and the TLS ``context`` that presents it."""

    def __init__(self, now: datetime) -> None:
        """Make one that is valid around ``now``; an elliptic key takes a millisecond."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulated gateway"),
                x509.NameAttribute(NameOID.COMMON_NAME, "powerwall"),
            ]
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=VALID_DAYS))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(own) for own in OWN_NAMES]), critical=False)
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
        self.context = _context(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )


def _context(pem: bytes) -> ssl.SSLContext:
    """Return a server context for key and certificate; no resumption, so that every handshake shows the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


class GatewayTls:
    """The TLS of one gateway: ``listening`` is the context to listen with, ``certificate`` the one presented now."""

    def __init__(self, now: datetime) -> None:
        """Make the first certificate."""
        self.certificate = Certificate(now)
        self.listening = self.certificate.context
        self.listening.sni_callback = self._on_server_name

    def replace(self, now: datetime) -> None:
        """Present another certificate from the next handshake on."""
        self.certificate = Certificate(now)

    def _on_server_name(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        """Abort the handshake for an unknown name; else present the certificate of today."""
        if name not in ACCEPTED_NAMES:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self.certificate.context
        return None
