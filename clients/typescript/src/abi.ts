/**
 * What a contract says about itself in the `pyde.abi` section of its module, and the values that go
 * in and come out:
 *
 *     uint8 .. int128   bigint; a whole number is accepted
 *     bool              boolean
 *     address, bytes    Uint8Array
 *     string            string
 *     T[]               array
 *     map(K,V)          array of [key, value], in the order of the encoding
 *     option(T)         the value, or undefined
 *     struct            object by the names of its fields
 *     enum              string, the name of the variant
 */
import { BorshReader, BorshWriter } from "./borsh.js";
import type { Event } from "./generated/tidemill/v1/types.js";
import { blake3, toHex } from "./hash.js";

export type AbiValue = bigint | number | boolean | string | Uint8Array | AbiValue[] | AbiStruct | Hashed | undefined;
export interface AbiStruct {
  [field: string]: AbiValue;
}

/** An indexed value that is too long for a topic: the event carries its Blake3 hash only. */
export class Hashed {
  constructor(readonly hash: Uint8Array) {}
}

export type AbiType =
  | { kind: "int"; bits: number; signed: boolean }
  | { kind: "bool" | "address" | "bytes" | "string" }
  | { kind: "fixed"; length: number; spelling: string }
  | { kind: "vec" | "option"; element: AbiType }
  | { kind: "map"; key: AbiType; value: AbiType }
  | { kind: "custom"; name: string };

export interface AbiField {
  name: string;
  type: AbiType;
}

export interface AbiFunction {
  name: string;
  /** The first four bytes of Blake3 of the name; for explorers. */
  selector: string;
  /** The attribute bits: 1 view, 2 payable, 0x80 entry. */
  attributes: number;
  arguments: AbiField[];
  returns?: AbiType;
  /** Hints; only the oldest layout has them. */
  accessList: string[];
}

export interface AbiEvent {
  name: string;
  fields: AbiField[];
  /** Bit i says that field i is a topic. */
  indexedMask: number;
}

export type AbiDefinition = { name: string; fields: AbiField[] } | { name: string; variants: string[] };

export interface AbiStateField {
  name: string;
  /** The types of a map's keys; empty for a single value. */
  keys: AbiType[];
  value: AbiType;
}

export interface DecodedEvent {
  name: string;
  fields: AbiStruct;
}

const MAX_DEPTH = 32;
const MAX_SIGNATURE = 4096;
const OLDEST = 0x10000;
const NEWEST = 0x10003;
const INTEGER_BITS = [8, 16, 32, 64, 128];

const integer = (bits: number, signed: boolean): AbiType => ({ kind: "int", bits, signed });
const PRIMITIVES: AbiType[] = [
  ...INTEGER_BITS.map((bits) => integer(bits, false)),
  ...INTEGER_BITS.map((bits) => integer(bits, true)),
  { kind: "bool" }, { kind: "address" }, { kind: "bytes" }, { kind: "string" },
];
const HASH32: AbiType = { kind: "fixed", length: 32, spelling: "hash32" };

