// The proof check: asks a node for a proof and decides it here, against a root the user trusts.

import {coins, copyable, facts, h, problem, short} from './dom.js';
import {rpc} from './node.js';
import {account, isAccount, verify} from './proof.js';

export async function proofPage(page, [subject]) {
  const who = h('input', {name: 'account', spellcheck: 'false', placeholder: 'address or name', value: subject ?? '', required: true});
  const slot = h('input.mono', {name: 'slot', spellcheck: 'false', placeholder: '0x…, empty for the account itself'});
  const root = h('input.mono', {name: 'root', spellcheck: 'false', placeholder: '0x…, from a source you trust; empty takes the node\'s'});
  const verdict = h('div', {id: 'verdict', 'aria-live': 'polite'});
  const pasted = h('textarea', {name: 'pasted', spellcheck: 'false', placeholder: '{"key": "0x…", "value": "0x…", "proof": "0x…"}'});

  const ask = async () => {
    try {
      const params = {account: who.value.trim()};
      if (slot.value.trim()) params.slots = [slot.value.trim()];
      if (root.value.trim()) params.base = root.value.trim();
      const answer = await rpc('pyde_getProof', params);
      const entry = params.slots ? answer.slots[0] : answer.account;
      pasted.value = JSON.stringify(entry);
      root.value ||= answer.base.root;
      decide(entry);
    } catch (error) {
      verdict.replaceChildren(problem(error));
    }
  };
  const decide = entry => {
    try {
      const outcome = verify(root.value.trim(), entry.key, entry.value ?? null, entry.proof);
      verdict.replaceChildren(shown(entry, outcome, root.value.trim()));
    } catch (error) {
      verdict.replaceChildren(problem(error));
    }
  };
  page.append(
    h('h1', 'Proof'),
    h('p.lead', 'Proves what the state holds under a root. Your browser computes every hash; the node is not believed.'),
    h('div.columns',
      h('form.card', {onsubmit: event => { event.preventDefault(); ask(); }},
        h('h2', 'Ask this node'),
        h('div.fields', h('label', 'Account or contract', who), h('label', 'Slot', slot)),
        h('label', 'State root', root),
        h('div.actions', h('button.primary', {type: 'submit'}, 'Get and check'))),
      h('form.card', {onsubmit: event => {
        event.preventDefault();
        try {
          decide(JSON.parse(pasted.value));
        } catch (error) {
          verdict.replaceChildren(problem(error));
        }
      }},
      h('h2', 'Or check one you have'),
      h('label', 'Entry, as pyde_getProof answers it', pasted),
      h('div.actions', h('button', {type: 'submit'}, 'Check')))),
    h('br'), verdict);
  if (subject) await ask();
}

function shown(entry, outcome, root) {
  const record = isAccount(entry.key, entry.value) ? account(entry.value) : null;
  const claim = entry.value === null || entry.value === undefined
    ? 'nothing is stored under this key'
    : record ? `a balance of ${coins(record.balance)}, nonce ${record.nonce}` : short(entry.value, 40);
  return h('section.card',
    h('p.verdict', h(`span.badge.${outcome.valid ? 'good' : 'bad'}`, outcome.valid ? 'valid' : 'not valid'),
      outcome.valid ? `Proven: ${claim}` : 'The proof does not lead to this root'),
    facts(
      ['Key', copyable(entry.key)],
      ['Root wanted', h('span.mono', root)],
      ['Root computed', h('span.mono', outcome.root)],
      ['Depth', `${outcome.depth} levels, ${outcome.path.length} hashes computed here`]),
    h('details', h('summary', h('a', 'The path, from the leaf to the root')),
      h('ol.path', outcome.path.map(step => h('li', h('span.quiet', step.level), h('span.quiet', step.side), step.hash)))));
}
