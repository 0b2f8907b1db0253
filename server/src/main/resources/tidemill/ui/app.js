// The frame of the page: which page is shown, the search, the state of the connection.

import {accountPage, accountsPage} from './account.js';
import {proofPage} from './check.js';
import {forgetAbis} from './contract.js';
import {grouped, h, label, problem} from './dom.js';
import {eventsPage} from './events.js';
import {isDev, onConnection, rpc, subscribe} from './node.js';
import {transactionPage} from './transaction.js';
import {wavePage, wavesPage} from './waves.js';

const PAGES = {
  '': ['waves', wavesPage],
  wave: ['waves', wavePage],
  tx: ['waves', transactionPage],
  accounts: ['account', accountsPage],
  account: ['account', accountPage],
  events: ['events', eventsPage],
  proof: ['proof', proofPage],
};

const content = document.getElementById('content');
const query = document.getElementById('query');
let leave = () => {};
let shown = 0;

/** The funded accounts of a development chain have numbers that everybody calls them by. */
const named = isDev().then(async dev => {
  if (dev) for (const account of await rpc('dev_accounts')) label(account.address, `#${account.index}`);
}).catch(() => {});

async function show() {
  const turn = ++shown;
  await named;
  leave();
  leave = () => {};
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const [section, render] = PAGES[name] ?? [null, null];
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.page === section) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const page = h('div');
  try {
    if (!render) throw new Error(`There is no page ${location.hash}.`);
    const ended = await render(page, rest);
    if (turn !== shown) {
      ended?.();
      return;
    }
    leave = ended ?? (() => {});
  } catch (error) {
    if (turn !== shown) return;
    page.replaceChildren(problem(error));
  }
  content.replaceChildren(page);
  document.title = `${page.querySelector('h1')?.textContent ?? 'Not found'} · Tidemill`;
  scrollTo(0, 0);
}

/** A number is a wave, a hash a transaction or an address, anything else a name. */
async function find(text) {
  if (/^\d+$/.test(text)) return `#/wave/${text}`;
  if (/^0x[0-9a-f]{64}$/i.test(text)) {
    const receipt = await rpc('pyde_getTransactionReceipt', [text]);
    return receipt ? `#/tx/${text}` : `#/account/${text}`;
  }
  return `#/account/${encodeURIComponent(text)}`;
}

document.getElementById('search').addEventListener('submit', async event => {
  event.preventDefault();
  const text = query.value.trim();
  if (!text) return;
  location.hash = await find(text);
  query.value = '';
  content.focus();
});

addEventListener('keydown', event => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    query.focus();
  } else if (event.key === 'Escape' && typing) {
    document.activeElement.blur();
  }
});

async function status() {
  const dot = document.querySelector('.dot');
  const text = document.getElementById('status-text');
  const info = await rpc('tidemill_getInfo');
  const kind = (await isDev()) ? 'dev chain' : 'chain';
  let words = '';
  const tell = wave => {
    words = `${kind} ${info.chain_id} · wave ${grouped(wave)}`;
    text.textContent = words;
  };
  tell(info.head.wave);
  onConnection(state => {
    dot.className = `dot ${state}`;
    text.textContent = state === 'lost' ? 'no connection, trying again' : words;
  });
  subscribe('waves', {after: String(Math.max(0, info.head.wave - 1))}, item => {
    if (item.kind === 'wave') tell(item.wave.wave);
    if (item.kind === 'unwound') tell(item.to_wave);
    forgetAbis();
  });
}

addEventListener('hashchange', show);
status().catch(() => { document.getElementById('status-text').textContent = 'the node does not answer'; });
show();
