"""What programs may import, and what must be loaded beforehand because nothing can be opened later.

Not here: loading it (zygote.py on Linux, harness.py of the browser's interpreter).
"""

OFFERED = (
    "abc array base64 binascii bisect calendar cmath collections collections.abc contextlib copy dataclasses datetime "
    "decimal enum fractions functools hashlib heapq itertools json math numbers operator random re statistics string struct "
    "textwrap time types typing unicodedata zlib"
).split()
# Loaded on first use by an offered module, when it is too late to open a file.
SUPPORT = ("_strptime", "locale")
CODECS = "utf_8 utf_16 utf_16_le utf_16_be utf_32 latin_1 ascii unicode_escape raw_unicode_escape charmap idna hex_codec".split()
