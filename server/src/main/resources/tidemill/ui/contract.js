// What a contract says about itself, and a form for every function.

import {encode, result, signature, typeName} from './abi.js';
import {badge, grouped, h, transactionLink} from './dom.js';
import {isDev, rpc} from './node.js';

const abis = new Map();

/** The ABI of a contract, or null; remembered until the code changes. */
export function abiOf(address) {
  if (!abis.has(address)) abis.set(address, rpc('tidemill_getAbi', [address]).catch(() => null));
  return abis.get(address);
}

/** Contracts may have changed. */
export const forgetAbis = () => abis.clear();

/** The card with the functions of a contract. */
export async function functions(address, abi) {
  const accounts = (await isDev()) ? await rpc('dev_accounts') : [];
  const order = fn => (fn.attributes.includes('view') ? 0 : fn.attributes.includes('constructor') ? 2 : 1);
  const sorted = [...abi.functions].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  return h('section.card.flush', {'aria-label': 'Functions'},
    h('h2', 'Functions'),
    sorted.map(fn => one(address, abi, fn, accounts)));
}

function one(address, abi, fn, accounts) {
  const view = fn.attributes.includes('view');
  return h('details.function',
    h('summary', h('span.name', fn.name), h('span.mono.quiet', signature(fn)),
      h('span.badge', view ? 'view' : fn.attributes.filter(word => word !== 'entry').join(', ') || 'entry')),
    fn.attributes.includes('constructor')
      ? h('form', h('p.note', 'Runs once, when the contract is deployed.'))
      : form(address, abi, fn, view, accounts));
}

function form(address, abi, fn, view, accounts) {
  const fields = fn.params.map((param, i) => {
    const name = /^arg\d+$/.test(param.name) ? `Argument ${i + 1}` : param.name;
    const input = h('input.mono', {name: `argument${i}`, spellcheck: 'false', autocomplete: 'off', placeholder: example(param.ty)});
    if (param.ty === 'Address' && accounts.length) input.setAttribute('list', 'dev-accounts');
    return {input, label: h('label', `${name} · ${typeName(param.ty)}`, input)};
  });
  const from = accounts.length
    ? h('select', {name: 'from'}, accounts.map(account =>
      h('option', {value: account.address}, `#${account.index} ${account.address.slice(0, 12)}…`)))
    : h('input.mono', {name: 'from', spellcheck: 'false', placeholder: '0x…, the zero address when empty'});
  const value = h('input.mono', {name: 'value', inputmode: 'numeric', placeholder: '0'});
  const outcome = h('div', {'aria-live': 'polite'});
  const call = () => ({
    ...(from.value && {from: from.value}),
    to: address,
    function: fn.name,
    calldata: encode(abi, fn, fields.map(field => field.input.value)),
    ...(value.value && {value: value.value}),
  });
  const run = async work => {
    outcome.replaceChildren(h('p.note', 'Running…'));
    try {
      outcome.replaceChildren(await work(call()));
    } catch (error) {
      outcome.replaceChildren(h('div.outcome.bad', {role: 'alert'}, error.message));
    }
  };
  const ask = () => run(async parts => simulated(abi, fn, await rpc('pyde_simulateTransaction', {transaction: {...parts, view}})));
  const send = () => run(async parts => sent(await rpc('dev_sendTransaction', [parts])));
  const canSend = accounts.length > 0 && !view;
  return h('form', {onsubmit: event => { event.preventDefault(); (canSend ? send : ask)(); }},
    fields.length || !view
      ? h('div.fields', fields.map(field => field.label), h('label', 'From', from),
        fn.attributes.includes('payable') && h('label', 'Value in quanta', value))
      : h('div.fields', h('label', 'From', from)),
    h('div.actions',
      canSend && h('button.primary', {type: 'submit'}, 'Send'),
      h(canSend ? 'button' : 'button.primary', {type: canSend ? 'button' : 'submit', onclick: canSend ? ask : null},
        view ? 'Call' : 'Simulate')),
    outcome);
}

function example(type) {
  if (typeof type === 'object') return 'Vec' in type ? '[1, 2]' : 'Option' in type ? 'none' : '';
  return {Address: '0x… 64 digits', Bool: 'true', Bytes: '0x', String: 'text'}[type] ?? '0';
}

function simulated(abi, fn, answer) {
  const good = answer.status === 'success';
  return h(`div.outcome.${good ? 'good' : 'bad'}`,
    good
      ? h('div.value', result(abi, fn.name, answer.return_data) || 'returned nothing')
      : h('div', badge(answer.status), ' ', answer.error?.message ?? ''),
    h('div.quiet', `fuel ${grouped(answer.fuel_used)} · simulated, nothing changed`));
}

function sent(answer) {
  const good = answer.status === 'success';
  return h(`div.outcome.${good || answer.status === 'queued' ? 'good' : 'bad'}`,
    h('div', badge(answer.status), ' ', h('span.mono', answer.result || answer.reason || '')),
    h('div', 'Transaction ', transactionLink(answer.transaction_hash)),
    answer.gas_used !== undefined && h('div.quiet', `fuel ${grouped(answer.gas_used)} · wave ${answer.wave}`));
}

/** Ten funded accounts to choose from in every field for an address. */
export async function accountChoices() {
  if (!(await isDev())) return null;
  const accounts = await rpc('dev_accounts');
  return h('datalist', {id: 'dev-accounts'}, accounts.map(account =>
    h('option', {value: account.address}, `#${account.index}`)));
}
