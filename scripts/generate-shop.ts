// The shop's data: four CSV files, as dirty as what real systems send, and the same bytes for the same seed.
//
// DuckDB does the work, and every value is a function of (row, seed). Nothing is random; nothing is joined, which
// would not keep the order of rows, or sorted, which would take its time: so the bytes do not depend on threads, and
// ten million transactions take seconds. A transaction's time grows with its row number by integer arithmetic alone;
// floating point may differ between machines.
//
// The dirt, with its share of the rows (of campaigns, too few for shares, every so-manieth row has some):
//
//   transactions  0.06 %  do not parse as the columns declared in project.yaml: '2025-02-30 …', 'n/a', 'two',
//                         '12,50', 'T-17'; a load must set these rows aside
//                 1 %     late: up to five days before the rows around them
//                 0.3 %   sent again up to fifty rows later, half of them refunded in the meantime (the copy takes
//                         the place of a row, so that some transaction ids do not occur)
//                 0.4 %   negative quantity
//                 0.4 %   discount in percent (15.00) where the others have a rate (0.15)
//                 0.5 %   customer that is not in customers.csv
//                 0.4 %   campaign that is not in campaigns.csv
//                 each of customer, quantity, discount, amount, refund flag and id is missing now and then
//                 never   a negative amount: this is what the blocking audit of staging.transactions is shown with
//   customers     1 %     a second row for the same customer_id: the same again, another e-mail, or another tier
//                 0.5 %   the same person, and e-mail in other letters, under a second customer_id
//                 4 %     dates: '2025-02-30', 'n/a', empty, DD/MM/YYYY
//                 3 %     ages that are no age ('-1', '999', 'unknown'), or missing
//                 5 %     channel in another spelling, case or with spaces; the same for country, gender and tier
//                 0.2 %   no customer_id
//   products      2 %     negative price; 2 % 'free', '1,299.00' or no price; dates as above; categories in other
//                         cases; brands with commas and quotes, or missing; is_premium as yes/no/1/0
//   campaigns             channels as above; ends before its start; dates as above; uplift as '12%'
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';

export interface ShopOptions {
  /** Folder for the CSV files; made if it is not there. */
  out: string;
  /** Rows of transactions.csv; the other files grow with it. 20,000 unless told. */
  transactions?: number;
  /** Another seed is another shop of the same size. 42 unless told. */
  seed?: number;
  /** Threads of DuckDB, all cores unless told. The bytes do not depend on it. */
  threads?: number;
}

/** How many rows each CSV file has, without its header. */
export interface ShopRows {
  campaigns: number;
  customers: number;
  products: number;
  transactions: number;
}

const COMMITTED_TRANSACTIONS = 20_000;
const COMMITTED_SEED = 42;

const DAYS = 181;

/** Of 100 sales in a week, how many fall on each day; from Wednesday, which 2025-01-01 is. */
const WEEK = [13, 14, 17, 18, 14, 12, 12];

/** Times are integer products of this with the row number, which must fit in 64 bits. */
const MOST_TRANSACTIONS = 100_000_000;

/**
 * Writes campaigns.csv, customers.csv, products.csv and transactions.csv into `out`, over what is there.
 * Transactions lie between 2025-01-01 and 2025-06-30, inclusive.
 */
export async function generateShop(options: ShopOptions): Promise<ShopRows> {
  const { transactions = COMMITTED_TRANSACTIONS, seed = COMMITTED_SEED, threads } = options;
  if (!Number.isSafeInteger(transactions) || transactions < 1 || transactions > MOST_TRANSACTIONS) {
    throw new RangeError(`transactions must be a whole number from 1 to ${MOST_TRANSACTIONS}`);
  }
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError('seed must be a whole number from 0');

  const people = Math.max(100, Math.floor(transactions / 10));
  const shop: Shop = {
    seed,
    transactions,
    people,
    products: Math.min(5_000, Math.max(500, Math.floor(transactions / 40))),
    campaigns: 40 + Math.floor(transactions / 50_000),
  };

  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  const instance = await DuckDBInstance.create(
    ':memory:',
    threads === undefined ? {} : { threads: `${threads}` },
  );
  try {
    const connection = await instance.connect();
    await connection.run(macros(shop));
    const write = async (name: keyof ShopRows, query: string): Promise<number> => {
      const file = join(out, `${name}.csv`).replaceAll("'", "''");
      return (await connection.run(`COPY (${query}) TO '${file}' (FORMAT csv, HEADER)`)).rowsChanged;
    };
    return {
      campaigns: await write('campaigns', campaignRows(shop)),
      customers: await write('customers', customerRows(shop)),
      products: await write('products', productRows(shop)),
      transactions: await write('transactions', transactionRows(shop)),
    };
  } finally {
    instance.closeSync();
  }
}

