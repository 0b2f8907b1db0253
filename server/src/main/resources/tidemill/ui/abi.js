// Values of contracts: Borsh by the types of the ABI, from words and to words. Integers are BigInt.

import {bytesOf, hexOf} from './proof.js';

const INTEGER = /^([UI])(8|16|32|64|128)$/;
const kind = type => (typeof type === 'string' ? type : Object.keys(type)[0]);

/** A type as people write it. */
export function typeName(type) {
  if (typeof type === 'string') {
    const integer = INTEGER.exec(type);
    return integer ? `${integer[1] === 'U' ? 'uint' : 'int'}${integer[2]}` : type.toLowerCase();
  }
  const inner = type[kind(type)];
  switch (kind(type)) {
    case 'FixedBytes': return `bytes${inner}`;
    case 'Vec': return `${typeName(inner)}[]`;
    case 'Option': return `${typeName(inner)}?`;
    case 'Map': return `map ${typeName(inner.key)} to ${typeName(inner.value)}`;
    default: return inner;
  }
}

/** A function as people write it. */
export const signature = fn =>
  `(${fn.params.map(param => typeName(param.ty)).join(', ')})${fn.returns ? ` → ${typeName(fn.returns)}` : ''}`;

const definition = (abi, name) => abi.types.find(type => type.name === name)?.kind;

// ---- from words -----------------------------------------------------------------------------------

/** The calldata of a function, from one text per parameter. */
export function encode(abi, fn, texts) {
  const out = [];
  fn.params.forEach((param, i) => {
    try {
      write(abi, param.ty, parse(param.ty, texts[i]), out);
    } catch (error) {
      throw new Error(`Argument ${i + 1}, ${param.name} (${typeName(param.ty)}): ${error.message}`);
    }
  });
  return hexOf(Uint8Array.from(out));
}

/** Lists and tables are written as JSON; everything else is its own text. */
function parse(type, text) {
  const structured = typeof type === 'object' && ['Vec', 'Custom'].includes(kind(type));
  if (!structured || !/^\s*[[{]/.test(text)) return text;
  // Long integers would lose digits as numbers: they become texts first.
  return JSON.parse(text.replace(/([[:,]\s*)(-?\d+)(?=\s*[,\]}])/g, '$1"$2"'));
}

function count(number, out) {
  for (let shift = 0; shift < 32; shift += 8) out.push((number >>> shift) & 255);
}

function write(abi, type, value, out) {
  const integer = typeof type === 'string' && INTEGER.exec(type);
  if (integer) return writeInteger(integer[1] === 'I', Number(integer[2]), value, out);
  switch (kind(type)) {
    case 'Bool': {
      if (!['true', 'false'].includes(String(value))) throw new Error('write true or false');
      out.push(String(value) === 'true' ? 1 : 0);
      return;
    }
    case 'Address': return push(fixed(value, 32), out);
    case 'FixedBytes': return push(fixed(value, type.FixedBytes), out);
    case 'Bytes': return prefixed(bytesOf(String(value)), out);
    case 'String': return prefixed(new TextEncoder().encode(String(value)), out);
    case 'Option': {
      if (value === 'none' || value === '' || value === null) {
        out.push(0);
      } else {
        out.push(1);
        write(abi, type.Option, value, out);
      }
      return;
    }
    case 'Vec': {
      if (type.Vec === 'U8' && typeof value === 'string') return prefixed(bytesOf(value), out);
      if (!Array.isArray(value)) throw new Error('write a list, such as [1, 2]');
      count(value.length, out);
      value.forEach(item => write(abi, type.Vec, item, out));
      return;
    }
    case 'Custom': return writeCustom(abi, type.Custom, value, out);
    default: throw new Error('this type cannot be written here');
  }
}

function writeInteger(signed, bits, value, out) {
  if (!/^-?(\d[\d_]*|0x[0-9a-f]+)$/i.test(String(value).trim())) throw new Error('write a whole number');
  let number = BigInt(String(value).trim().replaceAll('_', ''));
  const [least, most] = signed ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n] : [0n, (1n << BigInt(bits)) - 1n];
  if (number < least || number > most) throw new Error(`must be from ${least} to ${most}`);
  number = BigInt.asUintN(bits, number);
  for (let i = 0; i < bits / 8; i++) out.push(Number((number >> BigInt(8 * i)) & 255n));
}

