"""Graphs of significant connections, each measure beside rewired graphs of the same degrees.

A measure of a graph follows to a large part from how many edges its nodes have. Rewired graphs keep
the degree of every node (in and out, of a directed graph) and are otherwise random, so that what is
left is structure (Maslov & Sneppen 2002, doi:10.1126/science.1065103). Edges count alike whatever
their weight.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bl1.errors import Bl1Error
from bl1.extras import needed


class Measured(NamedTuple):
    """A measure of a graph and of its rewirings.

    Attributes:
        value: of the graph.
        null_mean, null_sd: of the rewired graphs.
        z: (value − null_mean)/null_sd; None where all rewired graphs are alike.
        p: two-sided probability, twice the smaller share of rewired graphs at or beyond the value.
    """

    value: float
    null_mean: float
    null_sd: float
    z: float | None
    p: float


@dataclass(frozen=True)
class RichClub:
    """Whether nodes of many edges are joined to each other.

    Attributes:
        degrees: (k,) from 0, as long as two nodes or more have more edges than that.
        coefficients: (k,) share of the possible edges among nodes of more than that degree.
        normalised: (k,) the same over the mean of the rewired graphs; NaN where that is 0.
        p: (k,) share of rewired graphs with as much or more.
    """

    degrees: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    normalised: NDArray[np.float64]
    p: NDArray[np.float64]


@dataclass(frozen=True)
class GraphMeasures:
    """What a graph looks like.

    Attributes:
        n_nodes, n_edges, density: size; density is the share of possible edges.
        directed: whether an edge has a direction.
        clustering: mean over nodes of the share of triangles that are closed (Fagiolo 2007,
            doi:10.1103/PhysRevE.76.026107, for directed graphs).
        path_length: mean shortest path (edges) over pairs that are joined at all.
        reachable: share of (ordered) pairs that are joined.
        modularity: of the communities found by Leiden (Traag et al. 2019,
            doi:10.1038/s41598-019-41695-z), directions left out.
        communities: (nodes,) community of each node.
        small_world_sigma: (C/C_null)/(L/L_null) (Humphries & Gurney 2008,
            doi:10.1371/journal.pone.0002051); > 1 for small worlds. None if undefined.
        small_world_omega: L_null/L − C/C_lattice (Telesford et al. 2011,
            doi:10.1089/brain.2011.0038), near 0 for small worlds, −1 lattice, 1 random; the
            lattice is a ring of the same mean degree k, C = 3(k − 2)/(4(k − 1)). None unless
            2 < k < 2/3 of the nodes, where that holds.
        rich_club: by total degree (Colizza et al. 2006, doi:10.1038/nphys209).
        n_rewirings, seed, method: how the null was made.
    """

    n_nodes: int
    n_edges: int
    density: float
    directed: bool
    clustering: Measured
    path_length: Measured
    reachable: float
    modularity: Measured
    communities: NDArray[np.int64]
    small_world_sigma: float | None
    small_world_omega: float | None
    rich_club: RichClub
    n_rewirings: int
    seed: int
    method: str = "unweighted; null: degree-preserving rewiring, ten trials an edge (igraph)"


def graph_measures(
    weights: ArrayLike, *, seed: int, directed: bool = True, n_rewirings: int = 100
) -> GraphMeasures:
    """Measure a graph and its rewirings.

    Args:
        weights: (nodes, nodes) ≥ 0; where > 0 there is an edge from the row's node to the column's:
            ``weights`` of a transfer entropy, or of significant correlations.
        seed: of rewirings and communities.
        directed: False for a symmetric matrix.
        n_rewirings: rewired graphs, at least 20.

    Raises:
        Bl1Error: a matrix that is no graph, or a graph without an edge.
    """
    edges = _edges(weights, directed)
    if n_rewirings < 20:
        raise Bl1Error(f"n_rewirings is {n_rewirings}, expected at least 20")
    n = len(edges)
    library = needed("igraph", "analysis")
    graph = library.Graph.Adjacency(edges, mode="directed" if directed else "undirected")
    with _seeded(library, seed):
        value, communities = _measure(graph)
        nulls = []
        for _ in range(n_rewirings):
            rewired = graph.copy()
            rewired.rewire(n=10 * graph.ecount())
            nulls.append(_measure(rewired)[0])
    clustering = _against(value.clustering, [null.clustering for null in nulls])
    path_length = _against(value.path_length, [null.path_length for null in nulls])
    modularity = _against(value.modularity, [null.modularity for null in nulls])
    clubs = np.array([null.club for null in nulls])
    mean_club = clubs.mean(axis=0)
    normalised = np.full(len(mean_club), np.nan)
    np.divide(value.club, mean_club, out=normalised, where=mean_club > 0)
    at_least = np.count_nonzero(clubs >= value.club - 1e-12, axis=0)

    possible = n * (n - 1) / (1 if directed else 2)
    relative_length = path_length.value / path_length.null_mean
    sigma = omega = None
    if clustering.null_mean > 0:
        sigma = clustering.value / clustering.null_mean / relative_length
    degree = graph.ecount() / n * (1 if directed else 2)
    if 2 < degree < 2 * n / 3:
        omega = 1 / relative_length - clustering.value * 4 * (degree - 1) / (3 * (degree - 2))
    return GraphMeasures(
        n,
        graph.ecount(),
        graph.ecount() / possible,
        directed,
        clustering,
        path_length,
        _reachable(graph),
        modularity,
        communities,
        sigma,
        omega,
        RichClub(
            np.arange(len(mean_club)), value.club, normalised, (1 + at_least) / (1 + n_rewirings)
        ),
        n_rewirings,
        seed,
    )


class _Values(NamedTuple):
    clustering: float
    path_length: float
    modularity: float
    club: NDArray[np.float64]


def _edges(weights: ArrayLike, directed: bool) -> NDArray[np.bool_]:
    matrix = np.asarray(weights, np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise Bl1Error(f"weights have shape {matrix.shape}, expected a square matrix")
    if not np.all(np.isfinite(matrix)) or np.any(matrix < 0):
        raise Bl1Error("weights hold NaN, infinite or negative numbers, expected finite ones ≥ 0")
    if np.any(np.diag(matrix) > 0):
        raise Bl1Error("weights hold self-connections, expected zeros on the diagonal")
    edges = matrix > 0
    if not directed and np.any(edges != edges.T):
        raise Bl1Error("weights are not symmetric, as those of an undirected graph are")
    if not edges.any():
        raise Bl1Error("the graph has no edge, expected at least one weight above 0")
    return edges


@contextmanager
def _seeded(library: Any, seed: int) -> Iterator[None]:
    """igraph draws from a generator of ours, and afterwards from Python's again."""
    library.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        library.set_random_number_generator(random)


