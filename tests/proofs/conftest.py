"""Long proofs ask for the same loopback ports as the integration tests."""

from tests.integration.conftest import unused_port

__all__ = ["unused_port"]
