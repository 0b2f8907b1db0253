// Runs instrumented modules on the engine under Node and prints one line per call: the outcome, the
// results, the fuel left, the pages, a digest of the memory, the globals and a digest of the host
// calls. Input: a JSON file with a list of {wasm, calls: [{export, types, args, fuel}], globals}.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const MASK = (1n << 64n) - 1n;
const view = new DataView(new ArrayBuffer(8));

function bits(type, value) {
  switch (type) {
    case 'i32': return (value >>> 0).toString(16);
    case 'i64': return (value & MASK).toString(16);
    case 'f32':
      if (Number.isNaN(value)) return 'nan';
      view.setFloat32(0, value);
      return view.getUint32(0).toString(16);
    default:
      if (Number.isNaN(value)) return 'nan';
      view.setFloat64(0, value);
      return view.getBigUint64(0).toString(16);
  }
}

function value(type, hex) {
  const raw = BigInt('0x' + hex);
  switch (type) {
    case 'i32': return Number(BigInt.asIntN(32, raw));
    case 'i64': return BigInt.asIntN(64, raw);
    case 'f32': view.setUint32(0, Number(raw)); return view.getFloat32(0);
    default: view.setBigUint64(0, raw); return view.getFloat64(0);
  }
}

class HostTrap extends Error {}

function kind(error, counters) {
  if (error instanceof HostTrap) return error.message;
  if (error instanceof RangeError) return 'PHYSICAL_STACK';
  const text = error.message;
  if (text.includes('unreachable')) {
    if (counters.tidemill_fuel.value < 0n) return 'OUT_OF_FUEL';
    if (counters.tidemill_frames.value < 0 || counters.tidemill_stack.value < 0) {
      return 'STACK_OVERFLOW';
    }
    return 'UNREACHABLE';
  }
  if (text.includes('unrepresentable')) return 'OVERFLOW';
  if (text.includes('memory access')) return 'MEMORY';
  if (text.includes('data segment')) return 'MEMORY';
  if (text.includes('table') || text.includes('element segment')) return 'TABLE';
  if (text.includes('null function') || text.includes('signature')) return 'SIGNATURE';
  if (text.includes('by zero')) return 'DIVISION';
  return 'UNKNOWN ' + text;
}

const sha = (data) => createHash('sha256').update(data).digest('hex');
const out = [];

for (const unit of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const module = new WebAssembly.Module(readFileSync(unit.wasm));
  for (const call of unit.calls) {
    const lines = [];
    let x;
    const write = (text) => {
      if (lines.length < 2000) {
        lines.push(`${text} fuel ${x.tidemill_fuel.value} frames ${x.tidemill_frames.value} slots ${
          x.tidemill_stack.value} pages ${x.memory.buffer.byteLength / 65536}`);
      }
    };
    const trace = {
      note(a, b) {
        write(`note ${a} ${b}`);
        if (a === 0x7fff) throw new HostTrap('INVALID_HOST_ARGUMENT');
      },
      mix(a, b) {
        write(`mix ${a} ${b}`);
        const at = b & 0xffff;
        if (at < x.memory.buffer.byteLength) {
          new Uint8Array(x.memory.buffer)[at] = Number(a & 0xffn);
        }
        const turn = BigInt(b & 63);
        const u = a & MASK;
        const rotated = ((u << turn) | (u >> (64n - turn))) & MASK;
        return BigInt.asIntN(64, rotated * 0x9e3779b97f4a7c15n);
      },
      spend(a) {
        write(`spend ${a}`);
        const left = x.tidemill_fuel.value - BigInt(a & 0xff);
        x.tidemill_fuel.value = left;
        if (left < 0n) throw new HostTrap('OUT_OF_FUEL');
      },
    };
    x = new WebAssembly.Instance(module, { trace }).exports;
    x.tidemill_fuel.value = BigInt(call.fuel);
    x.tidemill_frames.value = unit.frames;
    x.tidemill_stack.value = unit.slots;
    x.tidemill_pages.value = unit.pages - x.memory.buffer.byteLength / 65536;
    let outcome = 'ok';
    let results = [];
    let stage = 'start:';
    try {
      x.tidemill_start();
      stage = '';
      const raw = x[call.export](...call.args.map((hex, i) => value(call.params[i], hex)));
      const all = call.results.length === 0 ? [] : call.results.length === 1 ? [raw] : raw;
      results = all.map((v, i) => bits(call.results[i], v));
    } catch (error) {
      outcome = stage + kind(error, x);
    }
    const fuel = x.tidemill_fuel.value < 0n ? 0n : x.tidemill_fuel.value;
    const memory = new Uint8Array(x.memory.buffer);
    const globals = unit.globals.map(([name, type]) => bits(type, x[name].value));
    out.push([outcome, results.join(','), fuel, memory.length / 65536, sha(memory),
      globals.join(','), sha(lines.join('\n'))].join('|'));
  }
}
process.stdout.write(out.join('\n') + '\n');
