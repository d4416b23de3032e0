"""Blocks of rows reduced to what a mixed model needs of them: sums that do not grow with the number of rows.

Rows of a block are turned so that its random effects touch as few of them as there are effects (Q'y for Z = QR);
the others are independent with the residual's variance, and blocks of the same shape are summed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from analysis.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Codes = NDArray[np.intp]

_LARGEST = 30_000_000  # numbers held for one model: a quarter of a gigabyte


@dataclass(frozen=True)
class RandomEffects:
    """Effects that each level of `group` (n codes) draws by itself: `columns` (n x r) times a normal vector.

    Without `columns` it is an intercept. The covariance of the vector (r x r) is free.
    """

    name: str
    group: Codes
    columns: Matrix | None = field(default=None)

    @cached_property
    def _turned(self) -> tuple[Matrix, Matrix]:
        """Columns of mean square 1 that are not correlated over rows, and what turned them so."""
        n = self.group.size
        columns = np.ones((n, 1)) if self.columns is None else self.columns
        squares = columns.T @ columns / n
        size = np.sqrt(np.diag(squares))
        if size.min() == 0 or np.linalg.eigvalsh(squares / np.outer(size, size)).min() <= 1e-12:
            raise Refusal(
                f"The columns of the effects of each {self.name} are collinear.",
                remedy="Measure at more than one time, or leave a column out.",
            )
        triangle = np.linalg.cholesky(squares).T
        return columns @ np.linalg.inv(triangle), np.asarray(triangle, dtype=np.float64)

    @property
    def turned(self) -> Matrix:
        """The columns as they are fitted (n x r)."""
        return self._turned[0]

    def turned_back(self, covariance: Matrix) -> Matrix:
        """The covariance for `columns` of one (r x r) for the fitted columns."""
        inverse = np.linalg.inv(self._turned[1])
        return np.asarray(inverse @ covariance @ inverse.T)


@dataclass(frozen=True, slots=True)
class Batch:
    """P shapes of blocks with q rows each: `parts` (P x m x q x q) add up to the covariance, weighted by theta.

    `count` (P) says how many blocks have the shape; `squares` (P x q x q x K x K) sums the products of their
    entries: row a's column k times row b's column l.
    """

    parts: Matrix
    count: Matrix
    squares: Matrix

    def contract(self, weights: Matrix) -> Matrix:
        """Sums over blocks of D'WD (j x K x K) for J matrices W of each shape (P x J x q x q)."""
        shapes, j, q, _ = weights.shape
        k = self.squares.shape[-1]
        flat = np.moveaxis(weights, 1, 0).reshape(j, shapes * q * q)
        return np.asarray((flat @ self.squares.reshape(shapes * q * q, k * k)).reshape(j, k, k))


@dataclass(frozen=True, slots=True)
class Sums:
    """All of a model's data, in batches; columns of X first, y last. `n` rows, `k` columns of X.

    The parameters theta are the residual's variance, if any, then each effect's covariances: the lower triangle by
    rows.
    """

    batches: tuple[Batch, ...]
    effects: tuple[RandomEffects, ...]
    residual: bool
    n: int
    k: int

    def matrices(self, theta: Matrix) -> list[Matrix]:
        """Each effect's covariance (r x r)."""
        found, at = [], int(self.residual)
        for effect in self.effects:
            r = effect.turned.shape[1]
            rows, columns = np.tril_indices(r)
            matrix = np.zeros((r, r))
            matrix[rows, columns] = matrix[columns, rows] = theta[at : at + rows.size]
            found.append(matrix)
            at += rows.size
        return found


