"""Put an instrument behind Twinloom: one file, Python 3.8 or later, nothing to install.

Copy it beside your script, or add its folder to PYTHONPATH. Write one function and call `serve`:

    from twinloom_device import Input, Observable, serve

    def step(inputs):                  # hold the inputs for one sampling step, then measure
        supply.voltage = inputs[0]
        time.sleep(0.01)
        return [meter.current]

    serve(step, identity="memristor 7", dt=0.01,
          inputs=[Input("voltage", "V", 0, 0.8, safe=0, max_slew=20)],
          observables=[Observable("current", "A")])

Then: twinloom device check "python my_device.py". What goes over the two streams is written down in
docs/driver-protocol.md. `print` goes to the terminal, not into the protocol.
"""

import array
import json
import math
import os
import queue
import signal
import struct
import sys
import threading
import traceback
import zlib

__all__ = ["Input", "Observable", "Rows", "serve", "read_frame", "write_frame"]

VERSION = 1
LARGEST_HEADER = 1 << 20
LARGEST_PAYLOAD = 1 << 30
# Rounding of a difference of two values within a range is no slew.
SLEW_SLACK = 1 + 1e-9


class Input:
    """An input and its limits: `max_slew` in units per second, `safe` the value of the safe state."""

    def __init__(self, name, unit, min, max, safe=None, max_slew=None):
        if not (math.isfinite(min) and math.isfinite(max) and min < max):
            raise ValueError("input %r: %r to %r is no range" % (name, min, max))
        self.name, self.unit = name, unit
        self.min, self.max = float(min), float(max)
        self.declared = self.min, self.max
        self.safe = None if safe is None else float(safe)
        self.max_slew = None if max_slew is None else float(max_slew)

    def said(self):
        optional = {"safe": self.safe, "maxSlew": self.max_slew}
        said = {"name": self.name, "unit": self.unit, "min": self.min, "max": self.max}
        return dict(said, **{k: v for k, v in optional.items() if v is not None})


class Observable:
    """A measured channel; with `min` and `max`, readings at these ends are reported as overloads."""

    def __init__(self, name, unit, min=None, max=None):
        self.name, self.unit, self.min, self.max = name, unit, min, max

    def said(self):
        optional = {"min": self.min, "max": self.max}
        said = {"name": self.name, "unit": self.unit}
        return dict(said, **{k: v for k, v in optional.items() if v is not None})


class Rows:
    """Numbers [time, channels]: `rows[t]` is a list, `rows.data` a flat memoryview of doubles."""

    def __init__(self, data, columns):
        self.data, self.columns = data, columns

    def __len__(self):
        return len(self.data) // self.columns

    def __getitem__(self, t):
        if not 0 <= t < len(self):
            raise IndexError(t)
        return self.data[t * self.columns : (t + 1) * self.columns].tolist()


