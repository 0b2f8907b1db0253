// The call tree of a transaction, its fuel by function and what it changed.

import {argumentsOf, decode, result} from './abi.js';
import {abiOf} from './contract.js';
import {accountLink, brief, coins, grouped, h, short} from './dom.js';
import {eventWords} from './events.js';
import {rpc} from './node.js';
import {account, isAccount} from './proof.js';
import {scalarNames} from './storage.js';

// ---- fuel -----------------------------------------------------------------------------------------

/** Fuel by function: of the module where the node tells, of the ABI otherwise. */
export async function fuelByFunction(root) {
  const spent = new Map();
  const add = (name, fuel) => spent.set(name, (spent.get(name) ?? 0) + fuel);
  const walk = async frame => {
    const name = (await abiOf(frame.contract))?.name ?? short(frame.contract);
    let rest = frame.own_fuel;
    const part = (what, fuel) => {
      add(`${name} · ${what}`, fuel);
      rest -= fuel;
    };
    for (const fn of frame.functions ?? []) part(fn.function_name || `function ${fn.function_index}`, fn.fuel);
    for (const step of frame.steps) {
      if (step.host_call && step.gas && !step.call) part(`${step.host_call} (host)`, step.gas);
      if (step.call) await walk(step.call);
    }
    if (rest > 0) add(`${name} · ${frame.functions?.length ? 'start' : frame.function}`, rest);
  };
  await walk(root);
  const total = [...spent.values()].reduce((sum, fuel) => sum + fuel, 0) || 1;
  const rows = [...spent].filter(([, fuel]) => fuel > 0).sort((a, b) => b[1] - a[1]).slice(0, 24);
  return h('div.flame', {role: 'list', 'aria-label': 'Fuel by function'}, rows.map(([name, fuel]) => {
    const bar = h('div.bar');
    bar.style.width = `${(100 * fuel) / total}%`;
    return h('div', {role: 'listitem'}, bar, h('span.text', name),
      h('span.share', `${grouped(fuel)} · ${((100 * fuel) / total).toFixed(1)} %`));
  }));
}

// ---- the tree -------------------------------------------------------------------------------------

/** A frame with what happened in it, in order. */
export async function tree(frame) {
  const abi = await abiOf(frame.contract);
  const args = argumentsOf(abi, frame.function, frame.calldata);
  const good = frame.end === 'success';
  const children = [];
  let steps = [];
  const flush = () => {
    if (steps.length) children.push(h('ul.steps', grouping(steps)));
    steps = [];
  };
  for (const step of frame.steps) {
    if (step.call) {
      flush();
      children.push(await tree(step.call));
    } else {
      steps.push(await words(step));
    }
  }
  flush();
  const returned = good ? result(abi, frame.function, frame.return_data) : '';
  return h('details.frame', {open: true},
    h('summary',
      h('span.badge', frame.kind),
      h('span', accountLink(frame.contract, abi?.name), '.', h('strong', frame.function || 'receive'),
        h('span.mono', `(${args ? args.map(value => brief(value, 6)).join(', ') : short(frame.calldata, 16)})`),
        BigInt(frame.value ?? 0) > 0n && h('span.quiet', ` with ${coins(frame.value)}`),
        good ? (returned ? h('span.mono.quiet', ` → ${short(returned, 12)}`) : '') : [' ', h('span.badge.bad', frame.end)]),
      h('span.fuel', {title: `own fuel ${grouped(frame.own_fuel)}`}, grouped(frame.fuel_used))),
    children);
}

async function words(step) {
  if (step.read) return ['read', `slot ${short(step.read)} = ${step.before ? stored(step.before) : 'nothing'}`];
  if (step.write) {
    return ['write', `slot ${short(step.write)}${step.before ? ` = ${stored(step.before)}` : ''} → ${step.after ? stored(step.after) : 'deleted'}`];
  }
  if (step.event) return ['event', await eventWords(step.event)];
  if (step.debug_log !== undefined) return ['log', step.debug_log];
  return ['host', step.host_call ?? '?'];
}

/** A stored value as a number where it has the width of one, else its first digits. */
function stored(hex) {
  const number = numberOf(hex);
  return number === null ? short(hex, 16) : grouped(number);
}