def block_sums(data: Matrix, *, block: Codes, effects: Sequence[RandomEffects], residual: bool) -> Sums:
    """The sums of `data` (n x K, y last) by blocks (n codes).

    Raises Refusal where a block holds too many effects to compute with.
    """
    n, columns = data.shape
    design = np.column_stack([np.column_stack([_local(e.group, block), e.turned]) for e in effects])
    _, code = np.unique(np.round(design, 12), axis=0, return_inverse=True)
    order = np.lexsort((code.ravel(), block))
    sizes = np.bincount(block)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    gathered: dict[int, list[tuple[Matrix, float, Matrix]]] = {}
    white, left = np.zeros((columns, columns)), 0
    for size in np.unique(sizes[sizes > 0]):
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        shapes, which = np.unique(code.ravel()[rows], axis=0, return_inverse=True)
        for shape in range(len(shapes)):
            members = rows[which.ravel() == shape]
            turned, basis, rest = _turned(data[members], _effects_of(design, members[0], effects), residual)
            white += np.tensordot(rest, rest, axes=([0, 1], [0, 1]))
            left += members.size - turned.shape[0] * turned.shape[1]
            held = (_parts(basis, turned.shape[1], residual), float(len(members)), _squares(turned))
            gathered.setdefault(turned.shape[1], []).append(held)
    batches = [Batch(*(np.array(part) for part in zip(*held, strict=True))) for held in gathered.values()]
    if left:
        parts = np.zeros((1, batches[0].parts.shape[1], 1, 1))
        parts[0, 0] = 1.0
        batches.append(Batch(parts, np.array([float(left)]), white[None, None, None]))
    return Sums(tuple(batches), tuple(effects), residual, n, columns - 1)


def _local(group: Codes, block: Codes) -> Matrix:
    """Levels of a group numbered from 0 upwards inside each block."""
    levels, first, code = np.unique(group, return_index=True, return_inverse=True)
    of = block[first]
    if (of[code] != block).any():
        raise ValueError("a level of a random effect lies in two blocks")
    order = np.argsort(of, kind="stable")
    rank = np.empty(levels.size)
    sizes = np.bincount(of)
    rank[order] = np.arange(levels.size) - np.repeat(np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    return np.asarray(rank[code])


def _effects_of(design: Matrix, rows: Codes, effects: Sequence[RandomEffects]) -> Iterator[Matrix]:
    """Each effect's columns spread over the levels of one block: n x L x r."""
    at = 0
    for effect in effects:
        r = effect.turned.shape[1]
        level = design[rows, at].astype(np.intp)
        spread = np.zeros((rows.size, int(level.max()) + 1, r))
        spread[np.arange(rows.size), level] = design[rows, at + 1 : at + 1 + r]
        at += r + 1
        yield spread


def _turned(data: Matrix, effects: Iterator[Matrix], residual: bool) -> tuple[Matrix, list[Matrix], Matrix]:
    """Blocks of one shape (C x n x K) turned so that effects touch only the first q rows, and the rest of them."""
    spread = list(effects)
    n = data.shape[1]
    flat = np.concatenate([part.reshape(n, -1) for part in spread], axis=1)
    if n <= flat.shape[1] or not residual:
        return data, spread, np.zeros((data.shape[0], 0, data.shape[2]))
    q, _ = np.linalg.qr(flat)
    turned = q.T @ data
    return turned, [np.tensordot(q.T, part, axes=1) for part in spread], data - q @ turned


def _parts(basis: list[Matrix], q: int, residual: bool) -> Matrix:
    """What each parameter adds to the covariance of a block's rows: m x q x q."""
    parts = [np.eye(q)] if residual else []
    for spread in basis:
        for a, b in zip(*np.tril_indices(spread.shape[2]), strict=True):
            product = spread[:, :, a] @ spread[:, :, b].T
            parts.append(product if a == b else product + product.T)
    return np.array(parts)


def _squares(turned: Matrix) -> Matrix:
    count, q, k = turned.shape
    if (q * k) ** 2 > _LARGEST:
        raise Refusal(
            "A cluster holds too many units for this mixed model.",
            remedy="Use the estimator that is robust to clusters, or one on cluster means.",
        )
    flat = turned.reshape(count, q * k)
    return np.asarray((flat.T @ flat).reshape(q, k, q, k).transpose(0, 2, 1, 3))
