/** This Sluice's version: stands in plans and state, so that another one does not apply them unawares. */
export const VERSION = '0.1.0';
