"""Bearer tokens. Their secret is shown once, when it is made."""

from typing import Annotated, Literal, Self

from dialer.domain.access.roles import Role, Token
from dialer.views.base import AT, Instant, InstantText, Listing, View, about

Name = Annotated[str, about("Who acts: this name stands in every record.", "anne")]


class TokenView(View):
    """A bearer token, without its secret."""

    name: Name
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

    name: Name
    role: Annotated[Role, about("The role of its bearer, which decides their rights.", "operator")]
    expires_at: Annotated[InstantText | None, about("When it ends, as it was asked for; null: never.", AT)]
    token: Annotated[str, about("The secret: the bearer sends it with each request.", "dlr_1f0c9b7e")]


class RevokedView(View):
    """A token that was ended for good."""

    name: Name
    revoked: Annotated[Literal[True], about("Always true.", True)]
