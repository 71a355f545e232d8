"""
What every golden file shares: tiny configs, weights and ids from an integer hash (weights.ts is its twin),
rounding, and how files are written. Run by hand with torch and transformers; never a dependency of the project.
"""

import json
import math
import pathlib
import platform
import re

import numpy
import torch
import transformers

GOLDEN = pathlib.Path(__file__).resolve().parent.parent
WEIGHT_SCALE = 0.3
NORM_SCALE = 0.1

BASE = dict(
    vocab_size=37,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    rms_norm_eps=1e-5,
    tie_word_embeddings=False,
    hidden_act="silu",
    bos_token_id=1,
    eos_token_id=2,
    # None on purpose: transformers drops the embedding gradient of a padding token, and rows here hold every token
    pad_token_id=None,
    torch_dtype="float32",
)

LLAMA3_ROPE = dict(
    rope_type="llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)

# In the spelling of transformers 4. Head size 16 throughout: the smallest that fused attention kernels take.
CONFIGS = {
    # grouped heads, head size derived
    "llama": dict(
        BASE, model_type="llama", architectures=["LlamaForCausalLM"], hidden_size=64, rope_theta=10000.0
    ),
    # tied, as many key-value heads as heads
    "llama-tied": dict(
        BASE,
        model_type="llama",
        architectures=["LlamaForCausalLM"],
        head_dim=16,
        num_attention_heads=2,
        rope_theta=500.0,
        tie_word_embeddings=True,
    ),
    # head size unlike hidden / heads, scaled frequencies
    "llama3-rope": dict(
        BASE,
        model_type="llama",
        architectures=["LlamaForCausalLM"],
        head_dim=16,
        rope_theta=10000.0,
        rope_scaling=LLAMA3_ROPE,
        max_position_embeddings=512,
    ),
    # biases, one key-value head
    "qwen2": dict(
        BASE,
        model_type="qwen2",
        architectures=["Qwen2ForCausalLM"],
        hidden_size=64,
        num_key_value_heads=1,
        rope_theta=1000000.0,
        use_sliding_window=False,
        rms_norm_eps=1e-6,
    ),
    # norms on q and k, head size unlike hidden / heads, tied
    "qwen3": dict(
        BASE,
        model_type="qwen3",
        architectures=["Qwen3ForCausalLM"],
        head_dim=16,
        rope_theta=1000000.0,
        tie_word_embeddings=True,
        use_sliding_window=False,
        rms_norm_eps=1e-6,
    ),
}


def mix(x):
    """murmur3's 32-bit finaliser over an array of uint32."""
    x = x ^ (x >> numpy.uint32(16))
    x = x * numpy.uint32(0x85EBCA6B)
    x = x ^ (x >> numpy.uint32(13))
    x = x * numpy.uint32(0xC2B2AE35)
    return x ^ (x >> numpy.uint32(16))


def hashed(stream, count):
    """count uint32 numbers: mix(mix(stream + 1) ^ index)."""
    with numpy.errstate(over="ignore"):
        key = mix(numpy.array([stream + 1], dtype=numpy.uint32))
        return mix(key ^ numpy.arange(count, dtype=numpy.uint32))


def uniform(stream, count):
    """Numbers in [-1, 1): exact in float32, since only the upper 24 bits are used."""
    return (hashed(stream, count) >> numpy.uint32(8)).astype(numpy.float64) / 2**23 - 1


def tensor_values(index, name, shape, perturb=0):
    """Weights of tensor number index (in the order of tensor_names). perturb > 0 adds a second stream, scaled by it."""
    count = math.prod(shape)
    values = uniform(index, count)
    if perturb:
        values = values + perturb * uniform(1000 + index, count)
    if len(shape) == 1 and not name.endswith(".bias"):
        values = 1 + NORM_SCALE * values
    else:
        values = WEIGHT_SCALE * values
    # float32, as a checkpoint would hold them; then all arithmetic in float64
    return torch.tensor(values, dtype=torch.float64).float().double().reshape(shape)


def tensor_names(model):
    """Parameters in the project's order (electron/model/tensors.ts)."""
    own = dict(model.named_parameters())
    order = [
        "input_layernorm.weight",
        "self_attn.q_proj.weight",
        "self_attn.k_proj.weight",
        "self_attn.v_proj.weight",
        "self_attn.q_proj.bias",
        "self_attn.k_proj.bias",
        "self_attn.v_proj.bias",
        "self_attn.q_norm.weight",
        "self_attn.k_norm.weight",
        "self_attn.o_proj.weight",
        "post_attention_layernorm.weight",
        "mlp.gate_proj.weight",
        "mlp.up_proj.weight",
        "mlp.down_proj.weight",
    ]
    names = ["model.embed_tokens.weight"]
    for layer in range(model.config.num_hidden_layers):
        names += [f"model.layers.{layer}.{part}" for part in order]
    names += ["model.norm.weight", "lm_head.weight"]
    found = [name for name in names if name in own]
    assert set(found) == set(own), set(own) ^ set(found)
    return [(name, own[name]) for name in found]


def make_model(config, perturb=0, exact=True):
    """
    A model with the hashed weights. exact: float64 also in the rotation and the norms, which transformers computes in
    float32 whatever the weights; otherwise transformers as it is, in float32.
    """
    raw = {k: v for k, v in config.items() if k not in ("architectures", "torch_dtype")}
    own = transformers.AutoConfig.for_model(raw.pop("model_type"), **raw)
    # sdpa, since the eager softmax is in float32 always
    model = transformers.AutoModelForCausalLM.from_config(own, attn_implementation="sdpa").eval()
    if exact:
        model = model.double()
        exact_rotation(model)
        exact_norms(model)
    with torch.no_grad():
        for index, (name, parameter) in enumerate(tensor_names(model)):
            parameter.copy_(tensor_values(index, name, tuple(parameter.shape), perturb))
    return model


def exact_rotation(model):
    """cos and sin in float64 from float64 frequencies: the reference is the formula rather than its rounding."""
    config = model.config
    rope = config.rope_parameters
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    powers = torch.arange(0, size, 2, dtype=torch.float64) / size
    frequencies = 1.0 / (rope["rope_theta"] ** powers)
    if rope["rope_type"] == "llama3":
        frequencies = llama3_frequencies(frequencies, rope)
    single = model.model.rotary_emb.inv_freq.double()
    assert torch.allclose(frequencies, single, rtol=1e-5), "not the frequencies of transformers"

    def forward(x, position_ids, **_):
        angles = position_ids[:, :, None].double() * frequencies
        both = torch.cat((angles, angles), dim=-1)
        return both.cos(), both.sin()

    model.model.rotary_emb.forward = forward


def exact_norms(model):
    """RMSNorm as in the modelling files, without their cast to float32."""
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm"):
            module.forward = norm_forward(module)


def norm_forward(module):
    def forward(x):
        inverse = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + module.variance_epsilon)
        return module.weight * (x * inverse)

    return forward


def llama3_frequencies(frequencies, rope):
    old = rope["original_max_position_embeddings"]
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    wavelength = 2 * math.pi / frequencies
    smooth = (old / wavelength - low) / (high - low)
    between = (1 - smooth) * frequencies / factor + smooth * frequencies
    scaled = torch.where(wavelength > old / low, frequencies / factor, between)
    return torch.where(wavelength < old / high, frequencies, scaled)


def digits(x, count=8):
    """A number with that many significant digits."""
    x = x.item() if isinstance(x, torch.Tensor) else float(x)
    return float(f"{x:.{count - 1}e}")


def rounded(tensor, count=8):
    return [digits(x, count) for x in tensor.detach().flatten().tolist()]


def origin(script):
    return {
        "script": f"test/golden/make/{script}",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "python": platform.python_version(),
        "arithmetic": "float64; weights rounded to float32 first",
    }


def write(name, content):
    path = GOLDEN / name
    text = json.dumps(content, indent=1)
    # lists of plain numbers on one line
    text = re.sub(r"\[\s+([-\d.e+,\s]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")
    print(path, path.stat().st_size)
