AUDIT (
  name assert_refunds_within_sales,
  defaults (threshold = 0.5)
);

-- More refunded than this share of what was sold: a wrong batch, more likely than a bad day.
SELECT *
FROM @this_model
WHERE refunded_amount > gross_revenue * @threshold
