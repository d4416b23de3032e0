"""What other methods say of one series: least squares, Newey-West, Prais-Winsten, maximum likelihood."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from analysis.chance.distributions import chi_square_tail
from analysis.models.autoregression import autoregression
from analysis.models.linear import least_squares
from analysis.models.segmented import LEVEL, SLOPE
from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from analysis.models.autoregression import Autoregression
    from analysis.models.linear import LeastSquares
    from analysis.models.segmented import Segmented

    Matrix = NDArray[np.float64]

ROUNDS, CLOSE = 500, 1e-12
DEPENDENT = "Errors still hang together beyond first-order autocorrelation: the interval may be too narrow."
SUSPECT = 0.05


def beside(
    model: Segmented, fit: Autoregression, y: Matrix, *, options: Mapping[str, float]
) -> dict[str, float]:
    """Level and slope by other methods; `options` may hold the `lags` of Newey and West."""
    plain, sign = fit.least_squares, model.sign
    variance = float(plain.residuals @ plain.residuals) / plain.df
    figures = {
        "rho": fit.rho,
        "residual_sd": sqrt(fit.variance),
        "reml_log_likelihood": fit.log_likelihood,
        "reml_level_se": sqrt(fit.covariance[LEVEL, LEVEL]),
        "reml_slope_se": sqrt(fit.covariance[SLOPE, SLOPE]),
        "ols_level": sign * float(plain.coefficients[LEVEL]),
        "ols_level_se": sqrt(variance * plain.inverse[LEVEL, LEVEL]),
        "ols_slope": sign * float(plain.coefficients[SLOPE]),
        **newey_west(plain, lags=lags_of(plain, options)),
        **_likelihood(model, y),
    }
    return figures | (_successive(model, fit, y) if model.whole else {})


def lags_of(plain: LeastSquares, options: Mapping[str, float]) -> int:
    """The lags asked for, else the whole part of 4 (n / 100)^(2 / 9) (Newey and West 1994, doi 10.2307/2297912)."""
    n = plain.residuals.size
    return min(int(options.get("lags", 4 * (n / 100) ** (2 / 9))), n - 1)


def newey_west(plain: LeastSquares, *, lags: int) -> dict[str, float]:
    """Newey and West's (1987) standard errors of level and slope, too small for short series: for comparison."""
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    meat = S_hac_simple(plain.x * plain.residuals[:, None], nlags=lags)
    covariance = plain.inverse @ meat @ plain.inverse
    level, slope = (sqrt(max(float(covariance[column, column]), 0.0)) for column in (LEVEL, SLOPE))
    return {
        "newey_west_lags": lags,
        "newey_west_level_se": level,
        "newey_west_slope_se": slope,
        "newey_west_level_se_adjusted": level * sqrt(plain.residuals.size / plain.df),
    }


def _likelihood(model: Segmented, y: Matrix) -> dict[str, float]:
    """The fit by full maximum likelihood, as an ARIMA(1, 0, 0) with regressors has it."""
    fit = autoregression(model.x, y, lags=model.lags, restricted=False)
    figures = {
        "ml_level": model.sign * float(fit.coefficients[LEVEL]),
        "ml_rho": fit.rho,
        "ml_log_likelihood": fit.log_likelihood,
    }
    variance = _observed(fit)
    return figures if variance is None else figures | {"ml_level_se": sqrt(variance)}


def _observed(fit: Autoregression) -> float | None:
    """The variance of the level from the observed information on coefficients, rho and variance together."""
    k, s2, n = fit.basis.shape[1], fit.variance, fit.residuals.size
    plain, first, second = (fit.sums.at(fit.rho, order=order) for order in range(3))
    along = np.append(
        -np.linalg.solve(plain[:k, :k], plain[:k, k]), 1.0
    )  # residuals from basis and least squares
    information = np.zeros((k + 2, k + 2))
    information[:k, :k] = plain[:k, :k] / s2
    information[k, :k] = information[:k, k] = -first[:k] @ along / s2
    information[k, k] = float(fit.sums.log_determinant(fit.rho, order=2)) / 2 + float(
        along @ second @ along
    ) / (2 * s2)
    information[k, k + 1] = information[k + 1, k] = -float(along @ first @ along) / (2 * s2**2)
    information[k + 1, k + 1] = n / (2 * s2**2)
    if not (
        np.linalg.eigvalsh(information / np.sqrt(np.outer(*[np.abs(np.diag(information))] * 2))) > 0
    ).all():
        return None
    inverse = np.linalg.inv(information)[:k, :k]
    return float(fit.back[LEVEL] @ inverse @ fit.back[LEVEL])


def _successive(model: Segmented, fit: Autoregression, y: Matrix) -> dict[str, float]:
    """What needs every period: Durbin and Watson, Prais and Winsten, and what is left after AR(1)."""
    residuals = fit.least_squares.residuals
    figures = {"durbin_watson": float((np.diff(residuals) ** 2).sum() / (residuals @ residuals))}
    return figures | _prais_winsten(model, y) | left_over(fit)


def left_over(fit: Autoregression) -> dict[str, float]:
    """Autocorrelation of the residuals less what rho foretells, and Ljung and Box's (1978) test of it."""
    e = fit.residuals
    noise = np.append(e[0], (e[1:] - fit.rho * e[:-1]) / sqrt(1 - fit.rho**2))
    noise = noise - noise.mean()
    n, most = noise.size, min(10, noise.size // 5)
    acf = np.array([noise[lag:] @ noise[:-lag] for lag in range(1, most + 1)]) / (noise @ noise)
    statistic = n * (n + 2) * float((acf**2 / (n - np.arange(1, most + 1))).sum())
    shown = {f"residual_acf_{lag}": float(value) for lag, value in enumerate(acf[:3], start=1)}
    return shown | {"ljung_box_p": chi_square_tail(statistic, most - 1)}


def _prais_winsten(model: Segmented, y: Matrix) -> dict[str, float]:
    """Prais and Winsten's (1954) iteration to its end; nothing where it has none."""
    x, rho = model.x, 0.0
    for _ in range(ROUNDS):
        first = sqrt(1 - rho**2)
        turned = [np.concatenate([first * z[:1], z[1:] - rho * z[:-1]]) for z in (x, y[:, None])]
        try:
            found = least_squares(turned[0], turned[1][:, 0])
        except Refusal:
            return {}
        e = y - x @ found.coefficients
        before, rho = rho, float(e[1:] @ e[:-1] / (e[:-1] @ e[:-1]))
        if abs(rho) >= 1:
            return {}
        if abs(rho - before) < CLOSE:
            break
    else:
        return {}
    variance = float(found.residuals @ found.residuals) / found.df
    return {
        "prais_winsten_rho": rho,
        "prais_winsten_level": model.sign * float(found.coefficients[LEVEL]),
        "prais_winsten_level_se": sqrt(variance * found.inverse[LEVEL, LEVEL]),
        "prais_winsten_slope": model.sign * float(found.coefficients[SLOPE]),
    }
