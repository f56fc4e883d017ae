"""TLS towards a carrier: the certificate and the name are always verified; there is no switch that turns it off."""

import ssl

from heliogram.carriers.protocol import Misconfigured


def client_context(*, ca: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """The context of a client. Each argument is the path of a PEM file on the server.

    ca: who may have signed the carrier's certificate; "" for the authorities that the system trusts.
    certificate, key: ours, where the carrier asks for one; the key may be in the certificate's file.
    Raises Misconfigured.
    """
    if key and not certificate:
        raise Misconfigured("tls_key needs tls_certificate beside it.")
    context = _trusting(ca)
    # TLS 1.0 and 1.1 are no longer to be used (RFC 8996).
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        try:
            # An empty password, not a question on the terminal of a server.
            context.load_cert_chain(certificate, key or None, password="")
        except (OSError, ValueError) as problem:
            raise Misconfigured(f"Our certificate {certificate} cannot be used: {_words(problem)}.") from problem
    return context


def _trusting(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ValueError) as problem:
        raise Misconfigured(f"The authority's certificate {ca} cannot be used: {_words(problem)}.") from problem


def _words(problem: OSError | ValueError) -> str:
    match problem:
        case ssl.SSLError(reason="KEY_VALUES_MISMATCH"):
            return "the key belongs to another certificate"
        case ssl.SSLError() | ValueError():
            return "it is no PEM file of that, or its key needs a password"
        case OSError(strerror=words):
            return str(words).lower()


def why_refused(problem: ssl.SSLError) -> str:
    """Why a connection was not secure enough to go on, for a person."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {problem.verify_message}"
    return f"no secure connection: {str(problem.reason or problem).replace('_', ' ').lower()}"
