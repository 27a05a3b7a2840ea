AUDIT (
  name assert_sums_to_net_revenue
);

-- A mart that splits the revenue must neither lose any of it nor count it twice.
SELECT
  mart.amount,
  sales.net_revenue
FROM (SELECT coalesce(sum(@amount), 0) AS amount FROM @this_model) AS mart
CROSS JOIN (SELECT coalesce(sum(net_revenue), 0) AS net_revenue FROM staging.valid_sales) AS sales
WHERE mart.amount <> sales.net_revenue
