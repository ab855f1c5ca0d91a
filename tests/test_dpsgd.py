import concurrent.futures
import math

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn
from torch.nn import functional as F

from mia_teach import Dataset, cnn, coin_flips, fixed_size, logistic, mlp, training
from mia_teach.dpsgd import DPSGD, GradientCanaries, noisy_sum
from mia_teach.training import model_seeds, train
from tests.test_training import Odd, assert_same, some_data

DATA = some_data()
MEMBER = fixed_size(5, len(DATA), size=50, seed=1)
RUN = DPSGD(noise_multiplier=0.8, max_grad_norm=0.5, sample_rate=0.2, steps=6)
FULL = DPSGD(noise_multiplier=0.0, max_grad_norm=1e9, sample_rate=1.0, steps=1)
TWICE = nn.ReLU()
MODELS = {
    "logistic": logistic(6, 3),
    "mlp": mlp(6, 16, 8, 3),
    "without bias": nn.Sequential(nn.Linear(6, 8, bias=False), nn.Tanh(), nn.Linear(8, 3, bias=False)),
    "in place": nn.Sequential(nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Linear(8, 3)),
    "one function twice": nn.Sequential(nn.Linear(6, 8), TWICE, nn.Linear(8, 8), TWICE, nn.Linear(8, 3)),
    "odd": Odd(),
}


def updates(model=MODELS["mlp"], data=DATA, member=MEMBER, privacy=RUN, **options):
    """The ensemble, and every step's released sums (steps, models, parameters)."""
    size = sum(p.numel() for p in model.parameters())
    seen = np.full((privacy.steps, len(member), size), np.nan)

    def watch(step, models, update):
        seen[step - 1, models] = update

    ensemble = train(model, data, member, privacy=privacy, watch=watch, progress=False, **options)
    assert np.isfinite(seen).all()
    return ensemble, seen


def start_of(model, seed, member=MEMBER, data=DATA):
    """The models before their first step."""
    return train(
        model, data, member, epochs=1, learning_rate=1e-300, weight_decay=0.0, seed=seed, progress=False
    )


def flat(values):
    return torch.cat([value.flatten() for value in values]).detach().numpy()


def gradient_of(model, x, y, **options):
    """One record's gradient, by an ordinary backward pass."""
    loss = F.cross_entropy(model(torch.as_tensor(x)[None]), torch.as_tensor(y)[None], **options)
    return flat(torch.autograd.grad(loss, list(model.parameters())))


# --- one step, against others' code -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["logistic", "mlp", "without bias"])
@pytest.mark.filterwarnings("ignore")
def test_a_step_without_noise_is_the_one_that_opacus_takes(name):
    from opacus import PrivacyEngine

    start, rate = start_of(MODELS[name], 3), 0.5
    for i in range(2):
        own = np.flatnonzero(MEMBER[i])
        rows = np.stack([gradient_of(start[i], DATA.x[k], DATA.y[k]) for k in own])
        lengths = np.linalg.norm(rows, axis=1)
        clip = float(np.median(lengths))  # so half of them are clipped
        ensemble, seen = updates(MODELS[name], privacy=DPSGD(0.0, clip), learning_rate=rate, seed=3)
        model = start[i].train()
        x, y = torch.tensor(DATA.x[own]), torch.tensor(DATA.y[own])
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=len(own))
        theirs, optimiser, _ = PrivacyEngine().make_private(
            module=model,
            optimizer=torch.optim.SGD(model.parameters(), lr=rate),
            data_loader=loader,
            noise_multiplier=0.0,
            max_grad_norm=clip,
            poisson_sampling=False,
        )
        F.cross_entropy(theirs(x), y).backward()
        optimiser.step()
        summed = flat([p.summed_grad for p in optimiser.params])
        # Opacus divides by (norm + 1e-6), so its clipped gradients are shorter by a millionth part
        shorter = np.minimum(1, clip / (lengths + 1e-6)) @ rows
        exact = np.minimum(1, clip / lengths) @ rows
        np.testing.assert_allclose(summed, shorter, rtol=0, atol=1e-10)
        np.testing.assert_allclose(seen[0, i], exact, rtol=0, atol=1e-10)
        np.testing.assert_allclose(
            flat(ensemble[i].parameters()), flat(model.parameters()), rtol=0, atol=2e-6 * rate
        )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
