"""What a plugin's keys must do."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from huitang_sdk.contracts import Keys


class KeysContract:
    """Give `keys`, and `other_keys`: those of another plugin on the same platform."""

    @pytest.fixture
    def keys(self) -> Keys:
        """The implementation."""
        raise NotImplementedError

    @pytest.fixture
    def other_keys(self) -> Keys:
        """The same, of another plugin."""
        raise NotImplementedError

    def test_a_purpose_has_one_key(self, keys: Keys) -> None:
        """Asked again, it is the same 32 bytes."""
        assert len(keys.derive("one")) == 32
        assert keys.derive("one") == keys.derive("one")

    def test_purposes_and_plugins_share_nothing(self, keys: Keys, other_keys: Keys) -> None:
        """Neither what is derived nor what is signed with."""
        assert len({keys.derive("one"), keys.derive("two"), other_keys.derive("one")}) == 3
        assert len({keys.public_key("one"), keys.public_key("two"), other_keys.public_key("one")}) == 3
        assert keys.derive("one") != keys.public_key("one")

    def test_whoever_has_the_public_key_can_check_a_signature(self, keys: Keys) -> None:
        """It is Ed25519, over the content alone."""
        public = Ed25519PublicKey.from_public_bytes(keys.public_key("one"))
        public.verify(keys.sign("one", b"content"), b"content")

    def test_another_content_or_purpose_has_another_signature(self, keys: Keys) -> None:
        """A signature cannot be carried over."""
        public = Ed25519PublicKey.from_public_bytes(keys.public_key("one"))
        with pytest.raises(InvalidSignature):
            public.verify(keys.sign("one", b"content"), b"contents")
        with pytest.raises(InvalidSignature):
            public.verify(keys.sign("two", b"content"), b"content")
