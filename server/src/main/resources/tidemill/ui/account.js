// Accounts: the list of a development chain's own, and one account, contract or not.

import {accountChoices, abiOf, functions} from './contract.js';
import {eventRows} from './events.js';
import {accountLink, coins, copyable, facts, figures, grouped, h, short, table} from './dom.js';
import {isDev, rpc} from './node.js';
import {storage} from './storage.js';

export async function accountsPage(page) {
  if (!(await isDev())) {
    page.append(h('h1', 'Accounts'), h('p.lead', 'Find an account by its address or name above.'));
    return;
  }
  const accounts = await rpc('dev_accounts');
  page.append(
    h('h1', 'Accounts'),
    h('p.lead', 'The funded accounts of this development chain. Everybody has their keys.'),
    h('section.card.flush', table(['', 'Address', '#Balance', 'Seed of the key'], accounts.map(account => h('tr',
      h('td.quiet', `#${account.index}`),
      h('td', accountLink(account.address, short(account.address))),
      h('td.number', coins(account.balance)),
      h('td', copyable(account.seed, `${account.seed.slice(0, 14)}…`)))))));
}

export async function accountPage(page, [id]) {
  const address = id.startsWith('0x') ? id : await rpc('pyde_resolveName', [id]);
  if (!address) throw new Error(`Nothing is registered under the name ${id}.`);
  const account = await rpc('pyde_getAccount', [address]);
  page.append(
    h('h1', account?.name || (account?.contract ? 'Contract' : 'Account')),
    h('p.lead', copyable(address)));
  if (!account) {
    page.append(h('p.card', 'This account has never been used: it has no record in the state.'));
    return;
  }
  page.append(figures(
    ['Balance', coins(account.balance)],
    ['Nonce', grouped(account.nonce)],
    ['Kind', account.type],
    ...(account.contract ? [['Gas tank', coins(account.gas_tank)]] : []),
  ));
  const abi = account.contract && await abiOf(address);
  if (account.contract) {
    page.append(h('section.card', h('h2', 'Code'), facts(
      ['Code hash', copyable(account.code_hash)],
      abi && ['Module', `${grouped(abi.wasm_bytes)} bytes, ABI ${abi.pyde_abi_version}, version ${abi.version || '?'}`],
      ['Owner', accountLink(account.contract.owner)],
      ['Deposit', coins(account.contract.deposit)],
      account.contract.pending && ['Upgrade', `to ${account.contract.pending.code_hash} at wave ${account.contract.pending.effective_wave}`],
    )));
  }
  if (abi) {
    const choices = await accountChoices();
    if (choices) page.append(choices);
    page.append(await functions(address, abi));
    page.append(await storage(address, abi));
    if (abi.events.length) page.append(await recent(address));
  } else if (!account.contract) {
    page.append(h('section.card', h('h2', 'Keys'),
      account.public_keys.length
        ? account.public_keys.map(key => h('p.note', copyable(key, `${key.slice(0, 34)}… (${(key.length - 2) / 2} bytes)`)))
        : h('p.note', 'No key is registered.')));
  }
  page.append(h('p', h('a', {href: `#/proof/${encodeURIComponent(address)}`}, 'Check a proof of this account')));
}

async function recent(address) {
  const {head_wave: head} = await rpc('pyde_getLogs', [{limit: 1, contracts: [address]}]);
  const {events} = await rpc('pyde_getLogs', [{contracts: [address], from_wave: Math.max(0, head - 1000), limit: 200}]);
  return h('section.card.flush', h('h2', 'Latest events'),
    events.length
      ? await eventRows(events.reverse().slice(0, 20), false)
      : h('p.empty', 'None in the last thousand waves.'));
}
