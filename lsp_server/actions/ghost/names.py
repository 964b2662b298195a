"""What the names of a module mean, as far as its syntax tells."""

import ast
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Names:
    """`imported` maps a name to its dotted path, `aliases` to the expression it is bound to."""

    module: str
    imported: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, ast.expr] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)

    def dotted(self, node: ast.expr) -> str:
        """The path that a name or attribute stands for, imports followed; "" for others."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""


def names_of(tree: ast.Module, module: str) -> Names:
    """Names bound at the top of the module, the last binding counting; `del` unbinds."""
    names = Names(module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names.imported.update(_imported(node))
    for statement in tree.body:
        _bind(names, statement)
    return names


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {
            each.asname or each.name.partition(".")[0]: each.name if each.asname else
            each.name.partition(".")[0]
            for each in node.names
        }  # fmt: skip
    owner = "." * node.level + (node.module or "")
    return {each.asname or each.name: f"{owner}.{each.name}" for each in node.names}


def _bind(names: Names, node: ast.stmt) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            names.functions[node.name] = node
        case ast.ClassDef():
            names.classes[node.name] = node
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            _unbind(names, name)
            names.aliases[name] = value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            names.aliases[name] = value
        case ast.Delete(targets=targets):
            for target in targets:
                if isinstance(target, ast.Name):
                    _unbind(names, target.id)
        case _:
            return


def _unbind(names: Names, name: str) -> None:
    names.functions.pop(name, None)
    names.classes.pop(name, None)
