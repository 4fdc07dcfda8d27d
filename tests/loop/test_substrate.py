"""Substrates: cells that answer where they are driven, and controls that say what they should."""

import numpy as np
import pytest

from bl1.errors import Bl1Error
from bl1.loop.encoding import BumpEncoder, gaussian_bump
from bl1.loop.substrate import Identity, Shuffled, make_substrate

HEIGHTS = np.linspace(0.05, 0.95, 19)


def centre_of_mass(features: np.ndarray) -> float:
    return float(features @ np.arange(16) / 15)


@pytest.mark.parametrize(("kind", "error"), [("bank", 0.03), ("culture", 0.06)])
def test_cells_answer_where_they_are_shown_the_ball(kind: str, error: float) -> None:
    substrate, encode = make_substrate(kind, seed=1), BumpEncoder()
    assert substrate.n_neurons == {"bank": 512, "culture": 400}[kind]
    heights, found, rates = np.tile(HEIGHTS, 10), [], []
    for height in heights:
        features = substrate.respond(encode(height))
        assert features.sum() == pytest.approx(1.0)
        found.append(centre_of_mass(features))
        rates.append(substrate.rate_hz)
    slope, offset = np.polyfit(heights, found, 1)
    assert np.sqrt(np.mean((np.array(found) - slope * heights - offset) ** 2)) < error
    assert 1 < np.mean(rates) < 30


@pytest.mark.parametrize("kind", ["bank", "culture", "memory", "identity", "shuffled"])
def test_fresh_is_the_substrate_as_it_was(kind: str) -> None:
    substrate, encode = make_substrate(kind, seed=2), BumpEncoder()
    first = [substrate.respond(encode(height)) for height in HEIGHTS]
    fresh = substrate.fresh()
    again = [fresh.respond(encode(height)) for height in HEIGHTS]
    np.testing.assert_array_equal(first, again)
    if kind != "identity":
        other = make_substrate(kind, seed=3)
        assert not np.array_equal(first[0], other.respond(encode(HEIGHTS[0])))


def test_cells_of_a_band_are_no_clones() -> None:
    bank, encode = make_substrate("bank", seed=0), BumpEncoder()
    counts = np.array([bank.respond(encode(0.5)) for _ in range(20)])
    middle = counts[:, 7]
    assert len(set(middle.tolist())) > 10  # clones would fire all or none: few values


def test_identity_has_no_neurons() -> None:
    identity = Identity()
    features = identity.respond(gaussian_bump(0.3))
    np.testing.assert_allclose(features, gaussian_bump(0.3) / gaussian_bump(0.3).sum(), rtol=1e-6)
    assert identity.n_neurons == 0 and identity.rate_hz is None


def test_shuffled_keeps_the_values_and_no_place() -> None:
    shuffled = Shuffled(Identity(), seed=0)
    bumps = [gaussian_bump(height) for height in np.random.default_rng(0).random(4000)]
    responses = np.array([shuffled.respond(bump) for bump in bumps])
    plain = np.array([Identity().respond(bump) for bump in bumps])
    np.testing.assert_array_equal(np.sort(responses, axis=1), np.sort(plain, axis=1))
    centres = [centre_of_mass(response) for response in responses]
    correlation = np.corrcoef(centres, [centre_of_mass(features) for features in plain])[0, 1]
    assert abs(correlation) < 3 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("kind", "n_neurons", "sentence"),
    [
        ("bank", 100, "n_neurons is 100, expected a multiple of 16"),
        ("shuffled", 8, "n_neurons is 8, expected a multiple of 16"),
        ("culture", 15, "n_neurons is 15, expected at least 16"),
        ("identity", 5, "n_neurons is 5, expected 0, since the identity"),
        ("brain", None, "substrate is 'brain', expected one of bank, culture"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(kind, n_neurons, sentence) -> None:
    with pytest.raises(Bl1Error, match=sentence):
        make_substrate(kind, 0, n_neurons)


def test_a_culture_of_another_size_has_the_same_density() -> None:
    small, large = (make_substrate("culture", 0, n).culture for n in (100, 900))
    assert large.side_um == pytest.approx(3 * small.side_um)


@pytest.mark.parametrize("kind", ["bank", "culture", "identity"])
def test_each_of_several_values_has_bands_of_its_own(kind: str) -> None:
    substrate, encode = make_substrate(kind, seed=1, n_values=3), BumpEncoder()
    assert substrate.n_neurons == {"bank": 1536, "culture": 1200, "identity": 0}[kind]
    shown = (0.2, 0.5, 0.8)
    stimulus = np.concatenate([encode(value) for value in shown])
    features = np.mean([substrate.respond(stimulus) for _ in range(20)], axis=0)
    assert features.shape == (48,)
    for value, of_value in zip(shown, features.reshape(3, 16), strict=True):
        assert of_value.sum() == pytest.approx(1.0)
        assert centre_of_mass(of_value) == pytest.approx(value, abs=0.12)


@pytest.mark.parametrize("kind", ["bank", "culture", "identity", "shuffled"])
def test_what_follows_a_rest_is_a_function_of_the_game_step(kind: str) -> None:
    bumps = [BumpEncoder()(height) for height in HEIGHTS]
    tired, fresh = make_substrate(kind, seed=2), make_substrate(kind, seed=2)
    as_built = [fresh.respond(bump) for bump in bumps]
    for bump in bumps[::-1]:
        tired.respond(bump)
    tired.rest(0)
    np.testing.assert_array_equal([tired.respond(bump) for bump in bumps], as_built)
    tired.rest(500)
    fresh.rest(500)
    later = [tired.respond(bump) for bump in bumps]
    np.testing.assert_array_equal([fresh.respond(bump) for bump in bumps], later)
    if kind != "identity":
        assert not np.array_equal(later, as_built)


def test_a_size_that_does_not_fit_the_values_is_refused() -> None:
    with pytest.raises(Bl1Error, match="n_neurons is 48, expected a multiple of 32"):
        make_substrate("bank", seed=0, n_neurons=48, n_values=2)
    with pytest.raises(Bl1Error, match="n_neurons is 20, expected at least 32"):
        make_substrate("culture", seed=0, n_neurons=20, n_values=2)


def decoding_error(kind: str, silent_steps: int) -> float:
    """Mean error (fields) of a ridge regression that tells where the ball was before a silence."""
    substrate, encode = make_substrate(kind, seed=1), BumpEncoder()
    heights, found = np.tile([0.2, 0.4, 0.6, 0.8], 12), []
    for height in heights:
        for _ in range(12):
            substrate.respond(encode(height))
        for _ in range(silent_steps):
            features = substrate.respond(encode(None))
        found.append(features)
    x, tested = np.column_stack((found, np.ones(len(heights)))), np.arange(len(heights)) >= 32
    seen = x[~tested]
    w = np.linalg.solve(seen.T @ seen + 0.01 * np.eye(17), seen.T @ heights[~tested])
    return float(np.abs(x[tested] @ w - heights[tested]).mean())


def test_a_memory_tells_where_the_ball_was_and_other_cells_do_not() -> None:
    chance = 0.2
    assert decoding_error("memory", silent_steps=20) < 0.08  # .4 s later
    assert decoding_error("bank", silent_steps=20) > 0.75 * chance
    assert decoding_error("identity", silent_steps=1) == pytest.approx(chance, abs=0.02)
