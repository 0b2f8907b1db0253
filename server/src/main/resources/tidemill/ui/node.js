// The node behind the page: requests over HTTP, subscriptions over one WebSocket that comes back
// by itself and goes on after the last cursor it saw.

let lastId = 0;

/** The result of a method; what the node refuses is thrown with its message. */
export async function rpc(method, params = []) {
  return result(await post({jsonrpc: '2.0', id: ++lastId, method, params}));
}

/** The results of one method for many parameters, in one request. */
export async function rpcAll(method, many) {
  if (many.length === 0) return [];
  const answers = await post(many.map(params => ({jsonrpc: '2.0', id: ++lastId, method, params})));
  return answers.map(result);
}

async function post(body) {
  const response = await fetch('/', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  return response.json();
}

function result(answer) {
  if (answer.error) {
    const error = new Error(answer.error.message);
    error.data = answer.error.data;
    throw error;
  }
  return answer.result;
}

let known;

/** The names of the methods that this node has. */
export function methods() {
  known ??= rpc('rpc.discover').then(document => new Set(document.methods.map(method => method.name)));
  return known;
}

/** Whether this is a development chain. */
export const isDev = async () => (await methods()).has('dev_call');

const subscriptions = new Map();
const watchers = new Set();
let socket;
let delay = 250;

/** Hears `live` or `lost`. */
export function onConnection(watcher) {
  watchers.add(watcher);
}

/**
 * Follows a topic; `heard` gets every item once and in order, over every reconnection. The result
 * ends it.
 */
export function subscribe(topic, filter, heard) {
  const subscription = {topic, filter, heard, cursor: null, id: null};
  subscriptions.set(Symbol(topic), subscription);
  if (socket?.readyState === WebSocket.OPEN) begin(subscription);
  else if (!socket) connect();
  return () => {
    for (const [key, value] of subscriptions) if (value === subscription) subscriptions.delete(key);
    if (subscription.id && socket?.readyState === WebSocket.OPEN) {
      send('pyde_unsubscribe', [subscription.id]);
    }
  };
}

const waiting = new Map();

function send(method, params, answered) {
  const id = ++lastId;
  if (answered) waiting.set(id, answered);
  socket.send(JSON.stringify({jsonrpc: '2.0', id, method, params}));
}

function begin(subscription) {
  const filter = {...subscription.filter};
  if (subscription.cursor) filter.after = subscription.cursor;
  send('pyde_subscribe', [subscription.topic, filter], answer => {
    if (answer.error) {
      // The cursor is of a branch that was undone: begin anew.
      if (subscription.cursor) {
        subscription.cursor = null;
        subscription.heard({kind: 'unwound', to_wave: 0});
        begin(subscription);
      }
      return;
    }
    subscription.id = answer.result.subscription;
    subscription.cursor ??= answer.result.cursor;
  });
}

function connect() {
  socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/`);
  socket.addEventListener('open', () => {
    delay = 250;
    tell('live');
    subscriptions.forEach(begin);
  });
  socket.addEventListener('message', event => {
    const message = JSON.parse(event.data);
    if (message.method === 'pyde_subscription') {
      for (const subscription of subscriptions.values()) {
        if (subscription.id === message.params.subscription) {
          subscription.cursor = message.params.result.cursor;
          subscription.heard(message.params.result);
        }
      }
    } else {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    }
  });
  socket.addEventListener('close', () => {
    tell('lost');
    waiting.clear();
    for (const subscription of subscriptions.values()) subscription.id = null;
    setTimeout(connect, delay);
    delay = Math.min(delay * 2, 8000);
  });
}

function tell(state) {
  watchers.forEach(watcher => watcher(state));
}