def test_the_released_sum_is_that_of_gradients_clipped_one_by_one(name, label_smoothing):
    privacy = DPSGD(0.0, 0.6, 1.0, 1)
    _, seen = updates(MODELS[name], privacy=privacy, seed=3, label_smoothing=label_smoothing)
    for i in range(len(MEMBER)):
        model = start_of(MODELS[name], 3)[i]
        rows = [
            gradient_of(model, DATA.x[k], DATA.y[k], label_smoothing=label_smoothing)
            for k in np.flatnonzero(MEMBER[i])
        ]
        clipped = sum(g * min(1.0, 0.6 / np.linalg.norm(g)) for g in rows)
        np.testing.assert_allclose(seen[0, i], clipped, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}, {"weight_decay": 0.1, "label_smoothing": 0.1}])
def test_the_fast_way_and_the_readable_one_release_the_same(name, options):
    if options.get("dropout") and not any(isinstance(m, nn.Dropout) for m in MODELS[name].modules()):
        options = {"labels": np.random.default_rng(0).dirichlet(np.ones(3), size=MEMBER.shape)}
    fast, seen = updates(MODELS[name], seed=2, **options)
    slow, read = updates(MODELS[name], seed=2, release=noisy_sum, **options)
    np.testing.assert_allclose(seen, read, rtol=0, atol=1e-12)
    assert_same(fast, slow, tolerance=1e-12)


def test_a_convolution_is_clipped_like_anything_else():
    data = some_data(40, 64, 3)
    member = fixed_size(2, 40, size=20, seed=0)
    _, seen = updates(cnn(8, 3), data, member, DPSGD(0.0, 0.5, 1.0, 1), seed=3)
    model = start_of(cnn(8, 3), 3, member, data)[1]
    rows = [gradient_of(model, data.x[k], data.y[k]) for k in np.flatnonzero(member[1])]
    clipped = sum(g * min(1.0, 0.5 / np.linalg.norm(g)) for g in rows)
    np.testing.assert_allclose(seen[0, 1], clipped, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["mlp", "odd"])
def test_without_noise_and_with_a_huge_clip_it_is_plain_sgd(name):
    steps = 4
    privacy = DPSGD(0.0, 1e9, 1.0, steps)
    ensemble = train(
        MODELS[name], DATA, MEMBER, privacy=privacy, learning_rate=0.3, weight_decay=0.05, seed=3,
        progress=False,
    )  # fmt: skip
    for i in range(2):
        model = start_of(MODELS[name], 3)[i]
        optimiser = torch.optim.SGD(model.parameters(), lr=0.3, weight_decay=0.05)
        own = np.flatnonzero(MEMBER[i])
        for _ in range(steps):
            optimiser.zero_grad()
            F.cross_entropy(model(torch.tensor(DATA.x[own])), torch.tensor(DATA.y[own])).backward()
            optimiser.step()
        np.testing.assert_allclose(
            flat(ensemble[i].parameters()), flat(model.parameters()), rtol=1e-10, atol=1e-12
        )


def test_no_record_moves_a_sum_by_more_than_the_clip_and_a_loud_one_by_just_that():
    x = DATA.x.copy()
    loud = np.flatnonzero(MEMBER[0])[0]
    x[loud] *= 1e3
    data = Dataset(x=x, y=DATA.y, n_classes=3)
    without = MEMBER[:1].copy()
    without[0, loud] = False
    privacy = DPSGD(0.0, 0.5, 1.0, 1)
    _, with_it = updates(data=data, member=MEMBER[:1], privacy=privacy)
    _, without_it = updates(data=data, member=without, privacy=privacy)
    assert np.linalg.norm(with_it - without_it) == pytest.approx(0.5, abs=1e-10)


# --- chance ----------------------------------------------------------------------------------------


def one_hot_batches(members, rate, steps, seed=0):
    """Who was drawn, read off the updates: every record has an input of its own, so it moves weights of its own."""
    data = Dataset(x=np.eye(members), y=np.zeros(members, int), n_classes=2)
    _, seen = updates(
        logistic(members, 2), data, np.ones((3, members), bool), DPSGD(0.0, 1e9, rate, steps), seed=seed,
        learning_rate=1e-12,
    )  # fmt: skip
    return seen[:, :, :members] != 0


