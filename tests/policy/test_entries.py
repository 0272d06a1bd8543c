"""Action entries in sorts."""

from leastwise import catalog
from leastwise.policy.elements import Actions
from leastwise.policy.entries import covers_list, sorted_out


def test_entries_are_sorted_by_what_is_known_of_them() -> None:
    found = sorted_out(("S3:getobject", "s3:Put*", "s3:NoSuchAction", "s3:NoSuch*", "iam:PassRole"))
    assert found.plain == (("s3:GetObject", "S3:getobject"), ("iam:PassRole", "iam:PassRole"))
    assert catalog.universe().names_of(found.mask) == ["iam:PassRole", "s3:GetObject"]
    assert found.wild == ("s3:Put*",)
    assert found.unknown == ("s3:NoSuchAction", "s3:NoSuch*")


def test_a_list_covers_another_only_with_what_no_catalogue_knows() -> None:
    def lists(*entries: str) -> Actions:
        return Actions.of(entries, negated=False)

    part = lists("s3:GetObject", "s3:NoSuchAction")
    assert covers_list(lists("s3:Get*", "s3:NoSuch*"), part)
    assert not covers_list(lists("s3:Get*", "s3:Put*"), part)
    assert not covers_list(lists("s3:Put*", "s3:NoSuch*"), part)
