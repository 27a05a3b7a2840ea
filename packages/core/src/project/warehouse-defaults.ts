/** Where a project keeps its warehouse when it does not say, and what does not fit into memory; relative to its folder. */
export const DEFAULT_WAREHOUSE = '.sluice/warehouse.duckdb';
export const DEFAULT_TEMP_DIRECTORY = '.sluice/tmp';
