"""
The PyTorch side of the engine's benchmarks, for use by hand: transformers LlamaForCausalLM, sdpa, AdamW foreach.
Training: forward, backward, clip, AdamW on B16 x T256 tokens. Generation: 96 tokens after a 64-token prompt, sampling.
Run: python test/bench/torch_side.py [--threads 2] [--seconds 10] [--only train|generate]
Prints one JSON object per figure, as `kelvin bench` does. Compare only runs of the same idle machine.
"""

import argparse
import json
import time

import torch
import transformers

SHAPES = {
    "d128-L4": dict(hidden=128, layers=4, heads=4, kv=2, ff=384, vocab=512),
    "d256-L6": dict(hidden=256, layers=6, heads=8, kv=4, ff=768, vocab=1024),
}
BATCH, LENGTH = 16, 256
PROMPT, NEW = 64, 96


def make_model(shape):
    config = transformers.LlamaConfig(
        vocab_size=shape["vocab"],
        hidden_size=shape["hidden"],
        intermediate_size=shape["ff"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kv"],
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    torch.manual_seed(1)
    return transformers.AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")


def training(model, vocab):
    """One step as a function: what the engine's optimStep and forwardBackward do together."""
    named = list(model.named_parameters())
    groups = [
        dict(params=[p for _, p in named if p.ndim >= 2], weight_decay=0.1),
        dict(params=[p for _, p in named if p.ndim < 2], weight_decay=0.0),
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-4, foreach=True)
    ids = torch.randint(0, vocab, (BATCH, LENGTH + 1))

    def step():
        logits = model(ids[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, vocab), ids[:, 1:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0, foreach=True)
        optimizer.step()

    return step, BATCH * LENGTH


def generation(model, vocab, batch):
    prompt = torch.randint(1, vocab, (batch, PROMPT))
    mask = torch.ones_like(prompt)
    # eos_token_id None: every row runs to the end
    settings = transformers.GenerationConfig(
        max_new_tokens=NEW, min_new_tokens=NEW, do_sample=True, top_k=0, pad_token_id=0, use_cache=True
    )

    def run():
        with torch.no_grad():
            out = model.generate(prompt, attention_mask=mask, generation_config=settings)
        assert out.shape == (batch, PROMPT + NEW)

    return run, batch * NEW


def measure(run, tokens, seconds):
    """Tokens per second of wall time and of CPU time, over whole runs that fill the time; two runs to warm up."""
    run()
    run()
    wall, cpu, done = time.perf_counter(), time.process_time(), 0
    while done == 0 or time.perf_counter() - wall < seconds:
        run()
        done += tokens
    return done / (time.perf_counter() - wall), done / (time.process_time() - cpu)


def report(name, figures, threads):
    wall, cpu = figures
    versions = f"torch {torch.__version__}, transformers {transformers.__version__}"
    row = dict(name=name, value=round(wall, 1), unit="tokens/s", threads=threads, perCpuSecond=round(cpu, 1))
    print(json.dumps(row | dict(with_=versions)).replace("with_", "with"), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", choices=["train", "generate"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name, shape in SHAPES.items():
        model = make_model(shape)
        if options.only != "generate":
            step = training(model.train(), shape["vocab"])
            report(f"torch.train.{name}", measure(*step, options.seconds), options.threads)
        if options.only != "train":
            for batch in (1, 64):
                run = generation(model.eval(), shape["vocab"], batch)
                report(f"torch.generate.{name}.B{batch}", measure(*run, options.seconds), options.threads)


if __name__ == "__main__":
    main()
