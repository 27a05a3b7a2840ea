/**
 * A connection for work that is one part of a transaction which runs already: its own transactions begin and end nothing. Whoever began
 * it rolls all of it back when a part fails.
 */
import type { Connection } from './warehouse.ts';

const transaction: Connection['transaction'] = (work) => work();

export function joinTransaction(connection: Connection): Connection {
  return new Proxy(connection, {
    get: (target, name) => {
      if (name === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
