"""The loops that dial, listen to the PBXs and ring our own numbers."""

from dialer.adapters.home.keys import fingerprint_keys
from dialer.adapters.home.sounds import ProbeSoundFiles
from dialer.bootstrap.parts import Runtime
from dialer.ports.pbx import Driver
from dialer.services.access.keys import KeyWatch
from dialer.services.calls.call_event_applier import CallEventApplier
from dialer.services.calls.call_guards import CallGuards
from dialer.services.calls.pbx_worker import PbxWorker
from dialer.services.calls.recovery import OrphanedAttempts, Recovery
from dialer.services.calls.unknown_calls import UnknownCalls
from dialer.services.dialing.dialing import DialingLoop
from dialer.services.dialing.sending import Sending
from dialer.services.operations.loops import Engine
from dialer.services.oppositions.pbx_lock import PbxLock
from dialer.services.pbx.lease import Lease
from dialer.services.probes import ProbeCall, Probing


def build_engine(parts: Runtime) -> Engine:
    store, fleet, live_calls, clock, meter = (
        parts.store,
        parts.fleet,
        parts.live_calls,
        parts.clock,
        parts.meter,
    )
    call_guards = CallGuards(store, parts.prompts, clock, parts.line_proofs, parts.decider.packs)
    unknown_calls = UnknownCalls(store, fleet, parts.fingerprints, clock, parts.sealer)
    calls = CallEventApplier(store, fleet, live_calls, clock, meter, call_guards, unknown_calls)
    lock = PbxLock(store, parts.fingerprints, clock)
    recovery = Recovery(store, calls, live_calls, clock, lock, parts.halts, parts.pauses)
    leases = [Lease(store, clock, Driver(name, parts.driver)) for name in fleet.telephonies]
    consumers = {
        lease.driver.pbx: PbxWorker(
            lease, fleet, calls, recovery, live_calls, clock, meter, parts.callback_line
        )
        for lease in leases
    }
    dialing = DialingLoop(
        store,
        fleet,
        parts.decider,
        live_calls,
        clock,
        Sending(store, live_calls, clock, consumers, meter),
        meter,
        call_guards,
    )
    parts.jobs["attempts nobody drives"] = OrphanedAttempts(store, calls, clock)
    keys = KeyWatch(store, lambda: len(fingerprint_keys(parts.home)))
    return Engine(dialing, consumers, parts.sealer, keys, parts.side)


def build_probing(parts: Runtime) -> Probing:
    call = ProbeCall(parts.callback_line, parts.prompts, ProbeSoundFiles(parts.home), parts.clock)
    return Probing(
        parts.store, parts.fleet, parts.decider.trunks, parts.line_proofs, call, parts.live_calls, parts.clock
    )
