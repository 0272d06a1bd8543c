"""All actions of AWS, and what is known of each.

The facts rest on the Service Authorization Reference,
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
An action that is not listed is unknown, not forbidden: ``index`` and ``level`` give ``None`` for it, and the
rest gives nothing at all. Ask ``index`` first where "takes no resource" and "unknown" must differ.
"""

from functools import cache, cached_property
from itertools import chain

from leastwise.catalog import facts
from leastwise.catalog.files import lines, text
from leastwise.catalog.levels import BY_LETTER, AccessLevel
from leastwise.catalog.names import Names


class Universe(Names):
    """The catalogue's actions. Make none: ask ``universe()`` for the one there is."""

    def __init__(self) -> None:
        """Read the names, and nothing else yet."""
        super().__init__(text("actions.txt"))
        self._level_masks: dict[AccessLevel, int] = {}
        self._alike: dict[str, tuple[tuple[str, int], ...]] = {}
        self._groups: dict[int, int] = {}
        self._models: dict[int, str] = {}
        self._patterns: dict[str, tuple[str, ...]] = {}

    def level(self, action: str) -> AccessLevel | None:
        """How much the action can do; ``None`` when it is unknown or a pattern."""
        index = self.index(action)
        return None if index is None else BY_LETTER[self._classes[0][index]]

    def level_mask(self, level: AccessLevel) -> int:
        """All actions of a level. Every action has exactly one."""
        if level not in self._level_masks:
            self._level_masks[level] = _bits(self._classes[0], level.letter)
        return self._level_masks[level]

    @cached_property
    def scopable(self) -> int:
        """Actions with a resource type: those a ``Resource`` other than ``*`` can allow."""
        return _bits(self._classes[1], "+")

    def resource_types(self, action: str) -> tuple[str, ...]:
        """Names of the resource types the action takes, e.g. ``("bucket",)``; none if it takes only ``*``."""
        return tuple(dict.fromkeys(kind.name for kind, _ in self.taken(action)))

    def resource_patterns(self, action: str) -> tuple[str, ...]:
        """ARN patterns of those types, each once, ``*`` for each variable part: ``("arn:*:s3:::*",)``."""
        if action not in self._patterns:
            self._patterns[action] = tuple(dict.fromkeys(kind.pattern for kind, _ in self.taken(action)))
        return self._patterns[action]

    def required_resource_patterns(self, action: str) -> tuple[str, ...]:
        """ARN patterns of the types without which no request is made (marked ``*`` by AWS).

        Several may be alternatives, where AWS folds different uses of one action into one row.
        """
        return tuple(dict.fromkeys(kind.pattern for kind, required in self.taken(action) if required))

    def model(self, action: str) -> str:
        """The first action of the service that takes the same; itself, when it takes no resource or is unknown."""
        index = self.index(action)
        if index is None:
            return action
        if index not in self._models:
            self.alike(action.lower().partition(":")[0])
        return self._models.get(index, action)

    def resource_patterns_of(self, mask: int) -> tuple[str, ...]:
        """The same for all actions of a mask together."""
        alike = (self.names[(part & -part).bit_length() - 1] for part in self.apart(mask))
        return tuple(dict.fromkeys(chain.from_iterable(map(self.resource_patterns, alike))))

    def resources_of(self, owner: str = "") -> frozenset[str]:
        """ARN patterns of the resource types of a service, which stands in their ARNs, ``*`` in some; else of all."""
        return facts.patterns(owner)

    def takers(self, owner: str) -> set[str]:
        """The services with actions on resources of a service: ``ssm`` has some on those of ``s3``."""
        return facts.takers(owner)

    def alike(self, service: str) -> tuple[tuple[str, int], ...]:
        """The scopable actions of a service by what they take: of each group that takes the same, one action, and all
        as a mask.
        """
        if service not in self._alike:
            groups = [(_mask_of(group), group) for group in facts.alike(*self.span(f"{service}:"))]
            self._alike[service] = tuple([(self.names[group[0]], mask) for mask, group in groups])
            for mask, group in groups:
                self._groups |= dict.fromkeys(group, mask)
                self._models |= dict.fromkeys(group, self.names[group[0]])
        return self._alike[service]

    def apart(self, mask: int) -> list[int]:
        """The scopable actions of a mask in groups that take the same; none is empty."""
        found: list[int] = []
        rest = mask & self.scopable
        while rest:
            same = self._like((rest & -rest).bit_length() - 1)
            found.append(rest & same)
            rest &= ~same
        return found

    def _like(self, index: int) -> int:
        """The group of an action that can be scoped."""
        if index not in self._groups:
            self.alike(self._lower[index].partition(":")[0])
        return self._groups[index]

    def condition_keys(self, action: str) -> frozenset[str]:
        """Keys the action's service may send: the action's own, and those of its resource types.

        In AWS's words, such as ``aws:ResourceTag/${TagKey}``. Global keys stand only where AWS lists them.
        """
        index = self.index(action)
        if index is None:
            return frozenset()
        return frozenset(facts.own_keys(index)).union(*(kind.keys for kind, _ in self.taken(action)))

    def condition_key_type(self, key: str) -> str | None:
        """The type of a key's value: ``String``, ``ARN``, ``Bool``, ``Date``, ``Numeric``, ``IPAddress``, or
        ``ArrayOf`` one of the first three where a request may carry several; ``None`` when unknown.

        Ignores case; ``aws:ResourceTag/team`` is found through ``aws:ResourceTag/${TagKey}``.
        """
        return facts.key_type(key)

    def sends(self, action: str, key: str) -> bool:
        """Whether the key, whatever its case, is among the action's ``condition_keys``."""
        listed = facts.listed_key(key)
        return any(one.lower() == listed for one in self.condition_keys(action))

    def takes_several(self, key: str) -> bool | None:
        """Whether a request may carry several values of a condition key; ``None`` when the key is unknown."""
        kind = self.condition_key_type(key)
        return None if kind is None else kind.startswith("ArrayOf")

    def dependent_actions(self, action: str) -> tuple[str, ...]:
        """Actions a caller needs besides this one for at least some of its uses, sorted."""
        return facts.dependents().get(action.lower(), ())

    def taken(self, action: str) -> tuple[tuple[facts.ResourceType, bool], ...]:
        """The resource types the action takes, each with whether no request is made without it."""
        index = self.index(action)
        return () if index is None else facts.taken(action, index)

    @cached_property
    def _classes(self) -> list[str]:
        return lines("classes.txt")


@cache
def universe() -> Universe:
    """The one universe of this process; its names are read at the first call."""
    return Universe()


def _mask_of(ascending: list[int]) -> int:
    """The mask of some positions, of which the lowest comes first: they lie near each other, so the sums stay small."""
    low = ascending[0]
    return sum(1 << (index - low) for index in ascending) << low


def _bits(signs: str, wanted: str) -> int:
    """The mask of the positions at which a sign stands."""
    digits = {ord(sign): "1" if sign == wanted else "0" for sign in set(signs)}
    return int(signs[::-1].translate(digits), 2)