interface Shop {
  seed: number;
  transactions: number;
  people: number;
  products: number;
  campaigns: number;
}

/**
 * `dice(i, k, n)` is the k-th number of row i, from 0 to n - 1; k < 64 (see the lists of k in each query: a number
 * used twice makes two columns depend on each other). One argument goes into hash(), because hash(i, k) only XORs
 * its arguments' hashes, so that its values for different k are not independent.
 */
function macros({ seed, transactions }: Shop): string {
  return `
    SET preserve_insertion_order = true;
    SET VARIABLE salt = hash(${seed}::BIGINT);
    CREATE MACRO dice(i, k, n) AS (hash(xor((i * 64 + k)::UBIGINT, getvariable('salt'))) % n::UBIGINT)::INTEGER;
    CREATE MACRO pick(list, i, k) AS list[1 + dice(i, k, len(list))];

    -- About one cell in twenty is not what one would like it to be; d is a number from 0 to 999.
    CREATE MACRO dirty_date(day, d) AS CASE
      WHEN d < 8 THEN '2025-02-30'
      WHEN d < 16 THEN 'n/a'
      WHEN d < 22 THEN ''
      WHEN d < 26 THEN NULL
      WHEN d < 40 THEN strftime(day, '%d/%m/%Y')
      ELSE CAST(day AS VARCHAR)
    END;
    CREATE MACRO dirty_case(word, d) AS CASE
      WHEN d < 10 THEN upper(word)
      WHEN d < 20 THEN upper(word[1]) || word[2:]
      WHEN d < 30 THEN ' ' || word
      WHEN d < 40 THEN word || ' '
      WHEN d < 44 THEN ''
      WHEN d < 46 THEN NULL
      WHEN d < 48 THEN 'NULL'
      ELSE word
    END;
    CREATE MACRO dirty_channel(channel, d) AS CASE
      WHEN d < 3 THEN 'carrier pigeon'
      WHEN d < 50 THEN dirty_case(CASE channel
        WHEN 'email' THEN ['e-mail', 'newsletter', 'E mail']
        WHEN 'paid_search' THEN ['paid search', 'PPC', 'Google Ads']
        WHEN 'social' THEN ['social media', 'Facebook', 'paid social']
        WHEN 'affiliate' THEN ['affiliates', 'Partner', 'partner']
        WHEN 'display' THEN ['display ads', 'Banner', 'banner']
        WHEN 'organic' THEN ['SEO', 'direct', 'organic search']
        ELSE ['refer a friend', 'Referral', 'word of mouth']
      END[1 + d % 3], d)
      ELSE channel
    END;

    -- What a product costs in the shop, in cents. products.csv shows it, with dirt; transactions are paid with it.
    CREATE MACRO is_premium(product_id) AS dice(product_id, 60, 100) < 15;
    CREATE MACRO price_in_cents(product_id) AS
      (199 + least(dice(product_id, 61, 12000), dice(product_id, 62, 12000)))
      * CASE WHEN is_premium(product_id) THEN 3 ELSE 1 END;

    -- range() is read by one thread, a table by all of them.
    CREATE TABLE transaction_rows AS SELECT row_no FROM range(${transactions}) AS r(row_no);
  `;
}

