"""
Makes lora-*.json: adapters on all projections of the tiny decoders, in float64: log-probs, gradients of the adapters
alone, and two AdamW steps of them. The arithmetic is that of PEFT: W x + alpha / rank B (A x), W frozen; the reference
policy is the model without adapters. With blocks=True the frozen projections stand in 4 bits (quantise.ts).
Run: python test/golden/make/lora.py (torch and transformers installed).
"""

import torch

import decoders
from common import CONFIGS, digits, hashed, make_model, origin, rounded, tensor_names, uniform, write

RANK, ALPHA = 4, 6.0
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
SCALE = 0.1
SAMPLES = 6
BLOCK = 32


class Adapted(torch.nn.Module):
    """A frozen linear layer with its two factors; numbers from the same hash as the weights."""

    def __init__(self, linear, index):
        super().__init__()
        self.linear = linear.requires_grad_(False)
        out, into = linear.weight.shape
        self.on = True
        values = lambda stream, shape: SCALE * torch.tensor(
            uniform(stream, shape[0] * shape[1]), dtype=torch.float64
        ).reshape(shape).float().double()
        self.lora_A = torch.nn.Parameter(values(3000 + 2 * index, (RANK, into)))
        self.lora_B = torch.nn.Parameter(values(3001 + 2 * index, (out, RANK)))

    def forward(self, x):
        y = self.linear(x)
        if not self.on:
            return y
        return y + (ALPHA / RANK) * (x @ self.lora_A.T) @ self.lora_B.T


def in_blocks(weight):
    """The numbers that the 4-bit blocks of quantise.ts stand for; None where the width is no multiple of a block."""
    out, into = weight.shape
    if into % BLOCK:
        return None
    blocks = weight.reshape(-1, BLOCK)
    extreme = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
    scale = (extreme / -8).float().double()
    inverse = torch.where(scale == 0, torch.zeros_like(scale), 1 / scale)
    # Math.round: halves up
    codes = torch.floor(blocks * inverse + 0.5).clamp(-8, 7)
    return (codes * scale).reshape(out, into)


def adapted_model(config, blocks):
    model = make_model(config)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    adapters = {}
    index = 0
    for name, _ in tensor_names(model):
        path = name.removesuffix(".weight")
        if not path.endswith(TARGETS) or not name.endswith(".weight"):
            continue
        parent = model.get_submodule(path.rsplit(".", 1)[0])
        linear = model.get_submodule(path)
        if blocks:
            small = in_blocks(linear.weight)
            if small is not None:
                with torch.no_grad():
                    linear.weight.copy_(small)
        module = Adapted(linear, index)
        setattr(parent, path.rsplit(".", 1)[1], module)
        adapters[path] = module
        index += 1
    return model, adapters


def parameters(adapters):
    return [
        (f"{path}.lora_{letter}.weight", getattr(module, f"lora_{letter}"))
        for path, module in adapters.items()
        for letter in "AB"
    ]


class Reference:
    """The same model with its adapters off."""

    def __init__(self, model, adapters):
        self.model, self.adapters = model, adapters

    def __call__(self, *args, **options):
        for module in self.adapters.values():
            module.on = False
        try:
            return self.model(*args, **options)
        finally:
            for module in self.adapters.values():
                module.on = True


def places(index, tensor):
    return sorted({int(x) % tensor.numel() for x in hashed(7000 + index, SAMPLES)})


def make(name, blocks):
    config = CONFIGS[name]
    model, adapters = adapted_model(config, blocks)
    named = parameters(adapters)
    rows = decoders.make_rows(config, model, Reference(model, adapters))
    loss, parts = decoders.ppo(model, rows)
    outputs = []
    for row in rows:
        logprobs = decoders.distribution(model, row["tokens"])
        outputs.append(rounded(decoders.picked(logprobs, row["targets"])))
    loss.backward()
    gradients = {
        key: dict(norm=digits(p.grad.norm()), at=places(i, p), values=rounded(p.grad.flatten()[places(i, p)]))
        for i, (key, p) in enumerate(named)
    }
    adam = decoders.ADAM
    optimizer = torch.optim.AdamW(
        [p for _, p in named],
        lr=adam["learningRate"],
        betas=(adam["beta1"], adam["beta2"]),
        eps=adam["eps"],
        weight_decay=adam["weightDecay"],
    )
    steps = []
    for _ in range(2):
        optimizer.zero_grad()
        total, _parts = decoders.ppo(model, rows)
        total.backward()
        norm = digits(torch.stack([p.grad.norm() for _, p in named]).norm())
        torch.nn.utils.clip_grad_norm_([p for _, p in named], adam["gradClipNorm"])
        optimizer.step()
        weights = {key: rounded(p.flatten()[places(i, p)]) for i, (key, p) in enumerate(named)}
        steps.append(dict(loss=digits(total), gradNorm=norm, weights=weights))
    write(
        f"lora-{name}{'-4bit' if blocks else ''}.json",
        dict(
            about="Adapters of rank 4 on a tiny decoder in float64: ppo with KL to the model without them, and entropy.",
            origin=origin("lora.py"),
            config=config,
            rank=RANK,
            alpha=ALPHA,
            scale=SCALE,
            blocks=blocks,
            rows=[{k: v for k, v in row.items() if k != "reference"} for row in rows],
            logprobs=outputs,
            loss=parts["loss"] if isinstance(parts["loss"], float) else digits(parts["loss"]),
            klSum=digits(parts["klSum"]),
            gradients=gradients,
            adamw=dict(params=adam, steps=steps),
        ),
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("llama", "qwen2", "qwen3"):
        make(name, False)
    make("llama", True)
