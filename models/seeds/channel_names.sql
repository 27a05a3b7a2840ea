MODEL (
  name seeds.channel_names,
  kind SEED (path '../../seeds/channel_names.csv'),
  columns (spelling VARCHAR, channel VARCHAR),
  grain spelling,
  description 'The spellings of a channel, in lower case and without spaces around, and what we call it.',
  audits (
    not_null(columns := (spelling, channel)),
    unique_values(columns := (spelling))
  )
);
