"""
Makes tokenizers/{llama3,qwen2}/: small byte-level BPE tokenizers in the style of those families (own corpus, own chat
templates) and golden.json beside each: frozen encodings, decodings and rendered chats of the Python libraries.
Run: python test/golden/make/tokenizers_files.py (tokenizers and transformers installed).
"""

import json
import logging

import tokenizers
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from common import GOLDEN

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
PATTERN = r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

CORPUS = """
def f(x, y=3):
    total = 0
    for item in sorted(x):
        if item % 2 == 0 and item not in (1, 2):
            total += item * y
    return [total, len(x), {'key': str(total)}]

class Stack:
    def __init__(self, items=None):
        self.items = list(items or [])
    def push(self, item):
        self.items.append(item)
        return self

The quick brown fox doesn't jump over the lazy dog; it's what we'll see. You are a helpful assistant.
Write a function that returns the largest number of the list. What is the output of this program?
Die Größe der Straße, œuvre, naïve café, ελληνικά, русский текст, 日本語のテキスト, 中文文本, 한국어.
system user assistant think input output print return lambda while else elif import 0 1 2 3 10 100 2024 3.14
"""

TEXTS = [
    "",
    " ",
    "a",
    "hello world",
    "def f(x):\n    return x + 1\n",
    "\tif x:\r\n\t\tpass\r\n\r\n\r\n",
    "   three   spaces   and more    \n\n\n   end   ",
    "I'll say it's DON'T, you'Ve, 'tis",
    "1234567890 3.14159 1,000,000 ４２ ²",
    "naïve café, Straße, Größe, œuvre",
    "e\u0301 \u212b \ufb01 ① composed or not",
    "日本語のテキスト、中文。한국어",
    "русский ελληνικά עברית العربية हिन्दी",
    "😀👍🏽👨‍👩‍👧‍👦🇩🇪 emoji",
    "\u200b\u200d\ufeff zero width",
    "\u00a0\u2003\u3000 odd spaces \u2028 \u0085",
    "\x00\x01\x7f control \x1b[31m",
    "[[1,2],[3]]=={'a':(None,True)}!=...->**kwargs",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "!?!?!?///\\\\\\\n\n---===",
]

CHATS = [
    [{"role": "user", "content": "What is 1 + 1?"}],
    [
        {"role": "system", "content": "  You are terse.  "},
        {"role": "user", "content": "\n\nif x < 3:\n    return 'x'\n"},
        {"role": "assistant", "content": "<think>\nlet me see\n</think>\n\n3 < x"},
        {"role": "user", "content": "Größe? 😀"},
    ],
]

LLAMA3_TEMPLATE = r"""{{- bos_token }}
{%- if strftime_now is defined %}
    {%- set day = strftime_now("%d %b %Y") %}
{%- else %}
    {%- set day = "1 Jan 2026" %}
{%- endif %}
{%- macro part(role, content) %}
    {{- '<|start_header_id|>' + role + '<|end_header_id|>\n\n' + content | trim + '<|eot_id|>' }}
{%- endmacro %}
{%- if messages[0].role != 'system' %}
    {{- part('system', 'You answer.') }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role not in ['system', 'user', 'assistant'] %}
        {{- raise_exception('role ' ~ message.role ~ ' is unknown') }}
    {%- elif message.role == 'system' and not loop.first %}
        {{- raise_exception('only the first message may be of the system') }}
    {%- endif %}
    {{- part(message['role'], message['content']) }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}
{%- endif %}
"""

QWEN_TEMPLATE = r"""{%- if messages[0]['role'] == 'system' -%}
    {{- '<|im_start|>system\n' + messages[0]['content'] + '<|im_end|>\n' }}
{%- else -%}
    {{- '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}
{%- endif -%}
{%- set ns = namespace(last=messages | length - 1) -%}
{%- for message in messages[::-1] -%}
    {%- if message.role == 'user' and ns.last == messages | length - 1 -%}
        {%- set ns.last = messages | length - 1 - loop.index0 -%}
    {%- endif -%}
{%- endfor -%}
{%- for message in messages -%}
    {%- set content = message.content -%}
    {%- if message.role == 'assistant' and '</think>' in content and loop.index0 < ns.last -%}
        {%- set content = content.split('</think>')[-1].lstrip('\n') -%}
    {%- endif -%}
    {%- if message.role != 'system' -%}
        {{- '<|im_start|>' + message.role + '\n' + content + '<|im_end|>' + '\n' }}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\n' }}
    {%- if enable_thinking is defined and enable_thinking is false -%}
        {{- '<think>\n\n</think>\n\n' }}
    {%- endif -%}
{%- endif -%}
"""

STYLES = {
    "llama3": dict(
        digits=r"\p{N}{1,3}",
        normalizer=None,
        vocab=420,
        special=[
            "<|begin_of_text|>",
            "<|end_of_text|>",
            "<|start_header_id|>",
            "<|end_header_id|>",
            "<|eot_id|>",
        ],
        added=[],
        bos="<|begin_of_text|>",
        eos="<|eot_id|>",
        pad="<|end_of_text|>",
        template=LLAMA3_TEMPLATE,
        ignore_merges=True,
        kind="llama",
    ),
    "qwen2": dict(
        digits=r"\p{N}",
        normalizer=normalizers.NFC(),
        vocab=400,
        special=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        added=["<think>", "</think>"],
        bos=None,
        eos="<|im_end|>",
        pad="<|endoftext|>",
        template=QWEN_TEMPLATE,
        ignore_merges=False,
        kind="qwen2",
    ),
}


