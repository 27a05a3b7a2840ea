/**
 * A connection for work that is one part of a transaction which runs already: its own transactions begin and commit nothing, and the
 * first that fails takes all of it back. What is written after that (why it failed, which rows) is on its own again, so that it stays.
 */
import type { Connection } from './warehouse.ts';

export function joinTransaction(connection: Connection): Connection {
  let isOver = false;
  const transaction: Connection['transaction'] = async (work) => {
    if (isOver) return connection.transaction(work);
    try {
      return await work();
    } catch (error) {
      isOver = true;
      // A failed statement may have ended the transaction already.
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };
  return new Proxy(connection, {
    get: (target, name) => {
      if (name === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