def test_every_member_is_drawn_on_a_coin_of_its_own():
    drawn = one_hot_batches(60, 0.15, 400)
    counts = drawn.sum(axis=2).ravel()
    observed = np.bincount(counts, minlength=25)
    law = scipy.stats.binom(60, 0.15)
    expected = law.pmf(np.arange(len(observed))) * len(counts)
    cells = expected > 5
    observed = [*observed[cells], observed[~cells].sum()]
    expected = [*expected[cells], len(counts) - expected[cells].sum()]
    assert scipy.stats.chisquare(observed, expected).pvalue > 1e-3
    share = drawn.mean(axis=(0, 1))
    assert (abs(share - 0.15) < 5 * np.sqrt(0.15 * 0.85 / 1200)).all()
    together = np.corrcoef(drawn.reshape(1200, 60).T)[~np.eye(60, dtype=bool)]
    assert abs(together).max() < 0.2
    assert abs(together.mean()) < 0.01


def test_models_and_steps_draw_differently():
    drawn = one_hot_batches(60, 0.5, 3)
    flat_draws = drawn.reshape(9, 60)
    assert len({tuple(row) for row in flat_draws}) == 9


def test_the_noise_has_the_stated_deviation_in_every_coordinate():
    steps, sigma, clip = 400, 1.7, 0.3
    _, seen = updates(privacy=DPSGD(sigma, clip, 0.2, steps), learning_rate=1e-12, seed=1)
    _, quiet = updates(privacy=DPSGD(0.0, clip, 0.2, steps), learning_rate=1e-12, seed=1)
    noise = (seen - quiet).reshape(-1, seen.shape[2])
    assert noise.std() == pytest.approx(sigma * clip, rel=0.01)
    deviations = noise.std(axis=0) / (sigma * clip)
    assert abs(deviations - 1).max() < 5 / np.sqrt(2 * len(noise))
    assert abs(noise.mean(axis=0)).max() < 5 * sigma * clip / np.sqrt(len(noise))
    assert scipy.stats.kstest(noise.ravel()[::7] / (sigma * clip), "norm").pvalue > 1e-3
    assert len(np.unique(noise)) == noise.size, "no noise is used twice"


def test_a_step_divides_by_the_batch_size_to_be_expected_whatever_was_drawn():
    for privacy in (RUN, DPSGD(0.5, 1.0, 0.01, 20)):  # in the second, most batches are empty
        ensemble, seen = updates(privacy=privacy, learning_rate=0.3, seed=3, snapshots=(1,))
        start = start_of(MODELS["mlp"], 3)
        for i in range(len(MEMBER)):
            moved = flat(ensemble.at_step(1)[i].parameters()) - flat(start[i].parameters())
            np.testing.assert_allclose(
                moved, -0.3 * seen[0, i] / (privacy.sample_rate * 50), rtol=1e-9, atol=1e-12
            )


def test_an_empty_batch_releases_noise_alone():
    privacy = DPSGD(1.0, 1.0, 1e-9, 5)
    _, seen = updates(privacy=privacy)
    assert (np.abs(seen).std(axis=2) > 0.3).all()
    _, seen = updates(privacy=DPSGD(0.0, 1.0, 1e-9, 5))
    assert (seen == 0).all()
    _, seen = updates(privacy=privacy, release=noisy_sum)
    assert (np.abs(seen).std(axis=2) > 0.3).all()


def test_dropout_drops_at_its_rate_and_makes_up_for_it():
    one = np.zeros((2, len(DATA)), bool)
    one[:, 7] = True
    model = nn.Sequential(nn.Dropout(0.0), nn.Linear(6, 3))
    _, seen = updates(model, DATA, one, DPSGD(0.0, 1e9, 1.0, 300), dropout=0.4, learning_rate=1e-12)
    weights, biases = seen[..., :18].reshape(300, 2, 3, 6), seen[..., 18:, None]
    masks = weights / biases / DATA.x[7]  # the gradient of a weight is that of its bias times the input
    np.testing.assert_allclose(masks, np.where(masks > 0.5, 1 / 0.6, 0), atol=1e-9)
    assert (masks > 0.5)[:, :, 0].mean() == pytest.approx(0.6, abs=0.04)
    assert (masks[:, 0] != masks[:, 1]).any()


