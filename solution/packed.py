"""Python modules whose text is not to be read by accident: they work as before, and are no text.

That is no lock: whoever wants to can unpack them.
"""

import ast
import base64
import textwrap

PACKED = '''\
"""{title}

Packed, so that nobody reads it by accident before writing the same: it is no secret.
"""

import base64
import linecache

TEXT = base64.b64decode(
    """
{text}
"""
).decode()
NAME = f"<{{__name__}}>"
linecache.cache[NAME] = len(TEXT), None, TEXT.splitlines(True), NAME  # where `inspect` looks
exec(compile(TEXT, NAME, "exec"))
'''


def packed(module: bytes) -> bytes:
    """Return the text of a module that does the same, on any version of Python."""
    title = (ast.get_docstring(ast.parse(module)) or "").partition("\n")[0]
    text = textwrap.fill(base64.b64encode(module).decode(), 90)
    return PACKED.format(title=title, text=textwrap.indent(text, " " * 4)).encode()
