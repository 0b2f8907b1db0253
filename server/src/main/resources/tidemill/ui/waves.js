// The live list of waves, and one wave.

import {ago, badge, copyable, facts, figures, grouped, h, short, table, time, transactionLink, waveLink} from './dom.js';
import {longTable} from './list.js';
import {isDev, rpc, rpcAll, subscribe} from './node.js';

const SHOWN = 50;

/** Transactions of a wave that are shown as a plain table; more are loaded as they are looked at. */
const FEW = 100;

export async function wavesPage(page) {
  const info = await rpc('tidemill_getInfo');
  const head = info.head.wave;
  const body = h('tbody');
  const numbers = figures(['Newest wave', ''], ['Transactions', ''], ['Fuel', ''], ['Root', '']);
  const [wave, count, fuel, root] = numbers.querySelectorAll('dd');
  const empty = h('p.empty', 'No wave yet. ',
    (await isDev()) ? [h('br'), 'Send the first transaction: ', h('code', './tidemill dev deploy counter 7')] : '');
  page.append(
    h('h1', 'Waves'),
    h('p.lead', `Chain ${info.chain_id}, as they are committed.`),
    numbers,
    h('section.card.flush', {'aria-live': 'off'},
      h('div.scroll', h('table',
        h('thead', h('tr', ['Wave', 'Time', '#Transactions', '#Events', '#Fuel', '#Keys', 'Root'].map(name =>
          h(name.startsWith('#') ? 'th.number' : 'th', {scope: 'col'}, name.replace('#', ''))))),
        body)),
      empty));

  const newest = item => {
    wave.textContent = grouped(item.wave);
    count.textContent = grouped(item.transaction_count);
    fuel.textContent = grouped(item.gas_used);
    root.textContent = short(item.root);
    root.title = item.root;
  };
  const show = (item, fresh) => {
    empty.remove();
    const row = h(fresh ? 'tr.fresh' : 'tr', {'data-wave': item.wave},
      h('td', waveLink(item.wave)),
      h('td.time', {title: time(item.timestamp), 'data-seconds': String(item.timestamp)}, ago(item.timestamp)),
      h('td.number', grouped(item.transaction_count)),
      h('td.number', grouped(item.events_count)),
      h('td.number', grouped(item.gas_used)),
      h('td.number', grouped(item.changed_keys)),
      h('td', h('span.mono.quiet', {title: item.root}, short(item.root))));
    body.prepend(row);
    while (body.rows.length > SHOWN) body.lastChild.remove();
    newest(item);
  };
  const first = Math.max(1, head - SHOWN + 1);
  const numbersShown = Array.from({length: head - first + 1}, (_, i) => first + i);
  const items = await rpcAll('pyde_getWave', numbersShown.map(wave => ({wave, receipts: true, receipts_limit: 0})));
  for (const item of items) if (item) show(item, false);
  const clock = setInterval(() => {
    for (const cell of body.querySelectorAll('td.time')) cell.textContent = ago(cell.dataset.seconds);
  }, 5000);
  const end = subscribe('waves', {after: String(head)}, item => {
    if (item.kind === 'wave') show(item.wave, true);
    if (item.kind === 'unwound') {
      for (const row of [...body.rows]) if (Number(row.dataset.wave) > item.to_wave) row.remove();
      rpc('pyde_getWave', {receipts_limit: 0}).then(head => head && newest(head));
    }
  });
  return () => {
    clearInterval(clock);
    end();
  };
}

const HEADS = ['#', 'Transaction', 'Status', '#Fuel', '#Events'];

const cells = receipt => [
  h('td.quiet', receipt.transaction_index),
  h('td', transactionLink(receipt.transaction_hash, 14)),
  h('td', badge(receipt.status)),
  h('td.number', grouped(receipt.gas_used)),
  h('td.number', receipt.events.length)];

export async function wavePage(page, [number]) {
  const wave = await rpc('pyde_getWave', {wave: Number(number), receipts: true, receipts_limit: FEW});
  if (!wave) throw new Error(`Wave ${number} is not committed, or not kept any more.`);
  const info = await rpc('tidemill_getInfo');
  const count = wave.transaction_count;
  page.append(
    h('h1', `Wave ${grouped(wave.wave)}`),
    h('p.lead', `${time(wave.timestamp)} UTC, ${ago(wave.timestamp)}`),
    figures(
      ['Transactions', grouped(count)],
      ['Events', grouped(wave.events_count)],
      ['Fuel', grouped(wave.gas_used)],
      ['Keys changed', grouped(wave.changed_keys)]),
    h('section.card.flush', {id: 'transactions'}, count === 0
      ? h('p.empty', 'No transaction in this wave.')
      : count <= FEW
        ? table(HEADS, wave.receipts.map(receipt => h('tr', cells(receipt))))
        : longTable(HEADS, count, async (from, limit) =>
          (await rpc('pyde_getWave', {wave: wave.wave, receipts: true, receipts_from: from, receipts_limit: limit})).receipts,
        cells)),
    h('section.card', h('h2', 'Commitments'), facts(
      ['State root', copyable(wave.root)],
      ['Events root', h('span.mono', wave.events_root)],
      ['Receipts digest', h('span.mono', wave.receipts_digest)],
      ['Content hash', h('span.mono', wave.content_hash)],
      ['Rules hash', h('span.mono', wave.rules_hash)],
      ['Next base fee', wave.next_base_fee])),
    h('p.between', wave.wave > 1 && h('a', {href: `#/wave/${wave.wave - 1}`}, '← before'), '\u2003',
      wave.wave < info.head.wave && h('a', {href: `#/wave/${wave.wave + 1}`}, 'after →')));
}
