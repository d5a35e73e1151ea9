"""Every key of the experiment file, as Markdown, read from the schema that `rhcc schema` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from radiomics_hcc.experiment.listing import experiment_schema

Schema = Mapping[str, Any]


def experiment_file() -> str:
    """A table of the keys at the top, and one for each section below it."""
    schema = experiment_schema()
    lines = [*_table("Top of the file", schema)]
    for name, section in schema["$defs"].items():
        title = f"{name}: {', '.join(_keys(name, schema))}"
        lines += _table(title, section) if "properties" in section else _words(title, section)
    return "\n".join(lines)


def _keys(name: str, schema: Schema) -> list[str]:
    """The keys whose value is a section, as `features.delta`."""
    sections = {"": schema, **schema["$defs"]}
    return sorted(
        {
            f"`{key}`"
            for section in sections.values()
            for key, value in section.get("properties", {}).items()
            if f'"#/$defs/{name}"' in json.dumps(value)
        }
    )


def _table(name: str, section: Schema) -> Iterator[str]:
    required = set(section.get("required", ()))
    yield from (*_heading(name), _text(section), "")
    yield from ("| key | value | default | meaning |", "|---|---|---|---|")
    for key, value in section["properties"].items():
        default = "must be given" if key in required else _default(value)
        yield f"| `{key}` | {_kind(value)} | {default} | {_text(value)} |"
    yield ""


def _words(name: str, section: Schema) -> Iterator[str]:
    words = ", ".join(f"`{word}`" for word in section.get("enum", ()))
    yield from (*_heading(name), f"{_text(section)} {words}".strip(), "")


def _heading(title: str) -> tuple[str, ...]:
    """A heading with a target of the section's own name, whatever keys the title lists."""
    return (f"(experiment-file-{title.partition(':')[0].lower()})=", f"## {title}", "")


def _kind(value: Schema) -> str:
    """What may stand there, in words; a section is a link."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#experiment-file-{name.lower()})"
    if options := value.get("anyOf", value.get("oneOf")):
        return " or ".join(dict.fromkeys(_kind(option) for option in options))
    if "const" in value or "enum" in value:
        return ", ".join(f"`{word}`" for word in value.get("enum", [value.get("const")]))
    if value.get("type") == "array":
        inner = value.get("items")
        return f"list of {_kind(inner)}" if isinstance(inner, dict) else "list"
    if value.get("type") == "object":
        inner = value.get("additionalProperties")
        return f"mapping to {_kind(inner)}" if isinstance(inner, dict) else "mapping"
    word = {"null": "nothing", "boolean": "true or false", "string": "text"}
    return word.get(value.get("type", "any"), value.get("type", "any")) + _limits(value)


def _limits(value: Schema) -> str:
    signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    found = [f"{sign} {value[key]}" for key, sign in signs.items() if key in value]
    return f" {', '.join(found)}".replace("<", "&lt;").replace(">", "&gt;") if found else ""


def _default(value: Schema) -> str:
    if "default" not in value or value["default"] is None:
        return ""
    return f"`{json.dumps(value['default'], ensure_ascii=False)}`"


def _text(value: Schema) -> str:
    words = " ".join(value.get("description", "").split())
    return words.replace("|", "\\|").replace("<", "&lt;")