def _measure(graph: Any) -> tuple[_Values, NDArray[np.int64]]:
    edges = np.array(graph.get_adjacency().data, np.float64)
    found = graph.as_undirected(mode="collapse").community_leiden(
        objective_function="modularity", n_iterations=-1
    )
    values = _Values(
        _clustering(edges),
        graph.average_path_length(directed=graph.is_directed(), unconn=True),
        found.modularity,
        _rich_club(edges, graph.is_directed()),
    )
    return values, np.array(found.membership, np.int64)


def _clustering(edges: NDArray[np.float64]) -> float:
    """Mean of [(A + Aᵀ)³]_ii / 2[d(d − 1) − 2d↔], d all edges of a node and d↔ those both ways.

    Of a symmetric matrix this is the undirected coefficient. Nodes without triples count as 0.
    """
    both = edges + edges.T
    closed = np.einsum("ij,ji->i", both @ both, both)
    degree, mutual = both.sum(axis=1), (edges * edges.T).sum(axis=1)
    triples = 2 * (degree * (degree - 1) - 2 * mutual)
    share = np.zeros(len(edges))
    np.divide(closed, triples, out=share, where=triples > 0)
    return float(share.mean())


def _rich_club(edges: NDArray[np.float64], directed: bool) -> NDArray[np.float64]:
    """φ(k), the share of possible edges that exist among nodes of degree > k, while there are two.

    Each edge of a directed graph counts in the degrees of both its ends.
    """
    degree = edges.sum(axis=1) + (edges.sum(axis=0) if directed else 0)
    last = int(np.sort(degree)[-2])
    members = degree > np.arange(last)[:, np.newaxis]
    sizes = members.sum(axis=1)
    inside = np.einsum("ki,ij,kj->k", members, edges, members, optimize=True)
    return np.asarray(inside / (sizes * (sizes - 1)), np.float64)


def _reachable(graph: Any) -> float:
    distances = np.array(graph.distances(mode="out"))
    n = len(distances)
    return float((np.count_nonzero(np.isfinite(distances)) - n) / (n * (n - 1)))


def _against(value: float, nulls: list[float]) -> Measured:
    null = np.array(nulls)
    mean, sd, n = float(null.mean()), float(null.std(ddof=1)), len(null)
    tolerance = 1e-12 * max(1.0, abs(value))
    above = (1 + np.count_nonzero(null >= value - tolerance)) / (1 + n)
    below = (1 + np.count_nonzero(null <= value + tolerance)) / (1 + n)
    z = (value - mean) / sd if sd > tolerance else None
    return Measured(float(value), mean, sd, z, float(min(1.0, 2 * min(above, below))))