# --- many models -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mlp", "odd"])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}])
def test_together_equals_alone_even_with_training_sets_of_different_sizes(name, options):
    member = coin_flips(6, len(DATA), seed=3)
    member[0, 10:] = False
    member[0, :3] = True
    member[5] = True
    together, seen = updates(MODELS[name], member=member, seed=8, **options)
    for i, seed in enumerate(model_seeds(8, 6)):
        alone, one = updates(MODELS[name], member=member[i : i + 1], seed=[int(seed)], **options)
        np.testing.assert_allclose(seen[:, i], one[:, 0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            flat(together[i].parameters()), flat(alone[0].parameters()), rtol=0, atol=1e-12
        )


@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}])
def test_chunks_threads_and_memory_do_not_change_a_bit(monkeypatch, options):
    member = fixed_size(13, len(DATA), size=50, seed=1)
    whole, seen = updates(mlp(6, 16, 3), member=member, **options)
    monkeypatch.setattr(training, "_WORTH", 1)
    for workers, memory in ((2, 2**29), (1, 90_000), (1, 50_000)):
        monkeypatch.setattr(training, "_workers", lambda device, n=workers: n)
        again, other = updates(mlp(6, 16, 3), member=member, memory=memory, **options)
        assert (seen == other).all()
        assert_same(whole, again, tolerance=0)


@pytest.mark.parametrize("name", ["mlp", "odd"])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.4}, {"release": noisy_sum}])
def test_how_many_places_a_pass_has_changes_nothing(monkeypatch, name, options):
    _, usual = updates(MODELS[name], **options)
    for places in (1, 3, 50):
        monkeypatch.setattr(training, "_usual_batch", lambda members, rate, n=places: n)
        _, other = updates(MODELS[name], **options)
        np.testing.assert_allclose(usual, other, rtol=0, atol=1e-12)


def test_a_batch_that_does_not_fit_is_taken_in_parts(monkeypatch):
    wide, data = mlp(6, 300, 3), some_data(examples=400)
    member = np.ones((2, 400), bool)
    privacy = DPSGD(0.5, 1.0, 1.0, 2)
    _, whole = updates(wide, data, member, privacy)
    parts, real = [], training._forward
    monkeypatch.setattr(training, "_forward", lambda *a: parts.append(a[2].shape) or real(*a))
    _, other = updates(wide, data, member, privacy, memory=2**19)
    assert len(parts) > 4
    np.testing.assert_allclose(whole, other, rtol=0, atol=1e-11)


def test_per_example_gradients_stay_within_the_memory_budget(monkeypatch):
    data, member = some_data(400, 64, 3), np.ones((4, 400), bool)
    budget, held, real = 2**20, [], training.per_example_gradients
    size = sum(p.numel() for p in cnn(8, 3).parameters())

    def watching(*arguments):
        rows = real(*arguments)
        held.append(rows.numel() * rows.element_size())
        return rows

    monkeypatch.setattr(training, "per_example_gradients", watching)
    train(cnn(8, 3), data, member, privacy=DPSGD(1.0, 1.0, 1.0, 1), memory=budget, progress=False)
    assert 4 * 400 * size * 8 > 5 * budget, "all rows at once would not fit"
    assert 0 < max(held) * training._workers("cpu") <= budget


def test_a_model_depends_on_nothing_but_its_own_members():
    other = DATA.x.copy()
    other[~MEMBER[1]] = 99.0
    changed = Dataset(x=other, y=np.where(MEMBER[1], DATA.y, 0), n_classes=3)
    (one, seen), (two, again) = (updates(data=d, member=MEMBER[1:2], seed=1) for d in (DATA, changed))
    assert (seen == again).all()
    assert_same(one, two, tolerance=0)