function writeCustom(abi, name, value, out) {
  const known = definition(abi, name);
  if (known?.Enum) {
    const index = known.Enum.variants.findIndex(variant => variant.name === value);
    if (index < 0) throw new Error(`write one of ${known.Enum.variants.map(variant => variant.name).join(', ')}`);
    out.push(index);
  } else if (known?.Struct && value !== null && typeof value === 'object') {
    known.Struct.fields.forEach(field => {
      if (!(field.name in value)) throw new Error(`field ${field.name} is missing`);
      write(abi, field.ty, value[field.name], out);
    });
  } else {
    throw new Error('write a table, such as {"a": 1}');
  }
}

function fixed(value, length) {
  const bytes = bytesOf(String(value).trim());
  if (bytes.length !== length) throw new Error(`needs ${length} bytes, got ${bytes.length}`);
  return bytes;
}

const push = (bytes, out) => bytes.forEach(byte => out.push(byte));

function prefixed(bytes, out) {
  count(bytes.length, out);
  push(bytes, out);
}

// ---- to words -------------------------------------------------------------------------------------

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new Error('too short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  integer(length, signed = false) {
    let number = 0n;
    this.take(length).forEach((byte, i) => { number |= BigInt(byte) << BigInt(8 * i); });
    return signed ? BigInt.asIntN(8 * length, number) : number;
  }

  length() {
    return Number(this.integer(4));
  }
}

function read(abi, type, from) {
  const integer = typeof type === 'string' && INTEGER.exec(type);
  if (integer) return from.integer(Number(integer[2]) / 8, integer[1] === 'I').toString();
  switch (kind(type)) {
    case 'Bool': return from.take(1)[0] ? 'true' : 'false';
    case 'Address': return hexOf(from.take(32));
    case 'FixedBytes': return hexOf(from.take(type.FixedBytes));
    case 'Bytes': return hexOf(from.take(from.length()));
    case 'String': return JSON.stringify(new TextDecoder().decode(from.take(from.length())));
    case 'Option': return from.take(1)[0] ? read(abi, type.Option, from) : 'none';
    case 'Vec': {
      const items = from.length();
      if (items > from.bytes.length) throw new Error('too many');
      return `[${Array.from({length: items}, () => read(abi, type.Vec, from)).join(', ')}]`;
    }
    case 'Custom': {
      const known = definition(abi, type.Custom);
      if (known?.Enum) return known.Enum.variants[from.take(1)[0]]?.name ?? '?';
      if (!known?.Struct) throw new Error('unknown type');
      return `{${known.Struct.fields.map(field => `${field.name}: ${read(abi, field.ty, from)}`).join(', ')}}`;
    }
    default: throw new Error('unknown type');
  }
}

/** Values of these types in words, or null when the bytes are not exactly those. */
export function decode(abi, types, hex) {
  const from = new Reader(bytesOf(hex));
  try {
    const values = types.map(type => read(abi, type, from));
    return from.at === from.bytes.length ? values : null;
  } catch {
    return null;
  }
}

/** What a function returned, in words; hex when its type does not fit. */
export function result(abi, name, hex) {
  const fn = abi?.functions.find(known => known.name === name);
  if (!fn?.returns) return hex === '0x' ? '' : hex;
  return decode(abi, [fn.returns], hex)?.[0] ?? hex;
}

/** The arguments of a call in words, or null. */
export function argumentsOf(abi, name, calldata) {
  const fn = abi?.functions.find(known => known.name === name);
  return fn ? decode(abi, fn.params.map(param => param.ty), calldata) : null;
}

/** An event as {name, fields: [[name, value]]}, or null when the ABI does not know it. */
export function event(abi, topics, data) {
  const known = abi?.events.find(candidate => candidate.topic0 === topics[0]);
  if (!known) return null;
  const indexed = i => ((known.indexed_mask >> i) & 1) === 1;
  const plain = decode(abi, known.params.filter((_, i) => !indexed(i)).map(param => param.ty), data);
  if (!plain) return null;
  let topic = 1;
  let value = 0;
  return {
    name: known.name,
    fields: known.params.map((param, i) =>
      [param.name, indexed(i) ? topicOf(abi, param.ty, topics[topic++]) : plain[value++]]),
  };
}

/** A topic in words: an integer is little-endian at the front, or big-endian at the end. */
function topicOf(abi, type, topic) {
  const integer = typeof type === 'string' && INTEGER.exec(type);
  if (!topic || !integer) return topic ?? '?';
  const width = Number(integer[2]) / 8;
  const bytes = bytesOf(topic);
  const end = bytes.subarray(0, 32 - width).every(byte => byte === 0);
  const own = end ? bytes.slice(32 - width).reverse() : bytes.slice(0, width);
  return decode(abi, [type], hexOf(own))[0];
}