/** Starts are spread evenly over the half-year, so that a day's running campaigns have neighbouring ids. */
function campaignRows(shop: Shop): string {
  return `
    WITH clean AS (
      SELECT
        i + 1 AS campaign_id,
        pick(['email', 'paid_search', 'social', 'affiliate', 'display'], i, 20) AS channel,
        pick(['acquisition', 'retention', 'reactivation', 'awareness'], i, 21) AS objective,
        DATE '2025-01-01' + (i * ${DAYS} // ${shop.campaigns})::INTEGER AS start_date,
        start_date + 14 + dice(i, 22, 31) AS end_date,
        pick(['new', 'loyal', 'lapsed', 'premium', 'all'], i, 23) AS target_segment,
        2 + dice(i, 24, 24) AS uplift,
        i
      FROM range(${shop.campaigns}) AS r(i)
    )
    SELECT
      campaign_id,
      -- Every fifth is misspelt, and of those a few wildly.
      CASE WHEN i % 5 = 3 THEN dirty_channel(channel, dice(i, 25, 50)) ELSE channel END AS channel,
      dirty_case(objective, dice(i, 26, 500)) AS objective,
      CASE WHEN i % 19 = 11 THEN '2025-02-30' ELSE CAST(start_date AS VARCHAR) END AS start_date,
      CASE
        WHEN i % 17 = 5 THEN 'n/a'
        WHEN i % 17 = 9 THEN CAST(start_date - 3 AS VARCHAR)
        WHEN i % 17 = 13 THEN NULL
        ELSE CAST(end_date AS VARCHAR)
      END AS end_date,
      dirty_case(target_segment, dice(i, 27, 500)) AS target_segment,
      CASE
        WHEN i % 13 = 4 THEN uplift || '%'
        WHEN i % 13 = 8 THEN ''
        ELSE CAST(CAST(uplift * 0.01 AS DECIMAL(4, 2)) AS VARCHAR)
      END AS expected_uplift
    FROM clean`;
}

/** One row a person, and after these the second rows that some have. */
function customerRows(shop: Shop): string {
  const { people } = shop;
  return `
    WITH rows AS (
      SELECT row_no, CASE WHEN row_no < ${people} THEN row_no ELSE dice(row_no, 1, ${people}) END AS i
      FROM range(${people + Math.ceil(people / 100)}) AS r(row_no)
    ),
    people AS (
      SELECT
        row_no,
        i,
        row_no >= ${people} AS is_second,
        dice(row_no, 2, 4) AS second_kind,
        -- One in two hundred signed up twice, under the id of the next person too.
        CASE WHEN i > 0 AND dice(i, 3, 200) = 0 THEN i - 1 ELSE i END AS person
      FROM rows
    ),
    clean AS (
      SELECT
        *,
        DATE '2019-01-01' + dice(i, 4, 2300) AS signup_date,
        pick(['DE', 'DE', 'DE', 'FR', 'FR', 'AT', 'CH', 'NL', 'IT', 'ES', 'PL', 'SE'], person, 5) AS country,
        18 + least(dice(person, 6, 65), dice(person, 7, 65)) AS age,
        pick(['female', 'male', 'female', 'male', 'diverse'], person, 8) AS gender,
        pick(['bronze', 'bronze', 'bronze', 'silver', 'silver', 'gold'], i, 9) AS loyalty_tier,
        pick(['email', 'paid_search', 'social', 'affiliate', 'display', 'organic', 'organic', 'referral'], i, 10)
          AS acquisition_channel,
        pick(['ada', 'ben', 'cleo', 'dario', 'emma', 'finn', 'greta', 'hugo', 'ines', 'jonas', 'klara', 'luca'], person, 11)
          || '.'
          || pick(['adler', 'bianchi', 'costa', 'dubois', 'evers', 'fischer', 'garcia', 'huber', 'jansen', 'kowalski'], person, 12)
          || person AS mailbox
      FROM people
    )
    SELECT
      CASE WHEN NOT is_second AND dice(i, 13, 500) = 0 THEN NULL ELSE i + 1 END AS customer_id,
      dirty_date(signup_date, dice(row_no, 14, 1000)) AS signup_date,
      CASE WHEN dice(i, 15, 100) < 2 THEN lower(country) ELSE dirty_case(country, dice(i, 16, 1500)) END AS country,
      CASE dice(i, 17, 200)
        WHEN 0 THEN '-1'
        WHEN 1 THEN '999'
        WHEN 2 THEN 'unknown'
        WHEN 3 THEN ''
        WHEN 4 THEN NULL
        WHEN 5 THEN CAST(-age AS VARCHAR)
        ELSE CAST(age AS VARCHAR)
      END AS age,
      CASE WHEN dice(i, 18, 100) < 4 THEN upper(gender[1]) ELSE dirty_case(gender, dice(i, 19, 1500)) END AS gender,
      CASE
        WHEN is_second AND second_kind = 3 THEN 'gold'
        ELSE dirty_case(loyalty_tier, dice(i, 20, 1500))
      END AS loyalty_tier,
      dirty_channel(acquisition_channel, dice(i, 21, 1000)) AS acquisition_channel,
      CASE
        WHEN is_second AND second_kind IN (1, 2) THEN mailbox || '@example.org'
        WHEN person <> i THEN upper(mailbox) || '@example.com'
        WHEN dice(i, 22, 150) = 0 THEN ''
        ELSE mailbox || '@example.com'
      END AS email
    FROM clean`;
}

