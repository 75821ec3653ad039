"""The kinds of official trips (出國類別), as the form for trip reports lists them."""

from typing import Final

from tracker.foundation.language import N_

TRIP_CATEGORIES: Final = (
    N_("考察"),
    N_("進修"),
    N_("研究"),
    N_("實習"),
    N_("視察"),
    N_("訪問"),
    N_("開會"),
    N_("談判"),
    N_("業務洽談"),
    N_("其他"),
)
