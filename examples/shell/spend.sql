-- What each campaign has spent, in the currency of its account, with a bar beside the largest of that currency.
select account, currency, campaign, spend,
       bar(spend, 0, max(spend) over (partition by currency), 24) as chart
from (
  select any_value(account.name) as account, any_value(account.currency) as currency,
         regexp_replace(max(row.CAMPAIGN_NAME), '\s', ' ', 'g') as campaign, sum(row.SPEND_IN_DOLLAR)::decimal(18, 2) as spend
  from campaign_analytics as row left join ad_accounts as account on account.id = row.ad_account_id
  group by row.CAMPAIGN_ID)
order by currency, spend desc nulls last, campaign;
