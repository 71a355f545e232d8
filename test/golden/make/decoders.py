"""
Makes decoder-*.json: logits, log-probs, gradients and AdamW steps of tiny decoders, in float64.
Run: python test/golden/make/decoders.py (torch and transformers installed).
"""

import torch

from common import (
    CONFIGS,
    digits,
    hashed,
    make_model,
    origin,
    rounded,
    tensor_names,
    uniform,
    write,
)

# rows: tokens, leading positions without a target, clip low and high
ROWS = ((24, 0, 0.2, 0.2), (17, 5, 0.2, 0.28), (9, 2, 0.1, 0.3))
PERTURB = 0.25
SAMPLES = 8
ADAM = dict(learningRate=1e-3, beta1=0.9, beta2=0.95, eps=1e-8, weightDecay=0.1, gradClipNorm=1.0)


def make_rows(config, model, reference):
    rows = []
    for index, (length, prompt, low, high) in enumerate(ROWS):
        stream = 2000 + 10 * index
        ids = [int(x) % config["vocab_size"] for x in hashed(stream, length + 1)]
        tokens, targets = ids[:-1], ids[1:]
        targets = [-1] * prompt + targets[prompt:]
        live = torch.tensor([target >= 0 for target in targets], dtype=torch.float64)
        noise = lambda k: torch.tensor(uniform(stream + k, length))
        with torch.no_grad():
            own = picked(distribution(model, tokens), targets)
            other = distribution(reference, tokens)
        rows.append(
            dict(
                tokens=tokens,
                targets=targets,
                # the numbers of the file are the numbers used: rounded before use
                weights=numbers(live * (0.6 + 0.4 * noise(1))),
                logprobs=numbers(live * (own + 0.3 * noise(2))),
                advantages=numbers(live * noise(3)),
                klWeight=numbers(live * (0.1 + 0.05 * noise(4))),
                entropyWeight=numbers(live * (0.02 + 0.01 * noise(5))),
                clipLow=low,
                clipHigh=high,
                reference=other,
            )
        )
    return rows


def numbers(tensor):
    return [digits(x, 6) for x in tensor.tolist()]


def distribution(model, tokens):
    """Log-probs [T, V] after each token."""
    return model(torch.tensor([tokens]), use_cache=False).logits[0].log_softmax(-1)


def picked(logprobs, targets):
    """Log-prob of each target, 0 where there is none."""
    index = torch.tensor(targets).clamp(min=0)
    live = torch.tensor([target >= 0 for target in targets], dtype=torch.float64)
    return logprobs.gather(-1, index[:, None])[:, 0] * live


def cross_entropy(model, rows):
    loss = 0
    for row in rows:
        own = picked(distribution(model, row["tokens"]), row["targets"])
        loss = loss - (own * torch.tensor(row["weights"], dtype=torch.float64)).sum()
    return loss, dict(loss=loss)


def ppo(model, rows):
    parts = dict(policy=0, kl=0, entropy=0, klSum=0, entropySum=0, clippedTokens=0, ratioMax=torch.zeros(()))
    for row in rows:
        field = lambda name: torch.tensor(row[name], dtype=torch.float64)
        live = (torch.tensor(row["targets"]) >= 0).double()
        logprobs = distribution(model, row["tokens"])
        own = picked(logprobs, row["targets"])
        advantage = field("advantages")
        ratio = (own - field("logprobs")).exp()
        bounded = ratio.clamp(1 - row["clipLow"], 1 + row["clipHigh"])
        chosen = torch.minimum(ratio * advantage, bounded * advantage)
        kl = (logprobs.exp() * (logprobs - row["reference"])).sum(-1)
        entropy = -(logprobs.exp() * logprobs).sum(-1)
        parts["policy"] = parts["policy"] - chosen.sum()
        parts["kl"] = parts["kl"] + (kl * field("klWeight")).sum()
        parts["entropy"] = parts["entropy"] - (entropy * field("entropyWeight")).sum()
        parts["klSum"] = parts["klSum"] + (kl * live).sum()
        parts["entropySum"] = parts["entropySum"] + (entropy * live).sum()
        parts["clippedTokens"] += int(((chosen < ratio * advantage) * live).sum())
        parts["ratioMax"] = torch.maximum(parts["ratioMax"], (ratio * live).max())
    loss = parts["policy"] + parts["kl"] + parts["entropy"]
    return loss, dict(loss=loss, **parts)


def backward(model, rows, loss):
    model.zero_grad()
    total, parts = loss(model, rows)
    total.backward()
    return {name: digits(x) for name, x in parts.items()}


