/** Borsh: transactions, call arguments, results. */

/** Writes little-endian integers, u32 lengths, tag bytes. Arguments of a call are written in order. */
export class BorshWriter {
  private readonly parts: Uint8Array[] = [];

  u8(value: number): this {
    return this.integer(BigInt(value), 1);
  }

  u16(value: number): this {
    return this.integer(BigInt(value), 2);
  }

  u32(value: number): this {
    return this.integer(BigInt(value), 4);
  }

  u64(value: bigint): this {
    return this.integer(value, 8);
  }

  u128(value: bigint): this {
    return this.integer(value, 16);
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  /** The bytes as they are: addresses, hashes, fixed arrays. */
  fixed(bytes: Uint8Array): this {
    this.parts.push(bytes);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }

  string(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }

  list<T>(values: readonly T[], element: (writer: this, value: T) => void): this {
    this.u32(values.length);
    for (const value of values) element(this, value);
    return this;
  }

  option<T>(value: T | undefined, present: (writer: this, value: T) => void): this {
    this.bool(value !== undefined);
    if (value !== undefined) present(this, value);
    return this;
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.parts));
  }

  private integer(value: bigint, bytes: number): this {
    if (value < 0n || value >= 1n << BigInt(8 * bytes)) {
      throw new RangeError(`does not fit u${8 * bytes}: ${value}`);
    }
    this.parts.push(
      Uint8Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)),
    );
    return this;
  }
}

/** Reads Borsh; every method throws a RangeError that says at which byte the input is wrong. */
export class BorshReader {
  private at = 0;

  constructor(private readonly input: Uint8Array) {}

  u8(): number {
    return Number(this.integer(1));
  }

  u16(): number {
    return Number(this.integer(2));
  }

  u32(): number {
    return Number(this.integer(4));
  }

  u64(): bigint {
    return this.integer(8);
  }

  u128(): bigint {
    return this.integer(16);
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw new RangeError(`byte ${this.at - 1} is no bool: ${value}`);
    return value === 1;
  }

  fixed(length: number): Uint8Array {
    if (length > this.input.length - this.at) {
      throw new RangeError(`byte ${this.at}: needs ${length}, has ${this.input.length - this.at}`);
    }
    this.at += length;
    // A copy: slice() of a Buffer would share the bytes with the input.
    return Uint8Array.from(this.input.subarray(this.at - length, this.at));
  }

  bytes(): Uint8Array {
    return this.fixed(this.u32());
  }

  string(): string {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes());
  }

  list<T>(element: (reader: this) => T): T[] {
    const count = this.u32();
    if (count > this.input.length - this.at) throw new RangeError(`byte ${this.at}: ${count} elements`);
    return Array.from({ length: count }, () => element(this));
  }

  option<T>(present: (reader: this) => T): T | undefined {
    return this.bool() ? present(this) : undefined;
  }

  /** Nothing may be left. */
  end(): void {
    if (this.at !== this.input.length) {
      throw new RangeError(`byte ${this.at}: ${this.input.length - this.at} left over`);
    }
  }

  private integer(bytes: number): bigint {
    return this.fixed(bytes).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
}
