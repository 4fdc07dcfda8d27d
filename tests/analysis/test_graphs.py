"""Graph measures against networkx, planted structure, and graphs that have none."""

import random

import networkx as nx
import numpy as np
import pytest

from bl1.analysis.graphs import GraphMeasures, graph_measures
from bl1.errors import Bl1Error


def measured(graph: nx.Graph, **options: int) -> GraphMeasures:
    directed = graph.is_directed()
    return graph_measures(
        nx.to_numpy_array(graph), **{"seed": 0, "directed": directed, "n_rewirings": 40, **options}
    )


GRAPHS = [
    nx.gnp_random_graph(40, 0.1, seed=1),
    nx.gnp_random_graph(40, 0.15, seed=2, directed=True),
    nx.barabasi_albert_graph(50, 3, seed=3),
    nx.DiGraph(nx.scale_free_graph(40, seed=4)),
    nx.complete_graph(6),
]


@pytest.mark.parametrize("graph", GRAPHS, ids=["gnp", "directed", "hubs", "scale-free", "all"])
def test_values_are_those_of_networkx(graph: nx.Graph) -> None:
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    found = measured(graph)
    assert (found.n_nodes, found.n_edges) == (len(graph), graph.number_of_edges())
    assert found.density == pytest.approx(nx.density(graph))
    assert found.clustering.value == pytest.approx(nx.average_clustering(graph))
    lengths = [
        length
        for _, reached in nx.all_pairs_shortest_path_length(graph)
        for length in reached.values()
        if length
    ]
    assert found.path_length.value == pytest.approx(np.mean(lengths))
    assert found.reachable == pytest.approx(len(lengths) / (len(graph) * (len(graph) - 1)))
    undirected = graph.to_undirected()
    groups = [
        set(np.flatnonzero(found.communities == label)) for label in set(found.communities.tolist())
    ]
    assert found.modularity.value == pytest.approx(nx.community.modularity(undirected, groups))
    if not graph.is_directed():
        theirs = nx.rich_club_coefficient(graph, normalized=False)
        assert dict(enumerate(found.rich_club.coefficients)) == pytest.approx(theirs)


def test_a_small_world_is_one() -> None:
    found = measured(nx.watts_strogatz_graph(100, 8, 0.1, seed=1))
    assert found.small_world_sigma > 3 and abs(found.small_world_omega) < 0.3
    assert found.clustering.z > 10 and found.clustering.p == pytest.approx(2 / 41)
    ring = measured(nx.watts_strogatz_graph(100, 8, 0.0, seed=1))
    assert ring.clustering.value == pytest.approx(3 * 6 / (4 * 7))
    assert ring.small_world_omega < -0.4


@pytest.mark.parametrize("directed", [True, False])
def test_a_random_graph_is_its_null(directed: bool) -> None:
    found = measured(nx.gnp_random_graph(100, 0.1, seed=5, directed=directed), n_rewirings=100)
    for value in (found.clustering, found.path_length, found.modularity):
        assert abs(value.z) < 3 and value.p > 0.01
        assert value.value == pytest.approx(value.null_mean, rel=0.1)
    assert found.small_world_sigma == pytest.approx(1.0, abs=0.1)
    assert found.small_world_omega > 0.6
    common = found.rich_club.degrees < (18 if directed else 8)
    np.testing.assert_allclose(found.rich_club.normalised[common], 1.0, atol=0.05)


def test_planted_communities_are_found() -> None:
    graph = nx.planted_partition_graph(4, 20, 0.5, 0.02, seed=6)
    found = measured(graph)
    assert found.modularity.z > 10 and found.modularity.value > 0.5
    for group in range(4):
        members = found.communities[20 * group : 20 * group + 20]
        assert np.bincount(members).max() >= 19


def test_a_planted_rich_club_is_found() -> None:
    graph = nx.Graph(nx.configuration_model([20] * 8 + [4] * 80, seed=7))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    hubs = range(8)
    loose = [(a, b) for a, b in graph.edges if (a < 8) != (b < 8)][:40]
    graph.remove_edges_from(loose)
    graph.add_edges_from((a, b) for a in hubs for b in hubs if a < b)
    club = measured(graph, n_rewirings=100).rich_club
    assert club.normalised[8] > 1.5 and club.p[8] == pytest.approx(1 / 101)


def test_degrees_are_those_of_the_null_and_nobody_elses_dice_are_used() -> None:
    star = measured(nx.star_graph(20))  # rewiring cannot change it
    assert star.path_length.z is None and star.path_length.p == 1.0
    random.seed(3)
    first = random.random()
    random.seed(3)
    one, same = (measured(GRAPHS[1], seed=4) for _ in range(2))
    assert random.random() == first
    assert one.clustering == same.clustering
    np.testing.assert_array_equal(one.communities, same.communities)
    assert one.clustering.null_mean != measured(GRAPHS[1], seed=5).clustering.null_mean


@pytest.mark.parametrize(
    ("weights", "directed", "what"),
    [
        (np.ones((2, 3)), True, "shape"),
        (np.ones(3), True, "shape"),
        ([[0, np.nan], [1, 0]], True, "NaN"),
        ([[0, -1], [1, 0]], True, "negative"),
        ([[1, 1], [1, 0]], True, "self-connections"),
        ([[0, 1], [0, 0]], False, "not symmetric"),
        (np.zeros((4, 4)), True, "no edge"),
        (np.zeros((0, 0)), True, "no edge"),
    ],
)
def test_what_is_no_graph_is_refused_in_one_sentence(
    weights: object, directed: bool, what: str
) -> None:
    with pytest.raises(Bl1Error, match=what):
        graph_measures(weights, directed=directed, seed=0)
    with pytest.raises(Bl1Error, match="n_rewirings is 3"):
        graph_measures([[0, 1], [1, 0]], n_rewirings=3, seed=0)
