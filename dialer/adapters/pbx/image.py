"""The Asterisk image, named by its sources: a change of docker/ is another image."""

from dialer.adapters.pbx.engine import docker, run
from dialer.adapters.pbx.errors import ImageNotBuilt
from dialer.adapters.pbx.places import ASTERISK_DOCKERFILE, ASTERISK_IMAGE, DOCKER, hash_of

_BUILD_S = 900


def image_name() -> str:
    return f"dialer-asterisk:{hash_of(ASTERISK_IMAGE)[:16]}"


async def ensure_image() -> str:
    """Build the missing images and return the name. A first run takes minutes.

    Raise `ImageNotBuilt` or `NoDocker`.
    """
    image = image_name()
    known = await docker("image", "inspect", "--format", "{{.Id}}", image)
    if known.status:
        await _build(image, await _base_image())
    return image


async def _base_image() -> str:
    try:
        made = await run(str(DOCKER / "base-image.sh"), timeout_s=_BUILD_S)
    except TimeoutError:
        raise ImageNotBuilt(
            "making the base image took too long", hint="run docker/base-image.sh by hand"
        ) from None
    if made.status:
        raise ImageNotBuilt(f"no base image: {made.last_line}", hint="run docker/base-image.sh by hand")
    return made.output.strip()


async def _build(image: str, argument: str) -> None:
    options = ("--build-arg", argument) if argument else ()
    built = await docker(
        "build", "-q", "-t", image, "-f", str(ASTERISK_DOCKERFILE), *options, str(DOCKER), timeout_s=_BUILD_S
    )
    if built.status:
        raise ImageNotBuilt(
            f"docker build failed: {built.last_line}", hint="mend it and run the command again"
        )