class Refusal(Exception):
    """A command that is not carried out, with the code of its error reply."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def _take_streams():
    """Keep the two streams for frames alone: whatever prints goes to the terminal instead."""
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb", buffering=1 << 16), os.fdopen(replies, "wb", buffering=1 << 16)


# Started by Twinloom: at once, before the rest of a script prints.
_streams = _take_streams() if os.environ.pop("TWINLOOM_DRIVER", None) else None


# --- Frames ---------------------------------------------------------------------------------------
# uint32 bytes of header, uint32 bytes of payload, header (JSON), payload (doubles), uint32 CRC-32 of
# all that; little-endian.


def read_frame(stream):
    """The next (header, {name: (shape, memoryview of doubles)}); None at the end of the stream."""
    prefix = stream.read(8)
    if len(prefix) < 8:
        return None
    header_bytes, payload_bytes = struct.unpack("<II", prefix)
    if header_bytes > LARGEST_HEADER or payload_bytes > LARGEST_PAYLOAD:
        raise ValueError("not a frame: %r" % prefix)
    text = stream.read(header_bytes)
    payload = stream.read(payload_bytes)
    trailer = stream.read(4)
    if len(trailer) < 4:
        return None
    crc = zlib.crc32(payload, zlib.crc32(text, zlib.crc32(prefix)))
    if struct.unpack("<I", trailer)[0] != crc:
        raise ValueError("a frame with a wrong checksum")
    header = json.loads(text.decode("utf-8"))
    arrays, offset = {}, 0
    for said in header.get("arrays", []):
        count = 1
        for length in said["shape"]:
            count *= length
        end = offset + 8 * count
        if said["type"] != "f8" or end > payload_bytes:
            raise ValueError("array %r does not fit its payload" % said["name"])
        arrays[said["name"]] = (said["shape"], _doubles(memoryview(payload)[offset:end]))
        offset = end
    return header, arrays


def write_frame(stream, header, arrays=None):
    """Write a header and arrays {name: (shape, buffer of doubles)}."""
    arrays = arrays or {}
    if arrays:
        said = [{"name": n, "shape": list(s), "type": "f8"} for n, (s, _) in arrays.items()]
        header = dict(header, arrays=said)
    text = json.dumps(header).encode("utf-8")
    payload = [_bytes(data) for _, data in arrays.values()]
    prefix = struct.pack("<II", len(text), sum(len(piece) for piece in payload))
    crc = 0
    for piece in [prefix, text] + payload:
        crc = zlib.crc32(piece, crc)
        stream.write(piece)
    stream.write(struct.pack("<I", crc))
    stream.flush()


def _doubles(raw):
    if sys.byteorder == "little":
        return raw.cast("d")
    swapped = array.array("d", raw.tobytes())
    swapped.byteswap()
    return memoryview(swapped)


def _bytes(data):
    if sys.byteorder == "little":
        return memoryview(data).cast("B")
    swapped = array.array("d", data)
    swapped.byteswap()
    return memoryview(swapped).cast("B")


def _to_doubles(values, count, what):
    """Any buffer of doubles as it is; anything else number by number."""
    if isinstance(values, Rows):
        values = values.data
    try:
        view = memoryview(values)
        if view.format == "d" and view.c_contiguous:
            flat = view if view.ndim == 1 else view.cast("B").cast("d")
        else:
            raise TypeError
    except TypeError:
        flat = memoryview(array.array("d", _flatten(values)))
    if len(flat) != count:
        raise Refusal("shape-mismatch", "%s gave %d numbers in place of %d" % (what, len(flat), count))
    # A sum is finite only if all of its terms are, and costs one pass.
    if not math.isfinite(sum(flat)) and not all(map(math.isfinite, flat)):
        raise Refusal("not-finite", "%s gave a number that is not finite" % what)
    return flat


def _flatten(values):
    try:
        iterator = iter(values)
    except TypeError:
        return [float(values)]
    return [number for value in iterator for number in _flatten(value)]


# --- The served device ----------------------------------------------------------------------------


def serve(device, identity=None, inputs=None, observables=None, dt=None, **options):
    """Serve a device until Twinloom goes; then bring it to its safe state and return.

    device       A function step(inputs) -> observables, or an object with any of these methods;
                 identity, inputs, observables and dt may be attributes of it:
                   step(inputs)   hold a list of inputs for one sampling step, measure at its end
                   run(drive)     drive [time, inputs] -> [time, observables], for instruments with
                                  a clock of their own; a NumPy array if you imported NumPy, else Rows
                   reset()        to the initial law; gives the observables there
                   stop()         to the safe state, after the inputs went to their safe values
                   held()         what the instrument's inputs hold now, for a new process
    dt           Sampling step, s.
    options      samples_per_step (1), carrier_period, reset_time (s), reset, run, stop, held: the
                 same functions, for a device that is a function; watchdog: bring the device to its
                 safe state after so many seconds without a command (default: never).
    """
    if not _streams and sys.stdin.isatty():
        command = "python %s" % os.path.basename(sys.argv[0])
        sys.exit('This program is started by Twinloom: twinloom device check "%s"' % command)
    requests, replies = _streams or _take_streams()
    served = _Served(_Instrument(device, identity, inputs, observables, dt, options), replies)
    signal.signal(signal.SIGTERM, lambda *_: served.hear(None))
    threading.Thread(target=served.listen, args=(requests,), daemon=True).start()
    served.work(options.get("watchdog"))


class _Instrument:
    """What the user gave, with its limits; the only place that touches the device."""

    def __init__(self, device, identity, inputs, observables, dt, options):
        known = {"samples_per_step", "carrier_period", "reset_time", "watchdog"}
        known |= {"reset", "run", "stop", "held"}
        unknown = set(options) - known
        if unknown:
            raise TypeError("serve has no option %s; it knows %s" % (unknown, sorted(known)))
        given = lambda name: options.get(name) or getattr(device, name, None)
        self.step_once = device if callable(device) else getattr(device, "step", None)
        self.run_all, self.to_start = given("run"), given("reset")
        self.to_safe, self.read_held = given("stop"), given("held")
        self.identity = identity or getattr(device, "identity", None)
        self.inputs = list(inputs or getattr(device, "inputs", []))
        self.observables = list(observables or getattr(device, "observables", []))
        self.dt = dt or getattr(device, "dt", None)
        self.options = options
        self.held = None
        self.told = "nothing yet"
        self.done = 0
        self.giving_up = threading.Event()
        self._check()

    def _check(self):
        if not (self.identity and self.inputs and self.observables and self.dt):
            raise ValueError("serve needs identity, inputs, observables and dt")
        if not (self.step_once or self.run_all):
            raise ValueError("the device has neither step nor run")
        if not self.to_safe and any(one.safe is None for one in self.inputs):
            raise ValueError("state `safe` for every input, or give a function `stop`")

    def description(self):
        said = {
            "identity": self.identity,
            "inputs": [one.said() for one in self.inputs],
            "observables": [one.said() for one in self.observables],
            "dt": self.dt,
            "samplesPerStep": self.options.get("samples_per_step", 1),
            "canReset": self.to_start is not None,
            "canStep": self.step_once is not None,
            "hasHeartbeat": True,
        }
        names = {"carrier_period": "carrierPeriod", "reset_time": "resetTime"}
        said.update({names[k]: self.options[k] for k in names if k in self.options})
        return said

    def limit(self, limits):
        """Narrow the limits to those of the other side; wider ones change nothing."""
        by_name = {one.name: one for one in self.inputs}
        for said in limits:
            one = by_name[said["name"]]
            low, high = max(one.min, said.get("min", one.min)), min(one.max, said.get("max", one.max))
            if not low < high:
                raise Refusal("out-of-range", "no range is left for %r" % one.name)
            one.min, one.max = low, high
            slews = [s for s in (one.max_slew, said.get("maxSlew")) if s is not None]
            one.max_slew = min(slews) if slews else None
            safe = said.get("safe", one.safe)
            if safe != one.safe and not one.declared[0] <= safe <= one.declared[1]:
                raise Refusal("out-of-range", "the safe value of %r is beyond its range" % one.name)
            one.safe = safe

    def check(self, data):
        """Refuse values and changes beyond the limits, before anything is driven."""
        columns = len(self.inputs)
        for i, one in enumerate(self.inputs):
            column = data[i::columns].tolist() if columns > 1 else data
            if len(column) == 0:
                continue
            low, high = min(column), max(column)
            if not (low >= one.min and high <= one.max):
                text = "%r to %r %s for %r is beyond its range, %r to %r %s"
                found = (low, high, one.unit, one.name, one.min, one.max, one.unit)
                raise Refusal("out-of-range", text % found)
            if one.max_slew is None:
                continue
            most = one.max_slew * self.dt * SLEW_SLACK
            values = column if isinstance(column, list) else column.tolist()
            if any(abs(b - a) > most for a, b in zip(values, values[1:])):
                text = "%r changes by more than %r %s/s" % (one.name, one.max_slew, one.unit)
                raise Refusal("out-of-range", text)

    def apply(self, row):
        """Hold one row for one step; gives the observables."""
        self.held = list(row)
        return _to_doubles(self.step_once(list(row)), len(self.observables), "step")

    def approach(self, target):
        """From what the inputs hold to just before `target`, no faster than they may."""
        if self.held is None and self.read_held:
            self.held = [float(value) for value in self.read_held()]
        if self.held is None:
            return
        start = list(self.held)
        steps = 1
        for one, a, b in zip(self.inputs, start, target):
            if one.max_slew is not None:
                steps = max(steps, math.ceil(abs(b - a) / (one.max_slew * self.dt * SLEW_SLACK)))
        rows = [[a + (b - a) * k / steps for a, b in zip(start, target)] for k in range(1, steps)]
        if self.step_once:
            for row in rows:
                self.apply(row)
        elif rows:
            self._run_all(memoryview(array.array("d", _flatten(rows))))

    def make_safe(self):
        self.told = "stop"
        safe = [one.safe for one in self.inputs]
        if all(value is not None for value in safe):
            if self.held != safe:
                self.approach(safe)
                if self.step_once:
                    self.apply(safe)
                else:
                    self._run_all(memoryview(array.array("d", safe)))
            self.held = safe
        if self.to_safe:
            self.to_safe()

    def reset(self):
        if not self.to_start:
            raise Refusal("bad-value", "the device cannot be reset")
        safe = [one.safe for one in self.inputs]
        if self.held is not None and all(value is not None for value in safe):
            self.approach(safe)
        self.told = "reset"
        initial = _to_doubles(self.to_start(), len(self.observables), "reset")
        self.held = safe if all(value is not None for value in safe) else None
        return (len(initial),), initial

    def run(self, data):
        columns, channels = len(self.inputs), len(self.observables)
        self.check(data)
        time = len(data) // columns
        self.approach(data[:columns].tolist())
        self.told = "run [%d, %d]" % (time, columns)
        if self.run_all:
            return (time, channels), self._run_all(data)
        response = array.array("d", bytes(8 * time * channels))
        self.done = 0
        for t in range(time):
            if self.giving_up.is_set():
                raise Refusal("interrupted", "given up after %d of %d samples" % (t, time))
            row = data[t * columns : (t + 1) * columns].tolist()
            response[t * channels : (t + 1) * channels] = array.array("d", self.apply(row))
            self.done = t + 1
        return (time, channels), memoryview(response)

    def _run_all(self, data):
        columns = len(self.inputs)
        time = len(data) // columns
        numpy = sys.modules.get("numpy")
        drive = numpy.asarray(data).reshape(time, columns) if numpy else Rows(data, columns)
        response = _to_doubles(self.run_all(drive), time * len(self.observables), "run")
        self.held = data[len(data) - columns :].tolist()
        return response

    def step(self, data):
        row = data.tolist()
        self.check(data)
        self.approach(row)
        self.told = "step %s" % row
        output = self.apply(row)
        return (len(output),), output


class _Served:
    """Requests come on a thread of their own, so that a stop is heard while a drive runs."""

    def __init__(self, instrument, replies):
        self.instrument = instrument
        self.replies = replies
        self.lock = threading.Lock()
        self.requests = queue.SimpleQueue()
        self.last = 0

    def listen(self, stream):
        try:
            while True:
                frame = read_frame(stream)
                self.hear(frame)
                if frame is None:
                    return
        except Exception as error:  # Whatever it is, nobody can be understood any more.
            print("twinloom_device: %s" % error, file=sys.stderr)
            self.hear(None)

    def hear(self, frame):
        """Take a request; None is the end."""
        if frame is None:
            self.instrument.giving_up.set()
            return self.requests.put(None)
        header = frame[0]
        # A request that comes twice is carried out once.
        if header["id"] <= self.last:
            return None
        self.last = header["id"]
        if header["method"] == "heartbeat":
            life = {"done": self.instrument.done, "told": self.instrument.told}
            return self.reply(header["id"], {"result": life})
        if header["method"] == "stop":
            self.instrument.giving_up.set()
        return self.requests.put(frame)

    def work(self, watchdog):
        """Carry out requests until the end; the safe state comes after it, whatever happens."""
        try:
            while True:
                try:
                    frame = self.requests.get(timeout=watchdog)
                except queue.Empty:
                    if self.instrument.told not in ("stop", "nothing yet"):
                        print("twinloom_device: no command for %s s, going to the safe state" % watchdog, file=sys.stderr)
                        self.instrument.make_safe()
                    continue
                if frame is None:
                    return
                self.carry_out(*frame)
        finally:
            # An instrument that was told nothing is left alone.
            if self.instrument.told != "nothing yet":
                self.instrument.make_safe()

    def carry_out(self, header, arrays):
        try:
            result, arrays = self.answer(header.get("method"), header.get("params") or {}, arrays)
            self.reply(header["id"], {"result": result}, arrays)
        except Exception as error:
            told = self.instrument.told
            code = getattr(error, "code", "device-failure")
            message = str(error) if isinstance(error, Refusal) else _place(error)
            if not isinstance(error, Refusal):
                traceback.print_exc()
            is_safe = self.try_safe()
            self.reply(
                header["id"],
                {"error": {"code": code, "message": message, "told": told, "isSafe": is_safe}},
            )

    def try_safe(self):
        try:
            self.instrument.make_safe()
            return True
        except Exception:
            traceback.print_exc()
            return False

    def answer(self, method, params, arrays):
        instrument = self.instrument
        if method == "hello":
            return {"version": VERSION, "driver": "twinloom_device.py"}, {}
        if method == "describe":
            return instrument.description(), {}
        if method == "limit":
            instrument.limit(params["inputs"])
            return {"inputs": [one.said() for one in instrument.inputs]}, {}
        if method == "stop":
            instrument.make_safe()
            instrument.giving_up.clear()
            return {"held": instrument.held}, {}
        if method == "reset":
            return {}, {"initial": instrument.reset()}
        if method == "run":
            return {}, {"response": instrument.run(arrays["drive"][1])}
        if method == "step":
            return {}, {"output": instrument.step(arrays["input"][1])}
        raise Refusal("bad-value", "there is no command %r in version %d" % (method, VERSION))

    def reply(self, number, content, arrays=None):
        try:
            with self.lock:
                write_frame(self.replies, dict({"id": number}, **content), arrays)
        except (BrokenPipeError, ValueError):
            self.hear(None)


def _place(error):
    """An error of the user's, with the line it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if os.path.abspath(one.filename) != os.path.abspath(__file__)]
    at = " (%s, line %d)" % (os.path.basename(own[-1].filename), own[-1].lineno) if own else ""
    return "%s: %s%s" % (type(error).__name__, error, at)
