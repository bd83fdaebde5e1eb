"""Passkeys: a key in the person's device or stick that signs what we ask, after a touch and a PIN.

Always with user verification, so that a stolen stick is not enough; no attestation, because makers
of authenticators are none of our business. A sign count that goes back is refused. Source: W3C Web
Authentication Level 2, through `webauthn`.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from workervoice.errors import WrongCode

ASK_SECONDS = 300  # how long an answer may take
_RANDOM_BYTES = 24
_MOMENT_BYTES = 8
_REFUSED = (
    WebAuthnException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,  # JSON, nested without end
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """What we keep of one: which it is, its public key (COSE) and how often it signed."""

    credential: bytes = field(repr=False)
    public: bytes = field(repr=False)
    count: int

    def answers(self, answer: str) -> bool:
        """Whether this answer says that it comes from this passkey."""
        try:
            given = base64url_to_bytes(json.loads(answer)["rawId"])
        except _REFUSED:
            return False
        return hmac.compare_digest(given, self.credential)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a passkey was asked to sign, and the moment (unix seconds) that the answer came."""

    challenge: bytes | None = field(repr=False)
    now: int

    def fresh(self) -> bytes:
        """Raises `WrongCode` if nothing was asked, or too long ago."""
        if self.challenge is None:
            raise WrongCode("nothing was asked")
        asked_at = int.from_bytes(self.challenge[:_MOMENT_BYTES], "big")
        if not 0 <= self.now - asked_at <= ASK_SECONDS:
            raise WrongCode("the answer took too long")
        return self.challenge


def new_challenge(now: int) -> bytes:
    """What to ask: the moment, and what nobody can guess."""
    return now.to_bytes(_MOMENT_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)


@dataclass(frozen=True, slots=True)
class Relying:
    """The site that passkeys are made for: `origin` is the address in the browser."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def usable(self) -> bool:
        """Browsers make passkeys for names, over https or on this machine; never for addresses."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            secure = self.origin.startswith("https://")
            return bool(self.host) and (secure or self.host == "localhost")
        return False

    def invite(
        self, challenge: bytes, officer_id: UUID, login: str, known: Iterable[Passkey]
    ) -> str:
        """Options (JSON) for making a passkey that is not one of those known."""
        options = webauthn.generate_registration_options(
            rp_id=self.host,
            rp_name="Workervoice",
            user_id=officer_id.bytes,
            user_name=login,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(id=p.credential) for p in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return webauthn.options_to_json(options)

    def made(self, asked: Asked, answer: str) -> Passkey:
        """The passkey that was made. Raises `WrongCode`."""
        try:
            done = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=asked.fresh(),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except _REFUSED:
            raise WrongCode("not a new passkey for this site") from None
        return Passkey(done.credential_id, done.credential_public_key, done.sign_count)

    def ask(self, challenge: bytes, known: Iterable[Passkey]) -> str:
        """Options (JSON) for signing with one of these passkeys."""
        options = webauthn.generate_authentication_options(
            rp_id=self.host,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=p.credential) for p in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def check(self, passkey: Passkey, asked: Asked, answer: str) -> int:
        """The new sign count of a right answer. Raises `WrongCode`."""
        try:
            done = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=asked.fresh(),
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=passkey.public,
                credential_current_sign_count=passkey.count,
                require_user_verification=True,
            )
        except _REFUSED:
            raise WrongCode("not this passkey's answer") from None
        return done.new_sign_count
