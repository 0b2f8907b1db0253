// One transaction: what became of it, how it ran, what it changed.

import {result} from './abi.js';
import {abiOf} from './contract.js';
import {accountLink, badge, coins, copyable, facts, figures, grouped, h, short, waveLink} from './dom.js';
import {eventWords} from './events.js';
import {methods, rpc} from './node.js';
import {diff, fuelByFunction, tree} from './trace.js';

export async function transactionPage(page, [hash]) {
  const receipt = await rpc('pyde_getTransactionReceipt', [hash]);
  if (!receipt) throw new Error(`No committed transaction has the hash ${hash}.`);
  const traced = await trace(hash);
  const frame = traced?.trace;
  page.append(
    h('h1', 'Transaction ', h('span.mono', short(hash, 12))),
    h('p.lead', copyable(hash)),
    figures(
      ['Status', badge(receipt.status)],
      ['Wave', h('span', waveLink(receipt.wave), h('span.quiet', ` · ${receipt.transaction_index}`))],
      ['Fuel', grouped(receipt.gas_used)],
      ['Fee', coins(receipt.fee_paid)]));
  const reason = traced?.error?.message ?? receipt.code_name;
  if (receipt.status !== 'success') {
    page.append(h('section.card.problem', {id: 'failure'}, h('strong', 'It did not succeed: '), reason ?? receipt.status,
      frame && h('ol.places', folded(await Promise.all(failure(frame).map(place))).map(text => h('li', text)))));
  }
  page.append(h('section.card', h('h2', 'Receipt'), facts(
    receipt.contract && ['Created', accountLink(receipt.contract)],
    receipt.fee_payer && ['Fee payer', accountLink(receipt.fee_payer)],
    ['Nonce', receipt.nonce_consumed ? 'consumed' : 'not consumed'],
    ['Returned', h('span.mono', returned(receipt, frame && await abiOf(frame.contract), frame))],
    ['Events', receipt.events.length
      ? await Promise.all(receipt.events.map(async item => h('div', await eventWords(item))))
      : 'none'])));
  if (traced?.debug_messages?.length) {
    page.append(h('section.card', {id: 'messages'}, h('h2', 'What contracts said'),
      h('ul.steps', await Promise.all(traced.debug_messages.map(async message =>
        h('li', accountLink(message.contract, (await abiOf(message.contract))?.name), ' ', message.text))))));
  }
  if (frame) {
    page.append(
      h('section.card', h('h2', 'Fuel by function'), await fuelByFunction(frame)),
      h('section.card', {id: 'calls'}, h('h2', 'Calls'), await tree(frame)));
  }
  if (traced?.state_diff?.length) {
    page.append(h('section.card.flush', {id: 'diff'}, h('h2', 'State'), await diff(traced.state_diff, receipt.wave, frame)));
  }
  if (!traced) page.append(h('p.note', 'This node does not keep what a trace of this transaction needs.'));
}

/** Where a frame failed, innermost first: after the places of the call that it failed with. */
function failure(frame) {
  const cause = frame.steps.filter(step => step.call).at(-1)?.call;
  const inner = cause?.backtrace && cause.return_data === frame.return_data ? failure(cause) : [];
  return [...inner, ...(frame.backtrace ?? [])];
}

async function place(site) {
  const name = (await abiOf(site.contract))?.name ?? short(site.contract);
  return `${name}.${site.function_name || `function ${site.function_index}`} +${site.code_offset}`;
}

/** What comes many times in a row stands once, with how often. */
function folded(texts) {
  const lines = [];
  for (const text of texts) {
    if (lines.at(-1)?.text === text) lines.at(-1).times++;
    else lines.push({text, times: 1});
  }
  return lines.map(line => (line.times > 1 ? `${line.text} ×${line.times}` : line.text));
}

/** What the function returned, in words where the ABI has them. */
function returned(receipt, abi, frame) {
  if (receipt.return_data === '0x') return 'nothing';
  const words = abi && receipt.status === 'success' ? result(abi, frame.function, receipt.return_data) : receipt.return_data;
  return words === receipt.return_data ? words : `${words}  (${short(receipt.return_data, 16)})`;
}

/** Runs the transaction once more; null when the node cannot. */
async function trace(hash) {
  const known = await methods();
  const method = ['dev_traceTransaction', 'pyde_traceTransaction'].find(name => known.has(name));
  return method ? rpc(method, [hash]).catch(() => null) : null;
}
