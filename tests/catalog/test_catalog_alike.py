from __future__ import annotations

from functools import reduce
from operator import or_

from leastwise.catalog import universe


def test_the_groups_are_disjoint_and_together_all_that_can_be_scoped() -> None:
    masks = [mask for _, mask in universe().alike()]
    assert reduce(or_, masks) == universe().scopable
    assert sum(mask.bit_count() for mask in masks) == universe().scopable.bit_count()


def test_a_group_takes_the_same_resources() -> None:
    for action, mask in universe().alike()[::50]:
        for other in universe().names_of(mask):
            assert universe().resource_patterns(other) == universe().resource_patterns(action)
