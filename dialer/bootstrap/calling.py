"""The loops that dial, listen to the PBXs and ring our own numbers."""

from dialer.adapters.home.keys import fingerprint_keys
from dialer.adapters.home.probe_sounds import ProbeSoundFiles
from dialer.bootstrap.parts import Parts
from dialer.ports.leases import Driver
from dialer.services.access.key_watch import KeyWatch
from dialer.services.calls.call_event_applier import Calls
from dialer.services.calls.call_guards import Guards
from dialer.services.calls.pbx_worker import Consumer
from dialer.services.calls.reaper import Reaper
from dialer.services.calls.recovery import Recovery
from dialer.services.calls.strangers import Strangers
from dialer.services.dialing.dialing import Dialing
from dialer.services.dialing.sending import Sending
from dialer.services.operations.engine import Engine
from dialer.services.oppositions.callback_line import CallbackLine
from dialer.services.oppositions.pbx_lock import PbxLock
from dialer.services.pbx.lease import Lease
from dialer.services.probes.probe_call import ProbeCall
from dialer.services.probes.probing import Probing


def build_engine(parts: Parts) -> Engine:
    store, fleet, board, clock, meter = parts.store, parts.fleet, parts.board, parts.clock, parts.meter
    guards = Guards(store, parts.prompts, clock, parts.line_proofs, parts.judge.packs)
    strangers = Strangers(store, fleet, parts.fingerprints, clock, parts.sealer)
    calls = Calls(store, fleet, board, clock, meter, guards, strangers)
    lock = PbxLock(store, parts.fingerprints, clock)
    recovery = Recovery(store, calls, board, clock, lock, parts.halts, parts.pauses)
    line = CallbackLine(store, parts.suppressions, clock)
    leases = [Lease(store.leases, clock, Driver(name, parts.driver)) for name in fleet.telephonies]
    consumers = {
        lease.driver.pbx: Consumer(lease, fleet, calls, recovery, board, clock, meter, line)
        for lease in leases
    }
    dialing = Dialing(
        store, fleet, parts.judge, board, clock, Sending(store, board, clock, consumers, meter), meter, guards
    )
    parts.jobs["attempts nobody drives"] = Reaper(store, calls, clock)
    keys = KeyWatch(store.keys, lambda: len(fingerprint_keys(parts.home)))
    return Engine(dialing, consumers, parts.sealer, keys, parts.side)


def build_probing(parts: Parts) -> Probing:
    line = CallbackLine(parts.store, parts.suppressions, parts.clock)
    call = ProbeCall(line, parts.prompts, ProbeSoundFiles(parts.home), parts.clock)
    return Probing(
        parts.store, parts.fleet, parts.judge.trunks, parts.line_proofs, call, parts.board, parts.clock
    )
