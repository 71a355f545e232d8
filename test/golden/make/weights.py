"""
Makes weights.json: a few hashed weights of two decoders, so that weights.ts is known to be the twin of common.py.
Run: python test/golden/make/weights.py
"""

from common import CONFIGS, make_model, origin, tensor_names, write


def some(model):
    return {
        name: [float(x) for x in parameter.detach().flatten()[[0, 1, -1]].tolist()]
        for name, parameter in tensor_names(model)
        if ".layers.0." not in name
    }


if __name__ == "__main__":
    made = {}
    for name in ("qwen2", "qwen3"):
        config = CONFIGS[name]
        made[name] = dict(
            config=config, weights=some(make_model(config)), perturbed=some(make_model(config, 0.25))
        )
    about = "First, second and last element of each tensor outside layer 0; perturbed: the reference policy (perturb 0.25)."
    write("weights.json", dict(about=about, origin=origin("weights.py"), models=made))