/** A type as people write it; a custom type by its name. */
export function spell(type: AbiType): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "" : "u"}int${type.bits}`;
    case "fixed":
      return type.spelling;
    case "vec":
      return `${spell(type.element)}[]`;
    case "option":
      return `option(${spell(type.element)})`;
    case "map":
      return `map(${spell(type.key)},${spell(type.value)})`;
    case "custom":
      return type.name;
    default:
      return type.kind;
  }
}

/** The payload of the one `pyde.abi` section of a module; throws when there is none or two. */
export function abiSection(wasm: Uint8Array): Uint8Array {
  if (toHex(wasm.subarray(0, 8)) !== "0061736d01000000") throw new RangeError("not a wasm module of version 1");
  let found: Uint8Array | undefined;
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at]!;
    const [content, next] = prefixed(wasm, at + 1);
    at = next;
    if (id !== 0) continue;
    const [name, payload] = prefixed(content, 0);
    if (new TextDecoder().decode(name) !== "pyde.abi") continue;
    if (found !== undefined) throw new RangeError("the module has two pyde.abi sections");
    found = content.slice(payload);
  }
  if (found === undefined) throw new RangeError("the module has no pyde.abi section");
  return found;
}

/** A LEB128 length and that many bytes; and where they end. */
function prefixed(bytes: Uint8Array, from: number): [Uint8Array, number] {
  let length = 0;
  let at = from;
  for (let shift = 0; ; shift += 7) {
    const octet = bytes[at++];
    if (octet === undefined || shift > 28) throw new RangeError(`byte ${at - 1}: a length is malformed`);
    length += (octet & 0x7f) * 2 ** shift;
    if (octet < 0x80) break;
  }
  if (length > bytes.length - at) throw new RangeError(`byte ${at}: longer than what it is in`);
  return [bytes.subarray(at, at + length), at + length];
}

export class ContractAbi {
  version = "1.0";
  parachain = false;
  /** Empty in the oldest layout, which has names of functions only. */
  name = "";
  contractVersion = "";
  functions: AbiFunction[] = [];
  /** Positions in `functions`. */
  constructorIndex?: number;
  fallbackIndex?: number;
  receiveIndex?: number;
  events: AbiEvent[] = [];
  parachainImports: string[] = [];
  /** The fields of the storage; undefined when the section has none. */
  schema?: AbiStateField[];
  types: AbiDefinition[] = [];

  /** The ABI of a module. */
  static ofModule(wasm: Uint8Array): ContractAbi {
    return ContractAbi.decode(abiSection(wasm));
  }

  /** The ABI in the payload of a section; throws a RangeError that says where it is none. */
  static decode(payload: Uint8Array): ContractAbi {
    const stored = new BorshReader(payload).u32();
    const version = stored === 1 ? OLDEST : stored;
    if (version < OLDEST || version > NEWEST) {
      throw new RangeError(`ABI version ${version >>> 16}.${version & 0xffff} is not known here`);
    }
    if (version > OLDEST) return readExtended(payload, version & 0xffff);
    // Two layouts share version 1.0.
    try {
      return readExtended(payload, 0);
    } catch {
      return readLean(payload);
    }
  }

  function(name: string): AbiFunction {
    const found = this.functions.find((candidate) => candidate.name === name);
    if (found === undefined) throw new RangeError(`no function ${name} in the ABI of ${this.name}`);
    return found;
  }

  /** The arguments of a call as calldata. */
  encodeCall(name: string, ...values: AbiValue[]): Uint8Array {
    const declared = this.function(name).arguments;
    if (declared.length !== values.length) {
      throw new RangeError(`${name} takes ${declared.length} arguments, got ${values.length}`);
    }
    const out = new BorshWriter();
    declared.forEach((field, i) => this.writeField(field, values[i], out));
    return out.toBytes();
  }

  /** The arguments in calldata, in order. */
  decodeCall(name: string, calldata: Uint8Array): AbiValue[] {
    const input = new BorshReader(calldata);
    const values = this.function(name).arguments.map((field) => this.read(field.type, input, 0));
    input.end();
    return values;
  }

  /** What a function returned; undefined when it returns nothing. */
  decodeResult(name: string, data: Uint8Array): AbiValue {
    const { returns } = this.function(name);
    const input = new BorshReader(data);
    const value = returns === undefined ? undefined : this.read(returns, input, 0);
    input.end();
    return value;
  }

  /** The canonical text of an event, `Transfer(address,address,uint128)`. */
  signature(event: AbiEvent): string {
    return `${event.name}(${this.canonicalList(event.fields, 0, { length: event.name.length })})`;
  }

  /** The first topic of an event: Blake3 of its canonical text. */
  topic(event: AbiEvent): Uint8Array {
    return blake3(new TextEncoder().encode(this.signature(event)));
  }

  /** The event with its values; undefined when the ABI declares none with this first topic. */
  decodeEvent(event: Pick<Event, "topics" | "data">): DecodedEvent | undefined {
    const first = event.topics[0];
    const declared = this.events.find((candidate) => first !== undefined && toHex(this.topic(candidate)) === toHex(first));
    if (declared === undefined) return undefined;
    const data = new BorshReader(event.data);
    const fields: AbiStruct = {};
    let topic = 1;
    declared.fields.forEach((field, i) => {
      if (i >= 8 || ((declared.indexedMask >>> i) & 1) === 0) {
        fields[field.name] = this.read(field.type, data, 0);
        return;
      }
      const indexed = event.topics[topic++];
      if (indexed === undefined) throw new RangeError(`the topic of ${field.name} is missing`);
      fields[field.name] = fromTopic(field.type, indexed);
    });
    data.end();
    return { name: declared.name, fields };
  }

  // ---- values -------------------------------------------------------------------------------------

  private definition(name: string): AbiDefinition {
    const found = this.types.find((candidate) => candidate.name === name);
    if (found === undefined) throw new RangeError(`the ABI declares no type ${name}`);
    return found;
  }

  private writeField(field: AbiField, value: AbiValue, out: BorshWriter): void {
    try {
      this.write(field.type, value, out);
    } catch (error) {
      throw new RangeError(`${field.name}: ${(error as Error).message}`, { cause: error });
    }
  }

  private write(type: AbiType, value: AbiValue, out: BorshWriter): void {
    switch (type.kind) {
      case "int":
        out.fixed(integerBytes(type, value));
        return;
      case "bool":
        if (typeof value !== "boolean") throw mismatch(type, value);
        out.bool(value);
        return;
      case "string":
        if (typeof value !== "string") throw mismatch(type, value);
        out.string(value);
        return;
      case "address":
        out.fixed(octets(type, value, 32));
        return;
      case "fixed":
        out.fixed(octets(type, value, type.length));
        return;
      case "bytes":
        out.bytes(octets(type, value));
        return;
      case "vec":
        out.list(items(type, value), (_, element) => this.write(type.element, element, out));
        return;
      case "map":
        out.list(items(type, value), (_, pair) => {
          const [key, mapped] = items(type, pair);
          this.write(type.key, key, out);
          this.write(type.value, mapped, out);
        });
        return;
      case "option":
        out.option(value, (_, present) => this.write(type.element, present, out));
        return;
      case "custom":
        this.writeCustom(type, value, out);
    }
  }

  private writeCustom(type: AbiType & { kind: "custom" }, value: AbiValue, out: BorshWriter): void {
    const definition = this.definition(type.name);
    if ("variants" in definition) {
      const index = definition.variants.indexOf(String(value));
      if (index < 0) throw new RangeError(`${String(value)} is none of ${definition.variants.join(", ")}`);
      out.u8(index);
      return;
    }
    if (typeof value !== "object" || Array.isArray(value) || value instanceof Uint8Array) throw mismatch(type, value);
    for (const field of definition.fields) this.writeField(field, (value as AbiStruct)[field.name], out);
  }

  private read(type: AbiType, input: BorshReader, depth: number): AbiValue {
    // A hostile ABI may hold a struct inside itself.
    if (depth > 2 * MAX_DEPTH) throw new RangeError("values nest too deep");
    switch (type.kind) {
      case "int":
        return fromBits(type, input.fixed(type.bits / 8).reverse());
      case "bool":
        return input.bool();
      case "string":
        return input.string();
      case "address":
        return input.fixed(32);
      case "fixed":
        return input.fixed(type.length);
      case "bytes":
        return input.bytes();
      case "vec":
        return input.list(() => this.read(type.element, input, depth + 1));
      case "map":
        return input.list(() => [this.read(type.key, input, depth + 1), this.read(type.value, input, depth + 1)]);
      case "option":
        return input.option(() => this.read(type.element, input, depth + 1));
      case "custom": {
        const definition = this.definition(type.name);
        if ("variants" in definition) {
          const index = input.u8();
          const variant = definition.variants[index];
          if (variant === undefined) throw new RangeError(`${type.name} has no variant ${index}`);
          return variant;
        }
        return Object.fromEntries(
          definition.fields.map((field) => [field.name, this.read(field.type, input, depth + 1)]),
        );
      }
    }
  }

  // ---- canonical text -----------------------------------------------------------------------------

  private canonicalList(fields: AbiField[], depth: number, budget: { length: number }): string {
    return fields.map((field) => this.canonical(field.type, depth, budget)).join(",");
  }

  private canonical(type: AbiType, depth: number, budget: { length: number }): string {
    switch (type.kind) {
      case "vec":
        return `${this.canonical(type.element, depth, budget)}[]`;
      case "option":
        return `option(${this.canonical(type.element, depth, budget)})`;
      case "map":
        return `map(${this.canonical(type.key, depth, budget)},${this.canonical(type.value, depth, budget)})`;
      case "custom": {
        const definition = this.types.find((candidate) => candidate.name === type.name);
        budget.length += type.name.length + 2;
        // A hostile ABI may hold structs inside themselves, or sheer size.
        if (definition === undefined || depth >= MAX_DEPTH || budget.length > MAX_SIGNATURE) return type.name;
        return "variants" in definition ? "enum" : `tuple(${this.canonicalList(definition.fields, depth + 1, budget)})`;
      }
      default: {
        const text = spell(type);
        budget.length += text.length + 1;
        return text;
      }
    }
  }
}

const mismatch = (type: AbiType, value: AbiValue): RangeError =>
  new RangeError(`is ${spell(type)}, which ${String(value)} is not`);

function integerBytes(type: AbiType & { kind: "int" }, value: AbiValue): Uint8Array {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isSafeInteger(value))) throw mismatch(type, value);
  const number = BigInt(value as bigint | number);
  const limit = 1n << BigInt(type.signed ? type.bits - 1 : type.bits);
  if (number >= limit || number < (type.signed ? -limit : 0n)) throw new RangeError(`${number} does not fit ${spell(type)}`);
  return Uint8Array.from({ length: type.bits / 8 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

function octets(type: AbiType, value: AbiValue, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw mismatch(type, value);
  if (length !== undefined && value.length !== length) throw new RangeError(`${value.length} bytes, ${length} are needed`);
  return value;
}

function items(type: AbiType, value: AbiValue): AbiValue[] {
  if (!Array.isArray(value)) throw mismatch(type, value);
  return value;
}

/** The integer in big-endian bytes. */
function fromBits(type: AbiType & { kind: "int" }, bytes: Uint8Array): bigint {
  const value = bytes.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  return type.signed ? BigInt.asIntN(type.bits, value) : value;
}

/** Short values stand at the end of a topic, big-endian; of others there is a hash. */
function fromTopic(type: AbiType, topic: Uint8Array): AbiValue {
  switch (type.kind) {
    case "address":
      return topic;
    case "bool":
      return topic[31] !== 0;
    case "int":
      return fromBits(type, topic.subarray(32 - type.bits / 8));
    case "fixed":
      return type.length <= 32 ? topic.subarray(32 - type.length) : new Hashed(topic);
    default:
      return new Hashed(topic);
  }
}

// ---- the section ------------------------------------------------------------------------------------

function tagged(tag: number): AbiType {
  const type = PRIMITIVES[tag];
  if (type === undefined) throw new RangeError(`type tag ${tag} is not known`);
  return type;
}

function checkDepth(depth: number): void {
  if (depth >= MAX_DEPTH) throw new RangeError(`a type nests deeper than ${MAX_DEPTH}`);
}

function readType(input: BorshReader, depth = 0): AbiType {
  checkDepth(depth);
  const tag = input.u8();
  switch (tag) {
    case 14: {
      const length = input.u32();
      return { kind: "fixed", length, spelling: `bytes${length}` };
    }
    case 15:
      return { kind: "vec", element: readType(input, depth + 1) };
    case 16:
      return { kind: "map", key: readType(input, depth + 1), value: readType(input, depth + 1) };
    case 17:
      return { kind: "option", element: readType(input, depth + 1) };
    case 18:
      return { kind: "custom", name: input.string() };
    default:
      return tagged(tag);
  }
}

/** The types of the storage schema have tags of their own. */
function readStored(input: BorshReader, depth = 0): AbiType {
  checkDepth(depth);
  const tag = input.u8();
  switch (tag) {
    case 12:
      return HASH32;
    case 13:
    case 14:
      return tagged(tag - 1);
    case 15:
      return { kind: "vec", element: readStored(input, depth + 1) };
    default:
      return tagged(tag < 12 ? tag : -1);
  }
}

const readFields = (input: BorshReader): AbiField[] =>
  input.list(() => ({ name: input.string(), type: readType(input) }));

function readStateField(input: BorshReader): AbiStateField {
  const name = input.string();
  const isMap = input.bool();
  const keys = isMap ? input.list(() => readStored(input)) : [];
  if (isMap && keys.length === 0) throw new RangeError(`state field ${name} is a map without keys`);
  return { name, keys, value: readStored(input) };
}

function readDefinition(input: BorshReader): AbiDefinition {
  const name = input.string();
  return input.bool() ? { name, variants: input.list(() => input.string()) } : { name, fields: readFields(input) };
}

/** What both layouts share, around the functions. */
function readHead(input: BorshReader, readFunction: () => AbiFunction): ContractAbi {
  const abi = new ContractAbi();
  input.u32();
  abi.parachain = input.bool();
  abi.functions = input.list(readFunction);
  input.fixed(32);
  abi.constructorIndex = input.option(() => input.u32());
  abi.fallbackIndex = input.option(() => input.u32());
  abi.receiveIndex = input.option(() => input.u32());
  return abi;
}

function readLean(payload: Uint8Array): ContractAbi {
  const input = new BorshReader(payload);
  const abi = readHead(input, () => ({
    name: input.string(), selector: toHex(input.fixed(4)), attributes: input.u32(), arguments: [],
    accessList: input.list(() => input.string()),
  }));
  input.end();
  return abi;
}

function readExtended(payload: Uint8Array, minor: number): ContractAbi {
  const input = new BorshReader(payload);
  const abi = readHead(input, () => {
    const selector = toHex(input.fixed(4));
    const head = { name: input.string(), selector, attributes: input.u32(), arguments: readFields(input), accessList: [] };
    const returns = input.option(() => readType(input));
    return returns === undefined ? head : { ...head, returns };
  });
  abi.version = `1.${minor}`;
  abi.name = input.string();
  abi.contractVersion = input.string();
  abi.events = input.list(() => ({ name: input.string(), fields: readFields(input), indexedMask: input.u8() }));
  abi.parachainImports = input.list(() => input.string());
  if (minor >= 1) abi.schema = input.list(() => readStateField(input));
  if (minor >= 2) abi.types = input.list(() => readDefinition(input));
  input.end();
  return abi;
}