function productRows(shop: Shop): string {
  return `
    WITH clean AS (
      SELECT
        product_id,
        pick(['electronics', 'fashion', 'home', 'beauty', 'sports', 'toys', 'books'], product_id, 50) AS category,
        pick(['Acme', 'Borealis', 'Cumulus', 'Dune', 'Ember', 'Fjord', 'Smith, Jones & Co', 'The "Good" Shop'], product_id, 51)
          AS brand,
        CAST(CAST(price_in_cents(product_id) * 0.01 AS DECIMAL(12, 2)) AS VARCHAR) AS price,
        DATE '2022-01-01' + dice(product_id, 52, 1096) AS launch_date,
        is_premium(product_id) AS is_premium
      FROM range(1, ${shop.products + 1}) AS r(product_id)
    )
    SELECT
      product_id,
      dirty_case(category, dice(product_id, 53, 1000)) AS category,
      CASE WHEN dice(product_id, 54, 100) = 0 THEN '' ELSE brand END AS brand,
      CASE dice(product_id, 55, 200)
        WHEN 0 THEN 'free'
        WHEN 1 THEN '1,299.00'
        WHEN 2 THEN ''
        WHEN 3 THEN NULL
        WHEN 4 THEN '-' || price
        WHEN 5 THEN '-' || price
        WHEN 6 THEN '-' || price
        WHEN 7 THEN '-' || price
        ELSE price
      END AS base_price,
      dirty_date(launch_date, dice(product_id, 56, 1000)) AS launch_date,
      CASE dice(product_id, 57, 50)
        WHEN 0 THEN CASE WHEN is_premium THEN 'yes' ELSE 'no' END
        WHEN 1 THEN CASE WHEN is_premium THEN '1' ELSE '0' END
        WHEN 2 THEN upper(CAST(is_premium AS VARCHAR))
        ELSE CAST(is_premium AS VARCHAR)
      END AS is_premium
    FROM clean`;
}

/**
 * Rows are made in the order of their times, so that nothing is sorted; late rows then step back in time. The
 * half-year is cut into slots that have the same share of its sales each, 100 to a week; a row's number says how many
 * seconds of slots lie before it, and the slot says which day that is.
 */