def test_an_executor_trains_the_same_models():
    whole = train(mlp(6, 8, 3), DATA, MEMBER, privacy=RUN, progress=False)
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        elsewhere = train(mlp(6, 8, 3), DATA, MEMBER, privacy=RUN, executor=pool, progress=False)
    assert_same(whole, elsewhere, tolerance=0)


def test_snapshots_are_the_models_of_fewer_steps():
    ensemble = train(mlp(6, 8, 3), DATA, MEMBER, privacy=RUN, snapshots=(2, 4), progress=False)
    for step in (2, 4, 6):
        shorter = DPSGD(RUN.noise_multiplier, RUN.max_grad_norm, RUN.sample_rate, step)
        short = train(mlp(6, 8, 3), DATA, MEMBER, privacy=shorter, progress=False)
        assert_same(ensemble.at_step(step), short, tolerance=0)
    with pytest.raises(ValueError, match="Step 3 was not kept"):
        ensemble.at_step(3)
    with pytest.raises(ValueError, match=r"kept by step, not by epoch: use at_step"):
        ensemble.at_epoch(2)


def test_its_models_learn_and_noise_costs_accuracy():
    data = some_data(600)
    member = fixed_size(4, 600, size=400, seed=0)
    guesses = [
        train(
            mlp(6, 16, 3), data, member, privacy=DPSGD(sigma, 1.0, 0.2, 60), progress=False
        ).logits(data.x).argmax(-1)
        for sigma in (0.0, 1.0, 300.0)
    ]  # fmt: skip
    right = [(guess == data.y).mean() for guess in guesses]
    assert right[0] > 0.5
    assert right[1] > 0.5
    assert right[2] < 0.42


# --- what an auditor may do ------------------------------------------------------------------------


SIZE = sum(p.numel() for p in MODELS["mlp"].parameters())
SPIKES = np.eye(SIZE)[[3, 70]] * np.array([[9.0], [0.2]])  # one longer than the clip of 0.5, one shorter
INSERTED = np.array([[True, False], [False, True], [True, True], [False, False], [True, True]])


@pytest.mark.parametrize("options", [{}, {"release": noisy_sum}])
def test_a_canary_joins_as_a_record_would_and_changes_nothing_else(options):
    privacy = DPSGD(0.7, 0.5, 0.3, 200)
    canaries = GradientCanaries(SPIKES, INSERTED)
    _, without = updates(privacy=privacy, learning_rate=1e-12, **options)
    _, with_them = updates(privacy=privacy, learning_rate=1e-12, canaries=canaries, **options)
    added = with_them - without
    np.testing.assert_allclose(added[:, :, np.setdiff1d(np.arange(SIZE), [3, 70])], 0, atol=1e-10)
    for canary, (place, length) in enumerate(((3, 0.5), (70, 0.2))):
        joined = added[:, :, place] / length
        np.testing.assert_allclose(joined, joined.round(), atol=1e-9)
        assert set(joined.round().ravel()) <= {0.0, 1.0}
        share = joined.mean(axis=0)
        assert (share[~INSERTED[:, canary]] < 1e-9).all()
        assert (abs(share[INSERTED[:, canary]] - 0.3) < 0.15).all()
    assert (added[:, 2, 3] != 0).any()
    assert ((abs(added[:, 2, 3]) > 1e-9) != (abs(added[:, 2, 70]) > 1e-9)).any(), "each on its own coin"


def test_another_release_sees_the_drawn_gradients_unclipped_and_its_sum_is_used():
    seen = []

    def release(gradients, privacy, rng):
        seen.append(gradients)
        return gradients.mean(axis=0) if len(gradients) else np.zeros(gradients.shape[1])

    canaries = GradientCanaries(SPIKES, np.ones((1, 2), bool))
    privacy = DPSGD(1.0, 0.5, 1.0, 1)
    _, update = updates(member=MEMBER[:1], privacy=privacy, release=release, canaries=canaries, seed=3)
    model = start_of(MODELS["mlp"], 3, MEMBER[:1])[0]
    rows = [gradient_of(model, DATA.x[k], DATA.y[k]) for k in np.flatnonzero(MEMBER[0])]
    np.testing.assert_allclose(seen[0], [*rows, *SPIKES], rtol=0, atol=1e-12)
    np.testing.assert_allclose(update[0, 0], seen[0].mean(axis=0))


