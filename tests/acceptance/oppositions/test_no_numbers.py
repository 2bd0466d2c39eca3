"""After a campaign no number stands where none may.

It is looked for in logs, metrics, all files of the PBX, the ledger, webhooks and answers to
operators.
"""

import asyncio
import re
from pathlib import Path

from dialer.adapters.pbx.container import docker
from dialer.adapters.pbx.home import PbxHome
from dialer.simulated_callees.personas import Persona, number_for
from tests.acceptance.conftest import PBX, Scene
from tests.acceptance.installation import Served
from tests.harness.patience import SOON_S
from tests.integration.upkeep.test_webhooks import Receiver, receiving
from tests.samples.campaigns import fast_campaign_file
from tests.samples.lists import contact_file

PERSONAS = (
    Persona.PRESSES_ONE,
    Persona.NINE_IN_NOTICE,
    Persona.NINE_THEN_HANGS_UP,
    Persona.HANGS_UP_IN_NOTICE,
    Persona.BUSY,
    Persona.NO_ANSWER,
    Persona.NOT_FOUND,
)
OPPOSED = [
    number_for(persona, index)
    for persona in (Persona.NINE_IN_NOTICE, Persona.NINE_THEN_HANGS_UP)
    for index in range(2)
]
NUMBERS = [number_for(persona, index) for persona in PERSONAS for index in range(2)]
OBJECTS, SENDS_STOP, ASKED = (number_for(Persona.PRESSES_ONE, index) for index in (90, 91, 92))


async def test_after_a_campaign_no_number_stands_where_none_may(scene: Scene, tmp_path: Path) -> None:
    async with receiving() as receiver:
        tell(scene, receiver)
        places = await lived_through(scene, tmp_path)
        await receiver.until(len(OPPOSED) + 3)  # who objects, who sends STOP, and the end of the campaign
        places["webhooks"] = b"".join(body for _, body in receiver.received).decode()
    for place, text in places.items():
        for number in (*NUMBERS, OBJECTS, SENDS_STOP, ASKED):
            assert not spelled(number).search(text), place
    assert '"attempt over"' in places["log of the service"]
    assert 'dialer_attempts_total{result="OPTED_OUT"} 4.0' in places["metrics"]
    assert "/dialer-suppressed/" in places["AstDB"]
    assert '"kind":"suppression.add"' in places["exported ledger"]
    assert "dialer.opt_out" in places["webhooks"]
    assert places["problems and answers to operators"].count('"code"') >= 5


def spelled(number: str) -> re.Pattern[str]:
    """Match the number's nine digits, however they are set apart.

    Its country code or zero may stand before them.
    """
    return re.compile(r"[ .\-/()]{0,2}".join(number[3:]))


def tell(scene: Scene, receiver: Receiver) -> None:
    home = scene.installation.home
    (home / "hook.secret").write_text("not so secret\n")
    (home / "dialer.toml").write_text(f'[[webhook]]\nurl = "{receiver.url}"\nsecret_file = "hook.secret"\n')


async def lived_through(scene: Scene, folder: Path) -> dict[str, str]:
    """Run a campaign with its oppositions and questions. Return texts by their places."""
    campaign = await scene.installation.campaign(fast_campaign_file(folder), contact_file(folder, NUMBERS))
    operator = (await scene.installation.must("token", "create", "--role", "operator", "--name", "omar"))[
        "token"
    ]
    async with scene.installation.serve() as served:
        await served.post(f"/v1/campaigns/{campaign}/start")
        await served.post("/v1/suppressions", {"phone_number": OBJECTS, "channel": "letter"})
        await served.post("/v1/webhooks/sms", {"from": SENDS_STOP, "to": "36111", "text": "STOP"})
        await served.get(f"/v1/suppressions/check?phone_number={ASKED}")
        await served.get(f"/v1/calls?phone_number={ASKED}")
        await scene.callees.ended(len(NUMBERS), within_s=90)
        async with asyncio.timeout(SOON_S):
            while (await served.get(f"/v1/campaigns/{campaign}"))["state"] != "completed":
                await asyncio.sleep(0.2)
        told = await told_to_operators(served, operator)
        places = await seen(scene, served)
    return places | {"problems and answers to operators": told}


async def told_to_operators(served: Served, token: str) -> str:
    """Ask right and wrong questions that name a number. Return the answers."""
    number, national = NUMBERS[0], f"0{NUMBERS[0][3:]}"
    questions: list[tuple[str, str, dict[str, object] | None]] = [
        ("GET", "/v1/calls?limit=1000", None),
        ("GET", f"/v1/calls?phone_number={national}&limit=0", None),
        ("GET", f"/v1/calls?cursor={national}", None),
        ("GET", f"/v1/campaigns/{national}", None),
        ("GET", f"/v1/subjects/{number}", None),
        ("GET", f"/v1/imports/{national}", None),
        ("POST", "/v1/suppressions", {"phone_number": national, "channel": number, number: number}),
        ("POST", "/v1/suppressions/remove", {"phone_number": national, "reason": number}),
        ("POST", "/v1/consents", {"phone_number": national, "consent_at": number}),
        ("POST", "/v1/webhooks/sms", {"from": number}),
    ]
    answers: list[str] = []
    for method, path, body in questions:
        headers = {"Authorization": f"Bearer {token}"}
        async with served.http.request(method, served.address + path, json=body, headers=headers) as answer:
            answers.append(await answer.text())
    return "\n".join(answers)


async def seen(scene: Scene, served: Served) -> dict[str, str]:
    home = scene.installation.home
    running = PbxHome(home, PBX).recorded()
    assert running is not None
    async with served.http.get(served.address + "/metrics") as answer:
        metrics = await answer.text()
    return {
        "log of the service": (home / "serve.log").read_text(),
        "metrics": metrics,
        "AstDB": await said("exec", running.container, "asterisk", "-rx", "database show"),
        "log of the PBX": await said("logs", running.container),
        "files of the PBX": await said(
            *("exec", running.container, "sh", "-c"),
            "find /var/log/asterisk /var/spool/asterisk /var/lib/asterisk /run /tmp -type f ! -name '*.alaw'"
            " -size -20M -exec cat {} + | tr -d '\\000'",
        ),
        "files of the home": "".join(
            path.read_text(errors="replace")
            for path in sorted(home.glob("**/*"))
            if path.is_file() and not path.name.startswith("dialer.db") and "prompts" not in path.parts
        ),
        "exported ledger": await exported(scene, home.parent / "export"),
    }


async def exported(scene: Scene, folder: Path) -> str:
    await scene.installation.must("ledger", "export", str(folder))
    return (folder / "entries.jsonl").read_text() + (folder / "heads.jsonl").read_text()


async def said(*words: str) -> str:
    answer = await docker(*words)
    assert answer.status == 0, answer.complaint
    return answer.output + answer.complaint