function transactionRows(shop: Shop): string {
  const n = shop.transactions;
  const slots = sum(Array.from({ length: DAYS }, (_, day) => WEEK[day % 7] ?? 0));
  const dayOfSlot = WEEK.flatMap((weight, day) => Array<number>(weight).fill(day));
  const firstSlot = WEEK.map((_, day) => sum(WEEK.slice(0, day)));
  // A campaign runs for two weeks at least; of those that started in the last two weeks one is chosen.
  const running = Math.max(1, Math.floor((shop.campaigns * 14) / DAYS));
  return `
    WITH rows AS (
      -- The row says what was sent, and where it lies in the file; i says which transaction it is about.
      SELECT
        row_no,
        CASE WHEN row_no >= 50 AND dice(row_no, 0, 1000) < 3 THEN row_no - 1 - dice(row_no, 1, 50) ELSE row_no END AS i
      FROM transaction_rows
    ),
    placed AS (
      SELECT
        row_no,
        i,
        (i * 100 + dice(i, 2, 100)) * ${86_400 * slots} // ${n * 100} AS position,
        (position // 86400 % 100)::INTEGER AS slot,
        [${dayOfSlot.join(', ')}][1 + slot] AS weekday,
        (position // 8640000 * 7)::INTEGER + weekday AS day_no,
        (slot - [${firstSlot.join(', ')}][1 + weekday]) * 86400 + position % 86400 AS slot_second,
        slot_second // [${WEEK.join(', ')}][1 + weekday] AS even_second,
        1 + least(dice(i, 3, ${shop.people}), dice(i, 4, ${shop.people})) AS customer,
        1 + least(dice(i, 5, ${shop.products}), dice(i, 6, ${shop.products}), dice(i, 7, ${shop.products})) AS product,
        1 + least(dice(i, 8, 5), dice(i, 9, 5), dice(i, 10, 5)) AS quantity,
        dice(i, 11, 100) < 40 AS has_campaign,
        dice(i, 29, 10000) AS unparsable,
        dice(i, 13, 1000) AS customer_dirt,
        dice(i, 14, 1000) AS quantity_dirt,
        dice(i, 15, 1000) AS amount_dirt,
        dice(i, 16, 1000) AS discount_dirt,
        dice(i, 17, 1000) AS flag_dirt,
        dice(i, 18, 100) AS campaign_dirt
      FROM rows
    ),
    timed AS (
      SELECT
        *,
        DATE '2025-01-01' + day_no AS day,
        -- Few buy at night: the first seven hours have a tenth of the day's sales.
        CASE
          WHEN even_second < 8640 THEN even_second * 25200 // 8640
          ELSE 25200 + (even_second - 8640) * 61200 // 77760
        END AS second,
        CASE WHEN dice(i, 19, 100) = 0 THEN 1 + dice(i, 20, 5) ELSE 0 END AS days_late,
        5 * dice(i, 21, CASE WHEN has_campaign THEN 7 ELSE 2 END) AS percent_off
      FROM placed
    ),
    clean AS (
      SELECT
        *,
        CAST(greatest(day - days_late::INTEGER, DATE '2025-01-01') AS TIMESTAMP) + to_seconds(second) AS bought_at,
        greatest(1, 1 + day_no * ${shop.campaigns} // ${DAYS} - dice(i, 22, ${running})) AS campaign,
        CAST(CAST((quantity * price_in_cents(product))::INTEGER * 0.01 AS DECIMAL(12, 2)) AS VARCHAR) AS amount
      FROM timed
    )
    SELECT
      CASE
        WHEN unparsable = 0 THEN 'T-' || (i + 1)
        WHEN quantity_dirt = 999 AND flag_dirt < 500 THEN NULL
        ELSE CAST(i + 1 AS VARCHAR)
      END AS transaction_id,
      CASE
        WHEN unparsable IN (1, 2) THEN '2025-02-30 ' || CAST(CAST(bought_at AS TIME) AS VARCHAR)
        WHEN unparsable = 3 THEN 'n/a'
        ELSE CAST(bought_at AS VARCHAR)
      END AS timestamp,
      CASE
        WHEN customer_dirt < 5 THEN ${shop.people} + 1 + customer % 500
        WHEN customer_dirt >= 990 THEN NULL
        ELSE customer
      END AS customer_id,
      product AS product_id,
      CASE
        WHEN unparsable = 4 THEN 'two'
        WHEN quantity_dirt < 4 THEN CAST(-quantity AS VARCHAR)
        WHEN quantity_dirt < 6 THEN ''
        WHEN quantity_dirt < 8 THEN NULL
        ELSE CAST(quantity AS VARCHAR)
      END AS quantity,
      CASE
        WHEN discount_dirt < 5 THEN NULL
        WHEN discount_dirt < 12 AND percent_off > 0 THEN CAST(CAST(percent_off AS DECIMAL(5, 2)) AS VARCHAR)
        ELSE CAST(CAST(percent_off * 0.01 AS DECIMAL(5, 2)) AS VARCHAR)
      END AS discount_applied,
      CASE
        WHEN unparsable = 5 THEN replace(amount, '.', ',')
        WHEN amount_dirt < 3 THEN NULL
        ELSE amount
      END AS gross_revenue,
      CASE
        WHEN NOT has_campaign THEN NULL
        WHEN campaign_dirt = 0 THEN ${shop.campaigns} + 900 + campaign % 7
        ELSE least(campaign, ${shop.campaigns})
      END AS campaign_id,
      CASE
        WHEN flag_dirt >= 995 THEN NULL
        WHEN row_no > i THEN dice(row_no, 23, 2) = 0 OR dice(i, 24, 100) < 4
        ELSE dice(i, 24, 100) < 4
      END AS refund_flag
    FROM clean`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'data' },
      transactions: { type: 'string' },
      scale: { type: 'string' },
      seed: { type: 'string', default: `${COMMITTED_SEED}` },
    },
  });
  const started = performance.now();
  const rows = await generateShop({
    out: values.out,
    transactions: Number(values.transactions ?? COMMITTED_TRANSACTIONS * Number(values.scale ?? 1)),
    seed: Number(values.seed),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const [name, count] of Object.entries(rows)) {
    console.log(`${join(values.out, `${name}.csv`)}: ${count.toLocaleString('en')} rows`);
  }
  console.log(`in ${seconds} s`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
