"""What is asked for by name and refused: methods that go wrong, how often they do, and what to use instead.

Error rates are false positives at a nominal 5 %, measured in the designs of the calibration's table unless a source
is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Refused:
    """A method that is not offered: why (a sentence), what was measured (a sentence), and the way out (a sentence).

    `layouts` are the shapes of data that it is asked for.
    """

    name: str
    label: str
    layouts: frozenset[str]
    reason: str
    measured: str
    instead: str

    @property
    def refusal(self) -> Refusal:
        """What is said to somebody who asks for it."""
        return Refusal(" ".join(part for part in (self.reason, self.measured) if part), remedy=self.instead)


def _of(name: str, label: str, layouts: str, *, reason: str, measured: str, instead: str) -> Refused:
    return Refused(name, label, frozenset(layouts.split()), reason, measured, instead)


METHODS = (
    _of(
        "naive_t",
        "t-test on the rows of clusters",
        "clustered repeated stepped",
        reason="Rows of one cluster are alike, and a t-test or chi-square on rows takes each as news.",
        measured="With an ICC of 0.10 it gives 22 to 23 % false positives, on weekly scores 44 %.",
        instead="Use cluster_robust, or cluster_means where each cluster is to count the same.",
    ),
    _of(
        "moderator_clusters",
        "moderators as clusters where teams were assigned",
        "clustered",
        reason="Clustering must be by what was assigned: moderators of one team share more than the tool.",
        measured="Where teams were assigned it gives 13 to 16 % false positives.",
        instead="Name the teams as clusters, and use cluster_robust.",
    ),
    _of(
        "mixed_wald",
        "mixed model with Wald's z",
        "clustered stepped repeated",
        reason="With fewer than about 40 clusters the z of a mixed model takes variances as known.",
        measured="It gives 6 to 11 % false positives with 20 down to 6 clusters.",
        instead="Use cluster_mixed, stepped_mixed or repeated_measures, which count degrees of freedom.",
    ),
    _of(
        "gee_wald",
        "GEE with the plain sandwich and z",
        "clustered stepped",
        reason="With fewer than about 40 clusters the sandwich of estimating equations is too narrow.",
        measured="It gives 22 % false positives with 6 clusters and 7.5 % with 20.",
        instead="Use cluster_gee, which corrects the sandwich, or cluster_robust.",
    ),
    _of(
        "newey_west",
        "least squares with Newey and West's errors",
        "series panel",
        reason="On a short series the correction for autocorrelation of Newey and West is far too small.",
        measured="It gives 30 % false positives with 24 periods and 14 % with 120.",
        instead="Use segmented_series.",
    ),
    _of(
        "before_after",
        "before against after, without time",
        "stepped series panel",
        reason="Before against after takes whatever changes with time for an effect.",
        measured="In a stepped wedge with a slight trend it gives 30 to 61 % false positives.",
        instead="Use stepped_robust in a stepped wedge, segmented_series in a series.",
    ),
    _of(
        "twfe",
        "two-way fixed effects under staggered adoption",
        "panel",
        reason="With staggered adoption it compares new adopters with old ones, whose effect may be growing.",
        measured="Its weights can be negative, so that even the sign can be wrong (Goodman-Bacon 2021).",
        instead="Use adoption_permutation, imputed_adoption or group_time.",
    ),
    _of(
        "hussey_hughes",
        "Hussey and Hughes' model alone",
        "stepped",
        reason="It supposes that the whole effect is there at once; where it grows, late periods count against it.",
        measured="With true effects 0, 0, 1 and 2 in an 8 x 5 design it estimates -0.36 for a mean of 0.75.",
        instead="Use stepped_robust or stepped_mixed, and read stepped_exposure_time beside it.",
    ),
    _of(
        "carryover_gate",
        "a test of carry-over that chooses the analysis",
        "crossover",
        reason="A test of carry-over that chooses the analysis spends the error rate twice (Freeman 1989).",
        measured="It gives 8.4 to 8.7 % false positives.",
        instead="Use crossover_periods; carry-over is shown beside it with its interval, and decides nothing.",
    ),
    _of(
        "locf",
        "last observation carried forward",
        "repeated",
        reason="It supposes that nobody changes after leaving, and is biased where arms leave unlike each other.",
        measured="Without an effect it gave 4.6 to 6.1 % false positives: such studies do not show the fault.",
        instead="Use repeated_measures, and read what is said on missing data beside it.",
    ),
    _of(
        "nonsignificant_as_noninferior",
        '"no significant difference" as evidence of no harm',
        "parallel clustered crossover stepped repeated series panel",
        reason="A study too small to see harm finds no significant difference as well.",
        measured="",
        instead="Declare a margin: --margin with --better; the verdict then says whether the interval keeps it.",
    ),
    _of(
        "peeking",
        "a look at p below 0.05 each day",
        "parallel clustered",
        reason="Each unplanned look is another chance to be wrong.",
        measured="It gives 19 % false positives with 10 looks and 37 % with 100.",
        instead="Plan the looks, or use the confidence sequence of watchkeeper looks.",
    ),
    _of(
        "post_hoc_subgroups",
        "subgroups chosen after looking",
        "parallel clustered",
        reason="Of many subgroups the best looks good by chance alone.",
        measured="The best of 10 independent subgroups has p below 0.05 in 40 % of studies without an effect.",
        instead="Declare subgroups in advance (--subgroup); the test is then whether the effects differ.",
    ),
    _of(
        "searches_as_units",
        "searches as units where users were assigned",
        "parallel",
        reason="Searches of one user are alike, and users were assigned, not searches.",
        measured="It gives 19 to 20 % false positives.",
        instead="Use delta_ratio or jackknife_ratio, with one row a user.",
    ),
    _of(
        "poisson_wald",
        "Poisson regression with the model's errors",
        "parallel",
        reason="Counts of people vary far more than the Poisson model allows.",
        measured="With repeat searches it gives 37 to 39 % false positives.",
        instead="Use negative_binomial, quasi_poisson or poisson_robust.",
    ),
    _of(
        "observed_power",
        "power at the effect that was found",
        "parallel clustered crossover stepped repeated series panel",
        reason="It is the p-value in other words, and tells nothing more (Hoenig and Heisey 2001).",
        measured="At p = 0.05 it is always about one half.",
        instead="Read the interval: it says which effects the data are compatible with.",
    ),
    _of(
        "three_v_three",
        "a p-value with 3 against 3 clusters as if 0.05 could be reached",
        "clustered",
        reason="Three of six clusters can be drawn in only 20 ways, so that chance alone is never rarer than that.",
        measured="No p-value of randomisation lies below 0.10, and with 4 against 4 none below 0.029.",
        instead="Use cluster_permutation, which says its smallest p-value, or assign more clusters.",
    ),
)


def refused() -> Mapping[str, Refused]:
    """Every refused method, by the name that people would ask for.

    >>> print(refused()["carryover_gate"].refusal.reason)
    A test of carry-over that chooses the analysis ... It gives 8.4 to 8.7 % false positives.
    """
    return {method.name: method for method in METHODS}