# --- the promise -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "accountant", "published"),
    [
        (DPSGD(1.1, 1.0, 0.01, 1000), "pld", 1.515),
        (DPSGD(1.1, 1.0, 0.01, 1000), "rdp", 1.712),
        (DPSGD(1.0, 1.0, 1.0, 1), "pld", 4.377),
    ],
)
def test_epsilon_is_the_published_one(run, accountant, published):
    assert round(run.epsilon(1e-5, accountant=accountant), 3) == published


@pytest.mark.parametrize("run", [DPSGD(1.1, 3.0, 0.01, 1000), DPSGD(4.0, 0.1, 0.1, 300)])
def test_epsilon_is_dp_accountings_own_and_the_clip_does_not_matter(run):
    import dp_accounting
    from dp_accounting import pld, rdp

    for name, accountant in (("pld", pld.PLDAccountant()), ("rdp", rdp.RdpAccountant())):
        step = dp_accounting.PoissonSampledDpEvent(
            run.sample_rate, dp_accounting.GaussianDpEvent(run.noise_multiplier)
        )
        accountant.compose(step, run.steps)
        assert run.epsilon(1e-6, accountant=name) == pytest.approx(accountant.get_epsilon(1e-6), rel=1e-3)


def test_a_single_full_step_is_the_gaussian_mechanism():
    from mia_teach.mechanisms import gaussian_epsilon

    for sigma in (0.7, 1.0, 3.0):
        for delta in (1e-6, 1e-3):
            exact = gaussian_epsilon(1 / sigma, delta)
            assert exact <= DPSGD(sigma).epsilon(delta) <= exact + 2e-4


def test_epsilon_falls_with_noise_and_rises_with_steps_and_rate_and_pld_is_below_rdp():
    base = DPSGD(1.5, 1.0, 0.05, 200)
    middle = base.epsilon(1e-5)
    assert DPSGD(2.0, 1.0, 0.05, 200).epsilon(1e-5) < middle < base.epsilon(1e-5, accountant="rdp")
    assert middle < DPSGD(1.5, 1.0, 0.05, 400).epsilon(1e-5)
    assert middle < DPSGD(1.5, 1.0, 0.1, 200).epsilon(1e-5)
    assert base.epsilon(1e-3) < middle


def test_without_noise_nothing_is_promised():
    for accountant in ("pld", "rdp"):
        assert DPSGD(0.0, 1.0, 0.1, 10).epsilon(1e-5, accountant=accountant) == math.inf


def test_a_hopeless_run_has_a_huge_epsilon_at_once():
    assert 2000 < DPSGD(0.1, 1.0, 0.1, 300).epsilon(1e-5) < 3000


def test_accounting_says_nothing_on_the_side(capfd, caplog):
    DPSGD(1.13, 1.0, 0.1, 300).epsilon(1e-5, accountant="rdp")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.mark.parametrize("epsilon", [0.5, 2.0, 8.0])
def test_for_epsilon_gives_the_least_noise_that_keeps_it(epsilon):
    run = DPSGD.for_epsilon(epsilon, 1e-5, sample_rate=0.1, steps=100, max_grad_norm=2.0, examples=2500)
    assert (run.max_grad_norm, run.sample_rate, run.steps) == (2.0, 0.1, 100)
    assert run.epsilon(1e-5) <= epsilon
    assert run.epsilon(1e-5) == pytest.approx(epsilon, rel=0.005)


def test_an_infinite_epsilon_needs_no_noise():
    assert DPSGD.for_epsilon(math.inf, 1e-5, sample_rate=0.1, steps=100).noise_multiplier == 0


# --- the readable step -----------------------------------------------------------------------------


def test_noisy_sum_is_the_mechanism():
    gradients = np.random.default_rng(0).normal(size=(30, 7)) * np.linspace(0, 2, 30)[:, None]
    privacy = DPSGD(2.0, 1.5)
    drawn = [noisy_sum(gradients, privacy, np.random.default_rng(seed)) for seed in range(4000)]
    clipped = sum(g * min(1, 1.5 / max(np.linalg.norm(g), 1e-300)) for g in gradients)
    np.testing.assert_allclose(noisy_sum(gradients, DPSGD(0.0, 1.5), np.random.default_rng(0)), clipped)
    np.testing.assert_allclose(np.mean(drawn, axis=0), clipped, atol=5 * 3 / np.sqrt(4000))
    np.testing.assert_allclose(np.std(drawn, axis=0), 3.0, rtol=0.06)