/** The little-endian number in bytes of a width that numbers have, or null. */
function numberOf(hex) {
  const bytes = (hex.length - 2) / 2;
  return [1, 2, 4, 8, 16].includes(bytes) ? BigInt('0x' + hex.slice(2).match(/../g).reverse().join('')) : null;
}

/** The same host call many times is one line. */
function grouping(steps) {
  const lines = [];
  for (const [verb, text] of steps) {
    const last = lines.at(-1);
    if (last && last.verb === verb && last.text === text && verb === 'host') last.times++;
    else lines.push({verb, text, times: 1});
  }
  return lines.map(line => h(line.verb === 'event' ? 'li.said' : 'li',
    h('span.verb', line.verb), line.text, line.times > 1 ? h('span.quiet', ` ×${line.times}`) : ''));
}

// ---- the diff -------------------------------------------------------------------------------------

/** What the transaction changed: every key with its value before and after. */
export async function diff(changes, wave, root) {
  const keys = changes.map(change => change.key);
  const before = new Map();
  for (let i = 0; i < keys.length; i += 64) {
    const part = await rpc('tidemill_getState', {keys: keys.slice(i, i + 64), base: wave - 1}).catch(() => null);
    part?.entries.forEach(entry => before.set(entry.key, entry.value));
  }
  const names = new Map();
  for (const contract of contractsOf(root)) {
    const abi = await abiOf(contract);
    for (const [key, field] of await scalarNames(contract, abi)) names.set(key, {...field, abi});
  }
  const slots = slotsOf(root);
  return Promise.all(changes.map(async change => {
    const was = before.get(change.key) ?? null;
    const field = names.get(change.key);
    return h('div.change', h('div', await what(change, was, field, slots.get(change.key))), h('div', values(was, change.value, field)));
  }));
}

/** Which contract wrote a raw key, and under which slot of its own. */
function slotsOf(frame) {
  const found = new Map();
  const walk = one => {
    for (const step of one.steps) {
      if (step.write) found.set(step.key, {contract: one.contract, slot: step.write});
      if (step.call) walk(step.call);
    }
  };
  if (frame) walk(frame);
  return found;
}

/** The contracts that ran. */
function contractsOf(frame) {
  const found = new Set();
  const walk = one => {
    found.add(one.contract);
    for (const step of one.steps) if (step.call) walk(step.call);
  };
  if (frame) walk(frame);
  return found;
}

async function what(change, was, field, written) {
  if (field) return h('strong', {title: change.key}, field.name);
  const value = change.value ?? was;
  if (isAccount(change.key, value)) {
    return ['account ', accountLink(account(value).address)];
  }
  if (written) {
    return [accountLink(written.contract, (await abiOf(written.contract))?.name), h('span.quiet', ' slot '),
      h('span.mono', {title: written.slot}, short(written.slot, 8))];
  }
  return [h('span.quiet', 'key '), h('span.mono', {title: change.key}, short(change.key, 14))];
}

function values(was, is, field) {
  if (was === is) return h('span.quiet', 'written as it was');
  if (field) {
    const words = value => (decode(field.abi, [field.type], value)?.[0] ?? value);
    return [was !== null && h('span.was', words(was)), is ? h('span.is', words(is)) : h('span.quiet', 'deleted')];
  }
  const [from, to] = [was, is].map(value => (value && value.length >= 182 ? account(value) : null));
  if (to && (was === null || from?.address === to.address)) {
    const lines = [];
    if (from?.balance !== to.balance) lines.push(['balance', from && coins(from.balance), coins(to.balance)]);
    if (from?.nonce !== to.nonce) lines.push(['nonce', from && `${from.nonce}`, `${to.nonce}`]);
    if (from?.code !== to.code && !/^0x0+$/.test(to.code)) lines.push(['code', null, short(to.code)]);
    if (lines.length) {
      return lines.map(([name, old, now]) => [old !== null && old !== undefined && h('span.was', `${name} ${old}`), h('span.is', `${name} ${now}`)]);
    }
  }
  return [was !== null && h('span.was', shown(was)), is !== null && is !== undefined ? h('span.is', shown(is)) : h('span.quiet', 'deleted')];
}

function shown(hex) {
  const bytes = (hex.length - 2) / 2;
  if (bytes === 0) return 'empty';
  if (bytes > 128) return `${hex.slice(0, 66)}… (${bytes} bytes)`;
  const number = numberOf(hex);
  return number === null ? hex : `${hex}  (${grouped(number)})`;
}
