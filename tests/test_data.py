"""The data that gatesweep draws, against the code that the lecture draws it with (see test_lecture_parity too)."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, TensorDataset, random_split

import gatesweep as gs
from gatesweep.lecture import draw, gate_data, minibatches, n_rows, split_rows


def test_a_draw_is_keyed_by_its_seed_and_not_by_its_place():
    alone = draw(7, 100)
    among = [draw(seed, 100) for seed in (3, 7, 3)]
    assert among[1].eps.tobytes() == alone.eps.tobytes() and among[1].corner.tolist() == alone.corner.tolist()
    assert among[0].eps.tobytes() == among[2].eps.tobytes() != alone.eps.tobytes()


def test_the_noise_of_a_seed_is_the_same_at_every_noise_level():
    rows = draw(5, 80)
    at = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[rows.corner]
    assert rows.rows(0.0).tolist() == at.tolist()
    np.testing.assert_allclose((rows.rows(0.7) - at) / 0.7, (rows.rows(0.1) - at) / 0.1, atol=1e-14)


@pytest.mark.parametrize(
    ("n_inputs", "num_samples", "rows"), [(1, 5, 4), (2, 500, 500), (2, 7, 4), (3, 23, 16), (4, 16, 16)]
)
def test_every_corner_gets_the_same_number_of_rows(n_inputs, num_samples, rows):
    corner = draw(1, num_samples, n_inputs).corner
    assert n_rows(num_samples, n_inputs) == len(corner) == rows
    assert np.bincount(corner).tolist() == [rows // 2**n_inputs] * 2**n_inputs


@pytest.mark.parametrize(("num_samples", "n_inputs"), [(3, 2), (0, 1), (-8, 2), (15, 4), (4.5, 2)])
def test_too_few_samples_are_refused(num_samples, n_inputs):
    with pytest.raises(gs.InputError, match=r"num_samples must be a whole number, at least \d+ \(one row a corner\)"):
        n_rows(num_samples, n_inputs)


@pytest.mark.parametrize("noise_level", [-0.1, np.nan, np.inf])
def test_a_noise_level_that_is_no_standard_deviation_is_refused(noise_level):
    with pytest.raises(gs.InputError, match=r"noise_level must be a finite standard deviation, 0 or more, got"):
        gs.generate_data_with_noise(100, "AND", noise_level)


def test_a_random_state_goes_on_where_it_stands():
    stream = np.random.RandomState(4)
    first, _ = gs.generate_data_with_noise(40, "OR", 0.2, random_state=stream)
    second, _ = gs.generate_data_with_noise(40, "OR", 0.2, random_state=stream)
    assert first.tobytes() == gs.generate_data_with_noise(40, "OR", 0.2, random_state=4)[0].tobytes()
    assert first.tobytes() != second.tobytes()


@pytest.mark.parametrize("n", [4, 101, 500])
@pytest.mark.parametrize("train_seed", [140, 9])
def test_the_sklearn_split_is_train_test_split(n, train_seed):
    rows = np.arange(n)
    expected = train_test_split(rows, test_size=0.2, random_state=train_seed)
    found = split_rows(np.zeros(n, int), "sklearn", train_seed)
    assert [part.tolist() for part in found] == [part.tolist() for part in expected]


@pytest.mark.parametrize("split", ["sklearn", "torch", "stratified"])
def test_a_split_is_every_row_once_and_a_fifth_of_them_is_for_the_test(split):
    train, test = split_rows(draw(2, 1001).corner, split)
    assert sorted([*train, *test]) == list(range(1000)) and len(test) == 200


def test_a_stratified_split_has_each_corner_in_the_same_proportion():
    corner = draw(2, 200).corner
    for part, each in zip(split_rows(corner, "stratified"), (40, 10), strict=True):
        assert np.bincount(corner[part]).tolist() == [each] * 4
    with pytest.raises(gs.InputError, match=r"stratified split needs rows of each corner in both parts.*more samples"):
        split_rows(draw(2, 4).corner, "stratified")


def test_splits_that_models_share_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        split_rows(np.zeros(100, int), "sklearn")[0][0] = 5


def lecture_stream(n, batch_size, epochs, n_features=2, linear=False, train_seed=140):
    """The rows of each mini-batch as the lecture's own loaders give them, and Model B's first values."""
    torch.manual_seed(train_seed)
    data = TensorDataset(torch.arange(n))
    train, test = random_split(data, [0.8, 0.2])
    layer = torch.nn.Linear(n_features, 1) if linear else None
    train_loader = DataLoader(train, batch_size=batch_size, shuffle=True)
    test_loader = DataLoader(test, batch_size=batch_size, shuffle=False)
    epochs_rows = []
    for _ in range(epochs):
        epochs_rows.append([rows.tolist() for (rows,) in train_loader])
        for _ in test_loader:
            pass
    return list(train.indices), epochs_rows, layer


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize(("n", "batch_size"), [(500, 64), (203, 64), (101, 7), (100, 1000), (8, 1)])
def test_minibatches_are_the_lectures_loaders(n, batch_size, linear):
    train, expected, layer = lecture_stream(n, batch_size, 4, linear=linear)
    stream = minibatches(n, len(train), batch_size, 4, linear=linear)
    found = [[np.array(train)[rows].tolist() for rows in epoch] for epoch in stream.batches]
    assert found == expected
    if linear:
        assert stream.first.tolist() == [*layer.weight[0].tolist(), layer.bias.item()]


def test_a_train_seed_of_its_own_gives_the_lectures_stream_of_that_seed():
    train, expected, _ = lecture_stream(60, 16, 2, train_seed=3)
    stream = minibatches(60, len(train), 16, 2, train_seed=3)
    assert [[np.array(train)[rows].tolist() for rows in epoch] for epoch in stream.batches] == expected


def test_an_init_seed_draws_first_values_of_its_own_and_leaves_the_order_alone():
    without = minibatches(100, 80, 16, 3)
    seeded = minibatches(100, 80, 16, 3, linear=True, init_seed=11)
    torch.manual_seed(11)
    layer = torch.nn.Linear(2, 1)
    assert seeded.first.tolist() == [*layer.weight[0].tolist(), layer.bias.item()]
    orders = [[[rows.tolist() for rows in epoch] for epoch in stream.batches] for stream in (seeded, without)]
    assert orders[0] == orders[1]


def test_drawing_leaves_the_global_generators_as_they_were():
    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    draw(3, 100)
    for split in ("sklearn", "torch", "stratified"):
        split_rows(draw(3, 172).corner, split, 77)
    minibatches(172, 137, 9, 2, linear=True, init_seed=5)
    minibatches(172, 137, 9, 2, linear=True)
    after = torch.get_rng_state(), np.random.get_state()[1].tolist(), np.random.get_state()[2]
    assert torch.equal(before[0], after[0]) and before[1:] == after[1:]


def test_gate_data_is_the_rows_labels_and_parts_of_one_model():
    X, y, train, test = gate_data("NOR", 0.3, 8, 120, "sklearn")
    rows, labels = gs.generate_data_with_noise(120, "NOR", 0.3, random_state=8)
    assert X.tobytes() == rows.tobytes() and y.tolist() == labels.tolist()
    expected = train_test_split(np.arange(120), test_size=0.2, random_state=140)
    assert [train.tolist(), test.tolist()] == [part.tolist() for part in expected]


def test_threads_that_draw_at_once_draw_what_one_draws_alone():
    """torch's generator is the process's own: without a lock they would take each other's numbers."""
    sizes = range(40, 160, 3)
    expected = [[lecture_stream(n, 8, 3, linear=True)[i] for i in (0, 1)] for n in sizes]

    def draw_one(n):
        train, _ = split_rows(np.zeros(n), "torch")
        stream = minibatches(n, len(train), 8, 3, linear=True)
        return [train.tolist(), [[train[rows].tolist() for rows in epoch] for epoch in stream.batches]]

    minibatches.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(draw_one, sizes))
    assert found == expected