# --- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"noise_multiplier": -0.1}, "noise_multiplier must be 0 or more"),
        ({"noise_multiplier": math.nan}, "noise_multiplier must be 0 or more"),
        ({"max_grad_norm": 0}, "max_grad_norm must be positive"),
        ({"max_grad_norm": math.inf}, "max_grad_norm must be positive and finite"),
        ({"sample_rate": 0}, "above 0 and at most 1"),
        ({"sample_rate": 1.01}, "above 0 and at most 1"),
        ({"steps": 0}, "steps must be a whole number"),
        ({"steps": 2.5}, "steps must be a whole number"),
    ],
)
def test_a_run_refuses_with_a_sentence(change, words):
    with pytest.raises(ValueError, match=words):
        DPSGD(**{"noise_multiplier": 1.0, "max_grad_norm": 1.0, "sample_rate": 0.1, "steps": 10, **change})


@pytest.mark.parametrize(
    ("delta", "examples", "words"),
    [
        (0, None, "Gaussian noise promises nothing with delta = 0"),
        (1, None, "above 0 and below 1"),
        (-1e-5, None, "above 0 and below 1"),
        (4e-4, 2500, "must be below 1/2,500"),
    ],
)
def test_a_delta_is_refused_with_a_sentence(delta, examples, words):
    with pytest.raises(ValueError, match=words):
        DPSGD(1.0).epsilon(delta, examples=examples)
    with pytest.raises(ValueError, match=words):
        DPSGD.for_epsilon(1.0, delta, sample_rate=0.1, steps=10, examples=examples)


def test_an_accountant_or_epsilon_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="'pld' or 'rdp'"):
        DPSGD(1.0).epsilon(1e-5, accountant="gdp")
    with pytest.raises(ValueError, match="epsilon must be positive"):
        DPSGD.for_epsilon(0, 1e-5, sample_rate=0.1, steps=10)


CANARIES = GradientCanaries(np.eye(3), np.ones((5, 3), bool))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 3}, "epochs or batch_size came beside privacy"),
        ({"batch_size": 64}, "epochs or batch_size came beside privacy"),
        ({"privacy": None}, "How long to train was not said"),
        ({"privacy": None, "epochs": 1, "watch": print}, "belong to DP-SGD"),
        ({"snapshots": (7,)}, "from 1 to 6"),
        ({"canaries": CANARIES}, "Canaries for 5 models of 3 parameters"),
        ({"watch": print, "executor": object()}, "executor or watch"),
        ({"release": lambda gradients, privacy, rng: gradients}, "one sum is needed"),
        ({"learning_rate": 1e300}, "diverged"),
        ({"memory": 100}, "One model needs about"),
        (
            {"model": nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3))},
            "one record changes the others' gradients",
        ),
        (
            {"model": nn.Sequential(nn.Linear(6, 3), nn.BatchNorm1d(3, track_running_stats=False))},
            "one record changes the others' gradients",
        ),
    ],
)
def test_training_refuses_with_a_sentence(change, words):
    arguments = {"model": mlp(6, 8, 3), "privacy": RUN, "progress": False, **change}
    with pytest.raises(ValueError, match=words):
        train(arguments.pop("model"), DATA, MEMBER, **arguments)


@pytest.mark.parametrize(
    ("gradients", "inserted", "words"),
    [
        (np.ones(3), np.ones((5, 1), bool), r"use gradient\[None\]"),
        (np.full((1, 3), np.nan), np.ones((5, 1), bool), "finite numbers"),
        (np.ones((1, 3)), np.ones((5, 2), bool), r"\(models, 1\) is needed"),
        (np.ones((1, 3)), np.ones((5, 1), int), "a bool array"),
    ],
)
def test_canaries_refuse_with_a_sentence(gradients, inserted, words):
    with pytest.raises(ValueError, match=words):
        GradientCanaries(gradients, inserted)
