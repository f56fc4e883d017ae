"""A certificate authority of our own, for the tests of TLS."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
ENDS = datetime(2100, 1, 1, tzinfo=UTC)
ENDED = datetime(2020, 2, 1, tzinfo=UTC)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@dataclass(frozen=True, slots=True)
class Files:
    """PEM files of one certificate and of its key."""

    certificate: str
    key: str


class Authority:
    """Signs certificates. `file` is its own, for those who are to trust it."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = x509.CertificateBuilder(self._name, self._name, self._key.public_key(), 1, BEGAN, ENDS)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        path = folder / f"{name}.pem"
        path.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        self.file = str(path)

    def sign(self, name: str, *, ends: datetime = ENDS) -> Files:
        """A certificate for a name of a host, or for an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = x509.CertificateBuilder(self._name, _name(name), key.public_key(), 2, BEGAN, ends)
        made = made.add_extension(x509.SubjectAlternativeName([_host(name)]), critical=False)
        certificate, key_file = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(_pem(key))
        return Files(str(certificate), str(key_file))


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
