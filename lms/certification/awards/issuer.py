"""What an award takes from the installation that issues it, stored with it."""

from dataclasses import dataclass

from lms.kernel.config import Settings


@dataclass(frozen=True, slots=True)
class Issuer:
    """The product's name, the address under which certificates are checked, and the time zone."""

    product: str
    address: str
    time_zone: str

    @classmethod
    def of(cls, settings: Settings) -> "Issuer":
        """Returns the issuer that the settings describe."""
        return cls(settings.product_name, settings.public_address.rstrip("/"), settings.time_zone)
