"""Bearer tokens and the keys of the fingerprints."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from dialer.domain.access import Role, Token
from dialer.ports.access import KeyVersion
from dialer.services.access.keys import Rotated
from dialer.views.base import AT, Instant, InstantText, Items, Listing, View, about

ActorName = Annotated[str, about("Who acts: this name stands in every record.", "anne")]


class TokenView(View):
    """A bearer token, without its secret."""

    name: ActorName
    role: Annotated[Role, about("The role of its bearer, which decides their rights.", "operator")]
    created_at: Annotated[Instant, about("When it was made.", AT)]
    expires_at: Annotated[Instant | None, about("When it ends; null: never by itself.", AT)]
    revoked_at: Annotated[Instant | None, about("When it was revoked; null: it was not.", None, AT)]
    last_used_at: Annotated[Instant | None, about("When it was last used; null: never.", AT)]

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls.mirror(token)


class TokenList(Listing[TokenView]):
    """Every token, revoked ones included."""


class TokenMadeView(View):
    """A token that was made. Its secret is shown this once."""

    name: ActorName
    role: Annotated[Role, about("The role of its bearer, which decides their rights.", "operator")]
    expires_at: Annotated[InstantText | None, about("When it ends, as it was asked for; null: never.", AT)]
    token: Annotated[str, about("The secret: the bearer sends it with each request.", "dlr_1f0c9b7e")]


class RevokedView(View):
    """A token that was ended for good."""

    name: ActorName
    revoked: Annotated[Literal[True], about("Always true.", True)]


KeyState = Literal["replaced", "in_force", "being_made"]
Version = Annotated[int, about("Number of the version, from 1.", 2)]


class KeyVersionView(View):
    """A version of the keys."""

    version: Version
    mark: Annotated[
        str, about("The mark by which the keys are known; empty: no home opened it yet.", "9f86d081")
    ]
    made_at: Annotated[Instant | None, about("When it was made; null: with the database.", AT)]
    by: Annotated[str, about("Who made it; empty: nobody, it is the first.", "anne")]
    reason: Annotated[str, about("Why it was made.", "routine")]
    state: Annotated[KeyState, about("Whether it is in force.", "in_force")]

    @classmethod
    def of(cls, version: KeyVersion, state: KeyState) -> Self:
        return cls(
            version=version.version,
            mark=version.mark,
            made_at=version.made_at,
            by=version.by,
            reason=version.reason,
            state=state,
        )


class KeyVersionsView(Items[KeyVersionView]):
    """Every version, in order. There is at least one."""

    @classmethod
    def of(cls, versions: Sequence[KeyVersion], made: KeyVersion | None) -> Self:
        """List the versions. `made` is the next one, while numbers are being moved to it."""
        *replaced, in_force = versions
        return cls(
            items=(
                *(KeyVersionView.of(version, "replaced") for version in replaced),
                KeyVersionView.of(in_force, "in_force"),
                *(KeyVersionView.of(version, "being_made") for version in (made,) if version),
            )
        )


class RotatedView(View):
    """A change of keys that is done."""

    version: Version
    numbers: Annotated[int, about("Numbers whose fingerprints were moved.", 120000)]
    seconds: Annotated[float, about("For how long nobody was judged, in seconds.", 41.5)]

    @classmethod
    def of(cls, rotated: Rotated) -> Self:
        return cls.mirror(rotated)
