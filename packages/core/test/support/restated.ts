/** What the child that is killed restates, by the name of its models. */
export const RESTATED = 'raw.a m.keyed m.daily';
