"""Where a handler can take a thread: its code and that of the functions it calls, read for one state at a time."""

from __future__ import annotations

import ast
import inspect
import operator
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from types import FunctionType, ModuleType
from typing import Any, cast

from postroom.agent import Agent
from postroom.flow import State
from postroom.transition import Transition

Values = frozenset[Any]
"""All that an expression may be. A transition stands there as the state it leads to."""
Scope = dict[str, Values]

UNKNOWN, THREAD = object(), object()
ANYTHING: Values = frozenset([UNKNOWN])
NOTHING: Values = frozenset()
TESTS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, several: one in several if isinstance(several, tuple | frozenset) else UNKNOWN,
    ast.NotIn: lambda one, several: one not in several if isinstance(several, tuple | frozenset) else UNKNOWN,
}


def moves_from(agent: Agent, handler: Callable[..., Any], origin: State) -> set[State]:
    """Return where `handler` may take a thread that is in `origin`, as far as the flow allows it.

    A state that only a run computes may be any; `thread.state` is `origin`, and a move only where staying is one.
    """
    names = list(inspect.signature(handler).parameters)
    thread = "thread" if "thread" in names else names[-1]
    found = _Reading(agent.folder.name, origin).returned(handler, {thread: frozenset([THREAD])})
    states = agent.flow.states if UNKNOWN in found else [value for value in found if isinstance(value, State)]
    return {to for to in states if agent.flow.allows(origin, to)}


class _Reading:
    """Follows the functions of one package as they would run on a thread in `origin`."""

    def __init__(self, package: str, origin: State) -> None:
        self.package = package
        self.origin = origin
        self.running: list[Callable[..., Any]] = []

    def returned(self, function: Callable[..., Any], given: Mapping[str, Values]) -> Values:
        """Return what a call may return; a call of itself adds nothing to that."""
        if function in self.running:
            return NOTHING
        self.running.append(function)
        scope = {name: _known(value) for name, value in vars(sys.modules[function.__module__]).items()}
        for name, parameter in inspect.signature(function).parameters.items():
            default = ANYTHING if parameter.default is parameter.empty else _known(parameter.default)
            scope[name] = given.get(name, default)
        values, _ = self._block(_body(function), scope)
        self.running.pop()
        return values

    def _block(self, statements: Sequence[ast.stmt], scope: Scope) -> tuple[Values, bool]:
        """Return what statements may return, and whether they may run to their end."""
        returned = NOTHING
        for statement in statements:
            match statement:
                case ast.Return(value=value):
                    return returned | (self._value(value, scope) if value else _known(None)), False
                case ast.Raise():
                    return returned, False
                case ast.If(test=test, body=then, orelse=otherwise):
                    ways = [self._block(then if truth else otherwise, scope) for truth in self._truths(test, scope)]
                    returned = returned.union(*(values for values, _ in ways))
                    if not any(goes_on for _, goes_on in ways):
                        return returned, False
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ):
                    scope[name] = scope.get(name, NOTHING) | self._value(value, scope)
                case _:
                    scope |= dict.fromkeys(_bound(statement), ANYTHING)
                    # twice, as a loop reads what its last turn set
                    ways = [self._block(block, scope) for block in [*_blocks(statement)] * 2]
                    returned = returned.union(*(values for values, _ in ways))
        return returned, True

    def _value(self, expression: ast.expr, scope: Scope) -> Values:
        match expression:
            case ast.Constant(value=value):
                return _known(value)
            case ast.JoinedStr():  # a text, whatever it says
                return _known("")
            case ast.Name(id=name):
                return scope.get(name, ANYTHING)
            case ast.NamedExpr(target=ast.Name(id=name), value=inner):
                scope[name] = scope.get(name, NOTHING) | self._value(inner, scope)
                return scope[name]
            case ast.Attribute(value=inner, attr=name):
                return frozenset(self._attribute(value, name) for value in self._value(inner, scope))
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return frozenset(product(*(self._value(element, scope) for element in elements)))
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                ways = [then if truth else otherwise for truth in self._truths(test, scope)]
                return NOTHING.union(*(self._value(way, scope) for way in ways))
            case ast.BoolOp():
                return self._joined(expression, scope)
            case ast.UnaryOp(op=ast.Not()):
                return frozenset(self._truths(expression, scope))
            case ast.Compare(left=left, ops=[test], comparators=[right]) if type(test) in TESTS:
                pairs = product(self._value(left, scope), self._value(right, scope))
                return frozenset(UNKNOWN if UNKNOWN in pair else TESTS[type(test)](*pair) for pair in pairs)
            case ast.Call():
                return self._called(expression, scope)
        return ANYTHING

    def _attribute(self, value: Any, name: str) -> Any:
        if value is THREAD and name == "state":
            return self.origin
        if isinstance(value, State) and name == "to":
            return value
        if isinstance(value, ModuleType | type):
            return next(iter(_known(getattr(value, name, UNKNOWN))))
        return UNKNOWN

    def _joined(self, joined: ast.BoolOp, scope: Scope) -> Values:
        """Return what an `and` or an `or` may give; what ends an `and` is no transition."""
        *first, last = joined.values
        if isinstance(joined.op, ast.And):
            outcomes = self._truths(joined, scope)
            ended = frozenset(outcomes & {False})
            return ended | self._value(last, scope) if True in outcomes else ended
        found = NOTHING
        for inner in first:
            found |= self._value(inner, scope)
            if self._truths(inner, scope) == {True}:
                return found
        return found | self._value(last, scope)

    def _truths(self, test: ast.expr, scope: Scope) -> set[bool]:
        """Return how a test may come out."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return {not truth for truth in self._truths(inner, scope)}
            case ast.BoolOp(op=joined, values=inners):
                settled = isinstance(joined, ast.Or)
                outcomes: set[bool] = set()
                for inner in inners:
                    truths = self._truths(inner, scope)
                    outcomes |= truths & {settled}
                    if truths == {settled}:
                        return outcomes
                return outcomes | {not settled}
        values = self._value(test, scope)
        return {True, False} if UNKNOWN in values else {bool(value) for value in values}

    def _called(self, call: ast.Call, scope: Scope) -> Values:
        by_name = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        match call.func:
            case ast.Attribute(value=step, attr="changed"):
                return self._value(by_name.get("to", step), scope)
        found = NOTHING
        for function in self._value(call.func, scope):
            if function is Transition:
                found |= self._value(call.args[0] if call.args else by_name["to"], scope)
            elif isinstance(function, FunctionType) and function.__module__.partition(".")[0] == self.package:
                by_place = zip(inspect.signature(function).parameters, call.args, strict=False)
                given = {name: self._value(argument, scope) for name, argument in [*by_place, *by_name.items()]}
                found |= self.returned(function, given)
            else:
                found |= ANYTHING
        return found


def _known(value: Any) -> Values:
    value = frozenset(value) if isinstance(value, set) else value
    try:
        return frozenset([value])
    except TypeError:  # a dict, a list: nothing that a state is read from
        return ANYTHING


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a loop, a `with`, a `try`, a `match`: each may run or not."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return
    for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        for name in ("body", "orelse", "finalbody"):
            yield getattr(part, name, [])


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds outside its blocks."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif not isinstance(child, ast.stmt):
            yield from _bound(child)


@cache
def _body(function: Callable[..., Any]) -> list[ast.stmt]:
    module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return cast("ast.FunctionDef", module.body[0]).body
