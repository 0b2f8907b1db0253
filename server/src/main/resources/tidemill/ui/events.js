// Events in words, and the search over them.

import * as words from './abi.js';
import {abiOf} from './contract.js';
import {accountLink, h, problem, short, table, waveLink} from './dom.js';
import {rpc} from './node.js';

/** An event in words, with links where a value is an address. */
export async function eventWords(item) {
  const known = words.event(await abiOf(item.contract), item.topics, item.data);
  if (!known) {
    return h('span.mono', item.topics.map(topic => short(topic)).join(' '), ' ', short(item.data, 20));
  }
  return h('span', h('strong', known.name), ' ', known.fields.map(([name, value], i) => [
    i ? ', ' : '', h('span.quiet', `${name} `), /^0x[0-9a-f]{64}$/.test(value) ? accountLink(value) : h('span.mono', value)]));
}

/** The table of some events. */
export async function eventRows(events, withContract = true) {
  const heads = ['Wave', ...(withContract ? ['Contract'] : []), 'Event'];
  const rows = await Promise.all(events.map(async item => h('tr',
    h('td', waveLink(item.wave), h('span.quiet', ` · ${item.transaction_index}`)),
    withContract && h('td', accountLink(item.contract, (await abiOf(item.contract))?.name)),
    h('td', await eventWords(item)))));
  return table(heads, rows);
}

export async function eventsPage(page) {
  const contract = h('input', {name: 'contract', spellcheck: 'false', placeholder: 'address or name'});
  const topic = h('input.mono', {name: 'topic', spellcheck: 'false', placeholder: '0x… any position'});
  const from = h('input', {name: 'from', inputmode: 'numeric', placeholder: '0'});
  const to = h('input', {name: 'to', inputmode: 'numeric', placeholder: 'newest'});
  const name = h('select', {name: 'event'}, h('option', {value: ''}, 'any'));
  const found = h('div');
  const more = h('div.actions');
  let shown = [];

  const search = async after => {
    try {
      const filter = {limit: 50};
      if (contract.value) filter.contracts = [await addressOf(contract.value.trim())];
      if (name.value) filter.topics = [[name.value]];
      if (from.value) filter.from_wave = Number(from.value);
      if (to.value) filter.to_wave = Number(to.value);
      if (after) filter.after = after;
      const answer = await rpc('pyde_getLogs', [filter]);
      const wanted = topic.value.trim().toLowerCase();
      const matching = answer.events.filter(item => !wanted || item.topics.includes(wanted));
      shown = after ? [...shown, ...matching] : matching;
      found.replaceChildren(h('section.card.flush', shown.length
        ? await eventRows(shown)
        : h('p.empty', 'No event matches. ', h('br'), 'Contracts emit events when their functions run.')));
      more.replaceChildren(answer.next ? h('button', {onclick: () => search(answer.next)}, 'More') : '');
    } catch (error) {
      found.replaceChildren(problem(error));
    }
  };
  // The events that the contract declares, once it is known.
  contract.addEventListener('change', async () => {
    const address = contract.value.trim() && await addressOf(contract.value.trim()).catch(() => null);
    const known = address ? (await abiOf(address))?.events ?? [] : [];
    name.replaceChildren(h('option', {value: ''}, 'any'), ...known.map(item => h('option', {value: item.topic0}, item.name)));
  });
  page.append(
    h('h1', 'Events'),
    h('p.lead', 'What contracts said, oldest first.'),
    h('form.card', {onsubmit: event => { event.preventDefault(); search(); }},
      h('div.fields', h('label', 'Contract', contract), h('label', 'Event', name), h('label', 'Topic', topic), h('label', 'From wave', from), h('label', 'To wave', to)),
      h('div.actions', h('button.primary', {type: 'submit'}, 'Search'))),
    found, more);
  await search();
}

async function addressOf(text) {
  if (text.startsWith('0x')) return text;
  const address = await rpc('pyde_resolveName', [text]);
  if (!address) throw new Error(`Nothing is registered under the name ${text}.`);
  return address;
}