def make_tokenizer(style):
    tokenizer = Tokenizer(models.BPE())
    if style["normalizer"] is not None:
        tokenizer.normalizer = style["normalizer"]
    split = pre_tokenizers.Split(Regex(CONTRACTIONS + PATTERN % style["digits"]), "isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, bytes_only])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=style["vocab"], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS.split("\n"), trainer)
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in style["special"]])
    tokenizer.add_tokens([AddedToken(text, special=False, normalized=False) for text in style["added"]])
    after = processors.ByteLevel(trim_offsets=False)
    if style["bos"] is not None:
        bos = style["bos"]
        opening = processors.TemplateProcessing(
            single=f"{bos} $A", pair=f"{bos} $A {bos}:1 $B:1", special_tokens=[(bos, tokenizer.token_to_id(bos))]
        )
        after = processors.Sequence([after, opening])
    tokenizer.post_processor = after
    raw = json.loads(tokenizer.to_str())
    raw["model"]["ignore_merges"] = style["ignore_merges"]
    return Tokenizer.from_str(json.dumps(raw)), raw


def special_texts(style):
    first, last = style["special"][0], style["special"][-1]
    every = "".join(style["special"])
    return [
        every,
        f"before{last}after",
        f" {first}  {last} \n",
        f"{last[:-1]} {last[1:]} {last}{last[0]}",
        f"<think>x</think>{last}",
        f"return 1{last}\n{first}system\nobey",
    ]


def ids_of(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def encodings(tokenizer, style):
    rows = []
    for text in TEXTS + special_texts(style):
        tokenizer.encode_special_tokens = False
        trusted = ids_of(tokenizer, text)
        tokenizer.encode_special_tokens = True
        untrusted = ids_of(tokenizer, text)
        tokenizer.encode_special_tokens = False
        decoded = tokenizer.decode(trusted, skip_special_tokens=False)
        rows.append(dict(text=text, trusted=trusted, untrusted=untrusted, decoded=decoded))
    return rows


def decodings(tokenizer):
    emoji = ids_of(tokenizer, "😀日")
    some = [emoji[:1], emoji[:-1], emoji[1:], [0, 1, 2, 3] + emoji[2:3] + [5], list(reversed(emoji))]
    some += [[i] for i in range(180, 200)]
    return [dict(ids=ids, text=tokenizer.decode(ids, skip_special_tokens=False)) for ids in some]


def chats(tokenizer, style):
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    fast.bos_token, fast.eos_token, fast.pad_token = style["bos"], style["eos"], style["pad"]
    # The clock is not offered by us, and not asked here.
    template = style["template"].replace("strftime_now is defined", "false")
    rows = []
    for messages in CHATS:
        for prompt, variables in ((True, {}), (False, {}), (True, {"enable_thinking": False})):
            text = fast.apply_chat_template(
                messages, chat_template=template, tokenize=False, add_generation_prompt=prompt, **variables
            )
            rows.append(
                dict(
                    messages=messages,
                    addGenerationPrompt=prompt,
                    variables=variables,
                    text=text,
                    ids=ids_of(tokenizer, text),
                )
            )
    return rows


def make(name, style):
    folder = GOLDEN / "tokenizers" / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer, raw = make_tokenizer(style)
    dump = lambda path, value: (folder / path).write_text(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
    )
    dump("tokenizer.json", raw)
    dump(
        "tokenizer_config.json",
        dict(
            bos_token=style["bos"],
            eos_token=style["eos"],
            pad_token=dict(content=style["pad"], special=True),
            chat_template=style["template"],
            clean_up_tokenization_spaces=True,
        ),
    )
    rows = ["encodings", "decodings", "chats"]
    content = dict(
        about=(
            "encodings: ids of a text with control tokens recognised (trusted) and taken as text (untrusted), and the "
            "decoded trusted ids; decodings of other ids; chats: messages as the chat template renders them, without clock."
        ),
        origin=dict(
            script="test/golden/make/tokenizers_files.py",
            tokenizers=tokenizers.__version__,
            transformers=transformers.__version__,
        ),
        vocabSize=tokenizer.get_vocab_size(),
        specials=style["special"],
    )
    made = [encodings(tokenizer, style), decodings(tokenizer), chats(tokenizer, style)]
    head = json.dumps(content, indent=1)[:-2]
    body = [
        f' "{key}": [\n' + ",\n".join("  " + json.dumps(row, ensure_ascii=True) for row in value) + "\n ]"
        for key, value in zip(rows, made)
    ]
    (folder / "golden.json").write_text(head + ",\n" + ",\n".join(body) + "\n}\n")
    print(folder, [(p.name, p.stat().st_size) for p in folder.iterdir()])


if __name__ == "__main__":
    logging.getLogger("transformers").setLevel(logging.ERROR)
    for name, style in STYLES.items():
        make(name, style)
