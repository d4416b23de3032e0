"""Spending functions: how much of the error rate may be used up by each share of the information."""

from __future__ import annotations

from math import e, expm1, log1p, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.chance.distributions import normal_quantile, upper_normal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Spending = Callable[[float, float, float], float]


def obrien_fleming(share: float, alpha: float, _: float = 0.0) -> float:
    """2 - 2 Phi(z_(alpha/2) / sqrt(share)): next to nothing early (Lan and DeMets 1983, Biometrika 70:659).

    >>> round(obrien_fleming(0.3, 0.025), 8), round(obrien_fleming(1.0, 0.025), 8)
    (4.273e-05, 0.025)
    """
    return 2 * upper_normal(-normal_quantile(alpha / 2) / sqrt(share))


def pocock(share: float, alpha: float, _: float = 0.0) -> float:
    """alpha ln(1 + (e - 1) share): about as much at each look (Lan and DeMets 1983).

    >>> round(pocock(1.0, 0.025), 8)
    0.025
    """
    return alpha * log1p((e - 1) * share)


def power_family(share: float, alpha: float, parameter: float = 3.0) -> float:
    """alpha share^rho (Kim and DeMets 1987, Biometrika 74:149); rho above 0.

    >>> power_family(0.5, 0.04, 2.0)
    0.01
    """
    return float(alpha * share**parameter)


def hwang_shih_decani(share: float, alpha: float, parameter: float = -4.0) -> float:
    """alpha (1 - exp(-gamma share)) / (1 - exp(-gamma)) (1990, Statistics in Medicine 9:1439); alpha share at 0.

    >>> hwang_shih_decani(0.5, 0.04, 0.0), round(hwang_shih_decani(1.0, 0.025), 8)
    (0.02, 0.025)
    """
    return alpha * (share if parameter == 0 else expm1(-parameter * share) / expm1(-parameter))


SPENDING: Mapping[str, Spending] = MappingProxyType(
    {
        "obrien-fleming": obrien_fleming,
        "pocock": pocock,
        "power-family": power_family,
        "hwang-shih-decani": hwang_shih_decani,
    }
)
PARAMETERS: Mapping[str, float] = MappingProxyType({"power-family": 3.0, "hwang-shih-decani": -4.0})
