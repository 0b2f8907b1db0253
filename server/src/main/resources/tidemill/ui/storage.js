// What a contract stores: by the names that its schema declares, by slot, and where the node lists
// it, everything.

import {typeName} from './abi.js';
import {copyable, facts, h, problem, short, table} from './dom.js';
import {isDev, rpc} from './node.js';

/** The card with the storage of a contract. */
export async function storage(address, abi) {
  const fields = abi.state_schema?.fields ?? [];
  const card = h('section.card.flush', {id: 'storage', 'aria-label': 'Storage'}, h('h2', 'Storage'));
  card.append(...await Promise.all(fields.map(field => declared(address, field))));
  card.append(bySlot(address, fields.length === 0));
  if (await isDev()) card.append(all(address));
  return card;
}

const kindOf = field => field.kind.Map ?? field.kind.Scalar;

function described(field) {
  const {keys = [], value} = kindOf(field);
  return `${keys.map(key => `[${typeName(key)}]`).join('')} ${typeName(value)}`;
}

async function declared(address, field) {
  const {keys = []} = kindOf(field);
  const summary = h('summary', h('span.name', field.name), h('span.mono.quiet', described(field)));
  if (keys.length === 0) {
    const found = await rpc('tidemill_getField', {contract: address, field: field.name}).catch(error => ({error}));
    summary.append(h('span.mono.shown', {title: found.text}, found.error ? '?' : short(found.text ?? 'nothing', 12)));
    return h('details.function', summary, h('form', found.error ? problem(found.error) : whole(found)));
  }
  const inputs = keys.map((key, i) => {
    const input = h('input.mono', {name: `key${i}`, spellcheck: 'false', autocomplete: 'off', required: true});
    if (key === 'Address') input.setAttribute('list', 'dev-accounts');
    return h('label', `Key ${i + 1} · ${typeName(key)}`, input);
  });
  const outcome = h('div', {'aria-live': 'polite'});
  const read = async () => {
    const params = {contract: address, field: field.name, keys: inputs.map(label => label.querySelector('input').value.trim())};
    try {
      const found = await rpc('tidemill_getField', params);
      outcome.replaceChildren(h('div.outcome', h('div.value', found.text ?? 'nothing'), whole(found)));
    } catch (error) {
      outcome.replaceChildren(h('div.outcome.bad', {role: 'alert'}, error.message));
    }
  };
  return h('details.function', summary,
    h('form', {onsubmit: event => { event.preventDefault(); read(); }},
      h('div.fields', inputs),
      h('div.actions', h('button.primary', {type: 'submit'}, 'Read')),
      outcome));
}

function whole(found) {
  return facts(
    ['Slot', copyable(found.slot, short(found.slot, 16))],
    ['Bytes', h('span.mono', found.value ?? 'nothing is stored')]);
}

/** Any slot by its 32 bytes. */
function bySlot(address, open) {
  const slot = h('input.mono', {name: 'slot', spellcheck: 'false', placeholder: '0x… 64 digits', required: true, pattern: '0x[0-9a-fA-F]{64}'});
  const outcome = h('div', {'aria-live': 'polite'});
  const read = async () => {
    try {
      const value = await rpc('pyde_getStorageSlot', [address, slot.value.trim()]);
      outcome.replaceChildren(h('div.outcome', h('div.value', value ?? 'nothing is stored')));
    } catch (error) {
      outcome.replaceChildren(h('div.outcome.bad', {role: 'alert'}, error.message));
    }
  };
  return h('details.function', {open, id: 'slot'},
    h('summary', h('span.name', 'Any slot'), h('span.quiet', 'by its 32 bytes')),
    h('form', {onsubmit: event => { event.preventDefault(); read(); }},
      h('label', 'Slot', slot),
      h('div.actions', h('button', {type: 'submit'}, 'Read')), outcome));
}

/** Everything that is stored, by raw key, a portion at a time. */
function all(address) {
  const rows = h('div');
  const more = h('div.actions');
  let shown = [];
  const list = async from => {
    try {
      const answer = await rpc('dev_listStorage', from ? [address, from] : [address]);
      shown = [...shown, ...answer.slots];
      rows.replaceChildren(shown.length
        ? table(['Raw key', 'Value'], shown.map(entry => h('tr',
          h('td', copyable(entry.key, short(entry.key, 14))),
          h('td.mono', {title: entry.value}, short(entry.value, 16)))))
        : h('p.empty', 'Nothing is stored.'));
      more.replaceChildren(answer.next ? h('button', {type: 'button', onclick: () => list(answer.next)}, 'More') : '');
    } catch (error) {
      rows.replaceChildren(problem(error));
    }
  };
  const details = h('details.function', {id: 'all-slots'},
    h('summary', h('span.name', 'Everything'), h('span.quiet', 'by raw key, as the state holds it')),
    h('div.inside', rows, more));
  details.addEventListener('toggle', () => { if (details.open && !shown.length) list(null); });
  return details;
}

/** What the raw keys of declared scalars are called: a map to {name, type}. */
export async function scalarNames(address, abi) {
  const names = new Map();
  await Promise.all((abi?.state_schema?.fields ?? []).filter(field => field.kind.Scalar).map(async field => {
    const found = await rpc('tidemill_getField', {contract: address, field: field.name}).catch(() => null);
    if (found) names.set(found.key, {name: `${abi.name || 'contract'}.${field.name}`, type: field.kind.Scalar.value});
  }));
  return names;
}