def check_gradients(model, rows, loss):
    """Every tensor's gradient along a random direction against central differences."""
    step = 1e-6
    for name, p in tensor_names(model):
        direction = torch.tensor(uniform(9000, p.numel())).reshape(p.shape)
        with torch.no_grad():
            p.add_(step * direction)
            above = loss(model, rows)[0]
            p.sub_(2 * step * direction)
            below = loss(model, rows)[0]
            p.add_(step * direction)
        slope, claimed = (above - below) / (2 * step), (p.grad * direction).sum()
        assert abs(slope - claimed) < 1e-6 * p.grad.norm() * direction.norm(), (name, slope, claimed)


def sample_indices(name_index, gradients):
    """Places to compare: hashed, and none where a gradient is so near 0 that Adam's first step is a matter of rounding."""
    count = gradients[0].numel()
    flat = [g.flatten().abs() for g in gradients]
    floor = [0.05 * g.pow(2).mean().sqrt() for g in flat]
    order = list(dict.fromkeys(int(x) % count for x in hashed(5000 + name_index, 40 * SAMPLES)))
    good = [i for i in order if all(g[i] >= least for g, least in zip(flat, floor))]
    return sorted((good + [i for i in order if i not in good])[:SAMPLES])


def at(tensor, indices):
    return rounded(tensor.flatten()[indices])


def gradients_of(model, samples):
    return {
        name: dict(norm=digits(p.grad.norm()), values=at(p.grad, samples[name]))
        for name, p in tensor_names(model)
    }


def global_norm(model):
    return digits(torch.stack([p.grad.norm() for _, p in tensor_names(model)]).norm())


def adam_steps(model, rows, samples):
    named = tensor_names(model)
    groups = [
        dict(params=[p for _, p in named if p.ndim >= 2], weight_decay=ADAM["weightDecay"]),
        dict(params=[p for _, p in named if p.ndim < 2], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(
        groups, lr=ADAM["learningRate"], betas=(ADAM["beta1"], ADAM["beta2"]), eps=ADAM["eps"]
    )
    steps = []
    for name, loss in (("cross_entropy", cross_entropy), ("ppo", ppo)):
        parts = backward(model, rows, loss)
        norm = global_norm(model)
        torch.nn.utils.clip_grad_norm_([p for _, p in named], ADAM["gradClipNorm"])
        optimizer.step()
        weights = {key: at(p, samples[key]) for key, p in named}
        steps.append(dict(loss=name, lossSum=parts["loss"], gradNorm=norm, weights=weights))
    return steps


def make(name, config):
    model = make_model(config)
    reference = make_model(config, PERTURB)
    rows = make_rows(config, model, reference)
    outputs = []
    for row in rows:
        logits = model(torch.tensor([row["tokens"]]), use_cache=False).logits[0]
        logprobs = logits.log_softmax(-1)
        live = (torch.tensor(row["targets"]) >= 0).double()
        outputs.append(
            dict(
                logits=[rounded(line, 7) for line in logits],
                logprobs=rounded(picked(logprobs, row["targets"])),
                entropy=rounded(-(logprobs.exp() * logprobs).sum(-1) * live),
            )
        )
    plain = make_model(config, exact=False)
    with torch.no_grad():
        single = plain(torch.tensor([rows[0]["tokens"]]), use_cache=False).logits[0].double()
    difference = float((single - torch.tensor(outputs[0]["logits"])).abs().max())
    assert difference < 1e-4, difference

    losses, gradients = {}, {}
    for key, loss in (("cross_entropy", cross_entropy), ("ppo", ppo)):
        losses[key] = backward(model, rows, loss) | dict(gradNorm=global_norm(model))
        check_gradients(model, rows, loss)
        gradients[key] = {n: p.grad.clone() for n, p in tensor_names(model)}
    samples = {
        n: sample_indices(i, [gradients[key][n] for key in gradients])
        for i, (n, _) in enumerate(tensor_names(model))
    }
    for key, loss in (("cross_entropy", cross_entropy), ("ppo", ppo)):
        backward(model, rows, loss)
        losses[key]["gradients"] = gradients_of(model, samples)
    write(
        f"decoder-{name}.json",
        dict(
            about=(
                "A tiny decoder in float64: weights of test/golden/weights.ts, rows in the shape of Datum, logits [T, V], "
                "losses as token sums with gradients (norm and samples per tensor), then two AdamW steps: "
                "one on cross_entropy, one on ppo at the weights of step one. "
                "The reference policy has the weights perturbed by `perturb`."
            ),
            origin=origin("decoders.py") | dict(largestDifferenceToFloat32Logits=digits(difference, 2)),
            config=config,
            perturb=PERTURB,
            tensors=[dict(name=n, shape=list(p.shape)) for n, p in tensor_names(model)],
            rows=[{k: v for k, v in row.items() if k != "reference"} for row in rows],
            outputs=outputs,
            samples=samples,
            losses=losses,
            adamw=dict(params=ADAM, steps=adam_steps(model, rows, samples)),
        ),
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name, config in CONFIGS.items():
        make(name, config)
